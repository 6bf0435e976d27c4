/** The checks of a page say of messages what the protocol's schemas say. */
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { clientMessage, serverMessage } from "../../client/lib/message-shapes.ts";
import { checked, misfitOf } from "../../client/lib/shape.ts";
import { makeMessageShapes } from "../../scripts/make-message-shapes.ts";
import { inProject } from "../../scripts/project.ts";
import { serverMessage as serverSchema } from "../../src/protocol/down.ts";
import { clientMessage as clientSchema } from "../../src/protocol/up.ts";
import { run, spell } from "../helpers/spells.ts";

const nodeFields = { runId: "r", nodeId: "a", visit: "1" };
const stamp = { seq: 3, at: 1_700_000_000_000 };
const issue = { severity: "warning", code: "unknown_input", message: "m" };

/** One of each kind, and more of those with many forms. */
const fromServer: object[] = [
  ...run(
    spell(
      { s: "Trigger In:s", i: "Universal Input:i", o: "Output:o" },
      `
      s.trigger > o.trigger
      i.output > o.input`,
    ),
    { inputs: { i: { deep: [1, null, "x"] } } },
  ).events.map((event, i) => ({ ...event, seq: i + 1, at: i })),
  {
    type: "node.failed",
    ...nodeFields,
    attempt: 1,
    error: { code: "node_failed", message: "m" },
    ms: 0.5,
    ...stamp,
  },
  { type: "node.waiting", ...nodeFields, prompt: null, until: 5, ...stamp },
  { type: "node.item", ...nodeFields, item: 1, outputs: {}, waited: true, ...stamp },
  { type: "node.event", ...nodeFields, name: "n", data: [1], ...stamp },
  {
    type: "node.completed",
    ...nodeFields,
    attempt: 2,
    outputs: { a: { $value: { id: "1-1", bytes: 300_000, preview: "x" } } },
    fired: ["t"],
    iterations: { count: 2, outputs: { a: [1, 2] } },
    state: {
      patch: [
        { op: "add", path: "/a", value: 1 },
        { op: "remove", path: "/b" },
      ],
    },
    logs: [{ level: "info", text: "t" }],
    usage: { inputTokens: 1, calls: 2 },
    waited: true,
    ms: 1.5,
    ...stamp,
  },
  { type: "run.resumed", runId: "r", reason: "why", ...stamp },
  {
    type: "run.failed",
    runId: "r",
    error: { code: "internal", message: "m", errorId: "e" },
    ms: 0,
    ...stamp,
  },
  { type: "runner.played", ...stamp },
  {
    type: "spell.changed",
    version: 2,
    patch: [{ op: "replace", path: "/name", value: "n" }],
    by: "u",
    ...stamp,
  },
  {
    type: "welcome",
    protocolVersion: 5,
    userId: "u",
    spell: { id: "s", version: 1 },
    session: "main",
    playing: false,
    lastSeq: 0,
    runs: [
      {
        runId: "r",
        status: "running",
        trigger: "t",
        startedAt: 1,
        partial: [{ nodeId: "a", visit: "1", text: "t" }],
      },
    ],
  },
  { type: "replay", events: [{ type: "runner.paused", ...stamp }], more: true },
  {
    type: "replay",
    snapshot: {
      seq: 4,
      runs: [{ runId: "r", status: "completed", inputs: {}, nodes: { a: { visit: "1", status: "x" } } }],
    },
  },
  { type: "node.delta", ...nodeFields, delta: "d" },
  { type: "service.changed", service: "s", event: "created", id: 1 },
  { type: "token.expiring", at: 5 },
  { type: "spell.saved", requestId: "q", version: 2, warnings: [issue] },
  { type: "spell", requestId: "q", version: 2, document: { any: "thing" } },
  { type: "error", code: "not_found", message: "m" },
];

const fromClient: object[] = [
  { type: "hello", lastSeq: 3 },
  { type: "run", requestId: "q", inputs: { a: 1 }, trigger: "t", state: {}, concurrency: "queue" },
  { type: "cancel", runId: "r" },
  { type: "play" },
  { type: "edit", requestId: "q", baseVersion: 1, patch: [{ op: "remove", path: "/a" }] },
  { type: "answer", ...nodeFields, value: "yes" },
  { type: "push", source: "s", value: [1] },
  { type: "auth", token: "t" },
  { type: "ack", seq: 4 },
  { type: "subscribe", services: ["entities"] },
];

/** A message with one place changed: a member gone, or another value in it. */
const changed = (messages: object[]) =>
  fc
    .tuple(
      fc.constantFrom(...messages),
      fc.infiniteStream(fc.nat(50)),
      fc.oneof(
        fc.constant(undefined),
        fc.constantFrom<unknown>(
          "",
          "x",
          0,
          -1,
          1.5,
          2 ** 60,
          true,
          null,
          [],
          {},
          "run.started",
          "completed",
        ),
        fc.jsonValue(),
      ),
    )
    .map(([message, choices, value]) => {
      const copy = structuredClone(message) as Record<string, unknown>;
      let holder: Record<string, unknown> = copy;
      for (;;) {
        const keys = Object.keys(holder);
        const key = keys[(choices.next().value ?? 0) % Math.max(1, keys.length)] ?? "new";
        const inner = holder[key];
        const isDeeper = typeof inner === "object" && inner !== null && Object.keys(inner).length > 0;
        if (isDeeper && (choices.next().value ?? 0) % 3 > 0) {
          holder = inner as Record<string, unknown>;
          continue;
        }
        if (value === undefined && !Array.isArray(holder)) delete holder[key];
        else holder[key] = value ?? null;
        return copy;
      }
    });

describe("checking messages without zod", () => {
  it("is by shapes that are what the schemas say now", async () => {
    const path = inProject("client/lib/message-shapes.ts");
    expect(readFileSync(path, "utf8"), "Run `npm run shapes`.").toBe(await makeMessageShapes(path));
  });

  it("takes every kind of message", () => {
    for (const message of fromServer) {
      expect(serverSchema.safeParse(message).error).toBeUndefined();
      expect(misfitOf(serverMessage, message), JSON.stringify(message)).toBeNull();
    }
    for (const message of fromClient) {
      expect(clientSchema.safeParse(message).error).toBeUndefined();
      expect(misfitOf(clientMessage, message), JSON.stringify(message)).toBeNull();
    }
  });

  it("refuses exactly those that the schemas refuse", () => {
    fc.assert(
      fc.property(changed(fromServer), (message) => {
        expect(misfitOf(serverMessage, message) === null).toBe(serverSchema.safeParse(message).success);
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(changed(fromClient), (message) => {
        expect(misfitOf(clientMessage, message) === null).toBe(clientSchema.safeParse(message).success);
      }),
      { numRuns: 2000 },
    );
  });

  it("says where a message does not fit", () => {
    const message = { type: "run.resumed", runId: 5, reason: "why", seq: 1, at: 1 };
    expect(() => checked(serverMessage, message, "A message")).toThrow(
      "A message does not fit the protocol at runId: expected string.",
    );
  });
});
