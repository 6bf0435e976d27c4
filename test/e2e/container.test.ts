/** Dockerfile and compose.yaml: parsed, linted, and held against each other and the project. No image is built here. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Copy } from "dockerfile-ast";
import { validate } from "dockerfile-utils";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { inProject } from "../../scripts/project.ts";
import { copyOf, stagesOf } from "../../scripts/trial-image.ts";

const text = readFileSync(inProject("Dockerfile"), "utf8");
const { stages } = stagesOf(text);
const instructions = (keyword: string, of = stages.length - 1) =>
  (stages[of]?.instructions ?? []).filter((instruction) => instruction.getKeyword() === keyword);
const argumentsOf = (keyword: string): string[] =>
  instructions(keyword).map((instruction) => instruction.getArgumentsContent() ?? "");

describe("the Dockerfile", () => {
  it("has no fault that a linter of Dockerfiles finds", () => {
    expect(validate(text)).toEqual([]);
    expect(validate("FORM node:24\nCOPPY a b\n").length).toBeGreaterThan(0);
  });

  it("copies what is there, and nothing that .dockerignore keeps out", () => {
    const [all, ...letIn] = readFileSync(inProject(".dockerignore"), "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    expect(all).toBe("*");
    const names = letIn.map((line) => line.replace(/^!/, ""));
    const copied = stages.flatMap((_, i) => instructions("COPY", i)).map((each) => copyOf(each as Copy));
    for (const { from, sources } of copied.filter((copy) => copy.from === undefined)) {
      expect(from).toBeUndefined();
      for (const source of sources) {
        expect(existsSync(inProject(source)), source).toBe(true);
        expect(names, source).toContain(source);
      }
    }
    // What is let in is also taken.
    expect(copied.flatMap(({ from, sources }) => (from === undefined ? sources : [])).toSorted()).toEqual(
      expect.arrayContaining(names),
    );
    const built = copied.flatMap(({ from, sources }) => (from === "build" ? sources : []));
    expect(built).toEqual(["/app/dist/editor", "/app/dist/server"]);
  });

  it("builds on the Node that the project brings, in two stages, and runs as nobody of rights", () => {
    const { devDependencies } = JSON.parse(readFileSync(inProject("package.json"), "utf8")) as {
      devDependencies: Record<string, string>;
    };
    const major = devDependencies.node?.split(".")[0];
    expect([...text.matchAll(/^FROM node:(\d+)-bookworm-slim/gm)].map(([, version]) => version)).toEqual([
      major,
      major,
    ]);
    expect(argumentsOf("USER")).toEqual(["node"]);
    // Nothing is run with rights behind it.
    expect(text.indexOf("USER node")).toBeGreaterThan(text.lastIndexOf("RUN "));
    expect(argumentsOf("HEALTHCHECK")).toEqual([expect.stringContaining("/health")]);
  });

  it("starts a script that is there, which needs no package of development", () => {
    const [command] = argumentsOf("CMD");
    const [program, script = ""] = JSON.parse(command ?? "[]") as string[];
    expect(program).toBe("node");
    expect(existsSync(join(inProject(), script))).toBe(true);
    expect(text).toContain("npm ci --omit=dev");
  });
});

/** Of the Compose specification, the keys that are used; a misspelt one is refused. */
const composeFile = z.strictObject({
  services: z.record(
    z.string(),
    z.strictObject({
      build: z.string(),
      image: z.string(),
      restart: z.enum(["no", "always", "on-failure", "unless-stopped"]),
      init: z.boolean(),
      ports: z.array(z.string().regex(/^127\.0\.0\.1:(?:\$\{PORT:-\d+\}|\d+):\d+$/)),
      env_file: z.array(z.strictObject({ path: z.string(), required: z.boolean() })),
      // Numbers would be written as Compose likes them.
      environment: z.record(z.string(), z.string()),
      volumes: z.array(z.string().regex(/^[a-z]+:\/[a-z/]+$/)),
      read_only: z.boolean(),
      tmpfs: z.array(z.string()),
      cap_drop: z.array(z.string()),
      security_opt: z.array(z.string()),
      stop_grace_period: z.string().regex(/^\d+s$/),
    }),
  ),
  volumes: z.record(z.string(), z.null()),
});

describe("compose.yaml", () => {
  const compose = composeFile.parse(parse(readFileSync(inProject("compose.yaml"), "utf8")));
  const service = compose.services.spellrunner;

  it("starts the whole server by one service, with data in a volume of its own", () => {
    expect(Object.keys(compose.services)).toEqual(["spellrunner"]);
    expect(service?.volumes).toEqual(["data:/data"]);
    expect(Object.keys(compose.volumes)).toEqual(["data"]);
    expect(argumentsOf("VOLUME")).toEqual(["/data"]);
    expect(service?.environment.DATA_DIR).toBe("/data");
  });

  it("reaches the port that the image listens on, from this machine alone", () => {
    const [port] = argumentsOf("EXPOSE");
    expect(service?.ports).toEqual([`127.0.0.1:\${PORT:-${port}}:${port}`]);
    expect(service?.environment).toMatchObject({ HOST: "0.0.0.0", PORT: port });
  });

  it("leaves the container nothing to write on but its data and what is gone at its end", () => {
    expect(service).toMatchObject({
      read_only: true,
      tmpfs: ["/tmp"],
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
    });
  });
});
