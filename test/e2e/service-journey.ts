/** A service from outside: its methods over HTTP itself, and from the nodes of a spell that is run over HTTP and by the CLI. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, it } from "vitest";
import { inProject } from "../../scripts/project.ts";

type Json = Record<string, unknown>;

/** A node, `[component, its data]` or a method of the service under test with its request. */
export type Step =
  | { component: string; data: Json; sockets?: Record<string, unknown> }
  | [method: string, request: Json];

export interface Journey {
  service: string;
  /** Nodes in their order; the last one's output is the spell's. */
  steps: Step[];
  /** Output of the last node that counts; `result` unless given. */
  socket?: string;
  /** What the spell gives, each time. */
  gives: (output: unknown) => void;
}

/** Asks the server. */
export async function ask(
  path: string,
  body?: unknown,
  method: string = body === undefined ? "GET" : "POST",
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look at parts of it
): Promise<{ status: number; body: any }> {
  const response = await fetch(inject("serverUrl") + path, {
    method,
    headers: { authorization: `Bearer ${inject("serverToken")}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
}

/** Its method over HTTP; fails where that is refused. */
export async function over(service: string, method: string, request: Json = {}): Promise<Json> {
  const { status, body } = await ask(`/services/${service}/${method}`, request);
  expect(status, JSON.stringify(body)).toBeLessThan(300);
  return body;
}

/** A spell that gives what it gets. */
export const passing = (id: string, input: string, output: string) => ({
  format: "spellrunner@1",
  id,
  name: id,
  version: 0,
  nodes: {
    start: { component: "Trigger In", position: [0, 0], data: { name: "start" } },
    in: { component: "Universal Input", position: [0, 0], data: { name: input } },
    out: { component: "Output", position: [0, 0], data: { name: output } },
  },
  edges: {
    a: { from: ["start", "trigger"], to: ["out", "trigger"] },
    b: { from: ["in", "output"], to: ["out", "input"] },
  },
});

/** The two ways in which the spell is run. */
export function travels({ service, steps, socket = "result", gives }: Journey): void {
  const document = spellOf(service, steps, socket);
  it("serves the nodes of a spell that is run over HTTP", async () => {
    expect((await ask(`/spells/${document.id}`, document, "PUT")).status).toBeLessThan(300);
    const { status, body } = await ask(`/spells/${document.id}/run`, {});
    expect(status, JSON.stringify(body)).toBe(200);
    gives(body.outputs.out);
  });
  it("serves those of a spell that the CLI runs", async () => {
    const folder = mkdtempSync(join(tmpdir(), "journey-"));
    try {
      const file = join(folder, "spell.json");
      writeFileSync(file, JSON.stringify(document));
      const { code, stdout, stderr } = await spell([
        "run",
        file,
        "--server",
        inject("serverUrl"),
        "--token",
        inject("serverToken"),
      ]);
      expect(code, stderr).toBe(0);
      gives((JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Json).out);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

function spellOf(service: string, steps: readonly Step[], socket: string) {
  const nodes: Json = { start: { component: "Trigger In", position: [0, 0], data: { name: "start" } } };
  const edges: Json = {};
  let before = "start";
  const wire = (from: string[], to: string[]) => (edges[`e${Object.keys(edges).length}`] = { from, to });
  for (const [index, step] of steps.entries()) {
    const id = `step${index + 1}`;
    nodes[id] = {
      position: [0, 0],
      ...(Array.isArray(step)
        ? { component: "Service", data: { service, method: step[0], request: step[1] } }
        : { component: step.component, data: step.data, ...step.sockets }),
    };
    wire([before, "trigger"], [id, "trigger"]);
    before = id;
  }
  nodes.out = { component: "Output", position: [0, 0], data: { name: "out" } };
  wire([before, "trigger"], ["out", "trigger"]);
  wire([before, socket], ["out", "input"]);
  return { format: "spellrunner@1", id: `journey-${service}`, name: service, version: 0, nodes, edges };
}

function spell(args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [inProject("client/cli/main.ts"), ...args]);
  const said = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said.stderr += text));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, ...said })));
}
