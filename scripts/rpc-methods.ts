/** The RPC methods of actors and services, read from their interfaces, and what of them was written down before. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import * as z from "zod";
import * as runs from "../src/protocol/runs.ts";
import * as services from "../src/protocol/services.ts";
import { inProject } from "./project.ts";

export const recordPath = inProject("test/fixtures/rpc-shapes.ndjson");

export interface RecordedMethod {
  /** `RunnerRpc.run` */
  method: string;
  /** The one that wrote it down. */
  release: string;
  /** Parameters and result, as the interface has them: `(runId: string): Promise<RpcAnswer>`; empty for one that is no more. */
  signature: string;
}

const interfaceFiles = (): string[] => [
  inProject("src/actor/rpc.ts"),
  ...readdirSync(inProject("src/protocol/services")).map((name) =>
    inProject(`src/protocol/services/${name}`),
  ),
];

/** Interfaces of methods, and of what they take and give as plain data; types made of schemas are the protocol's own. */
const wanted = /^(?:export )?interface (\w+)(?: extends ([^{]+))? \{$/;

/** `Interface.member` with what stands behind the name, of all interfaces of these files; comments and line breaks taken out. */
export function presentMethods(): Map<string, string> {
  const found = new Map<string, string>();
  for (const path of interfaceFiles()) {
    const text = readFileSync(path, "utf8").replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
    let name: string | undefined;
    let member = "";
    for (const line of text.split("\n")) {
      const opening = wanted.exec(line);
      if (opening !== null) {
        name = opening[1];
        if (opening[2] !== undefined) found.set(`${name} extends`, opening[2].trim());
      } else if (line === "}") name = undefined;
      else if (name !== undefined && line.trim() !== "") {
        member += ` ${line.trim()}`;
        // A member ends where its line does and all its brackets are closed.
        if (!line.endsWith(";") || depthOf(member) > 0) continue;
        const [, key = "", rest = ""] = /^(\w+\??)(.*);$/s.exec(member.trim()) ?? [];
        found.set(
          `${name}.${key}`,
          rest
            .trim()
            .replaceAll(/,\s*\)/g, ")")
            .replaceAll("( ", "("),
        );
        member = "";
      }
    }
  }
  for (const [name, schema] of Object.entries({ ...runs, ...services }))
    if (schema instanceof z.ZodType) found.set(`schema ${name}`, fingerprintOf(schema));
  return found;
}

/** Of a schema that calls are checked by: long, so by its hash. */
const fingerprintOf = (schema: z.ZodType): string =>
  createHash("sha256")
    .update(JSON.stringify(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" })))
    .digest("base64url")
    .slice(0, 16);

const depthOf = (text: string): number =>
  (text.match(/[({[]/g) ?? []).length - (text.match(/[)}\]]/g) ?? []).length;

export const recordedMethods = (): RecordedMethod[] =>
  readFileSync(recordPath, { encoding: "utf8", flag: "a+" })
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as RecordedMethod);

/** Those whose last line is not what they are now; with an empty signature those that are no more. */
export function changedMethods(): [method: string, signature: string][] {
  const last = new Map(recordedMethods().map(({ method, signature }) => [method, signature]));
  const present = presentMethods();
  return [
    ...[...present].filter(([method, signature]) => last.get(method) !== signature),
    ...[...last].flatMap(([method, signature]): [string, string][] =>
      signature === "" || present.has(method) ? [] : [[method, ""]],
    ),
  ];
}

/** Parameters of a signature, one text each. */
export function parametersOf(signature: string): string[] {
  if (!signature.startsWith("(")) return [];
  const parameters: string[] = [];
  let depth = 0;
  let current = "";
  for (const character of signature.replaceAll("=>", "⇒").slice(1)) {
    if ("({[<".includes(character)) depth += 1;
    if (")}]>".includes(character)) depth -= 1;
    if (depth < 0) break;
    if (character === "," && depth === 0) {
      parameters.push(current.trim());
      current = "";
    } else current += character === "⇒" ? "=>" : character;
  }
  return current.trim() === "" ? parameters : [...parameters, current.trim()];
}
