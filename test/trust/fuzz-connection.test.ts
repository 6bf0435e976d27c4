/** The WebSocket protocol: damaged frames and sequences of them over a real connection, beside a good one that must go on. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closeCodes } from "../../src/protocol/close-codes.ts";
import { maxFrameBytes } from "../../src/protocol/values.ts";
import { userNamed } from "../helpers/api.ts";
import { campaign, campaignTimeoutMs } from "../helpers/campaign.ts";
import { TestConnection } from "../helpers/connection.ts";
import { mutated, mutations } from "../helpers/mutations.ts";
import { nastyValues } from "../helpers/nasty-values.ts";
import { spell } from "../helpers/spells.ts";
import { splices, splicedText } from "../helpers/text-mutations.ts";

const { check } = campaign("connection");

const echo = spell(
  { start: "Trigger In", text: "Universal Input:text", e: "Echo", out: "Output:said" },
  `
  start.trigger > e.trigger
  text.output > e.source
  e.trigger > out.trigger
  e.output > out.input`,
);

const requestId = fc.constantFrom("r", "", "x".repeat(129), "é", "__proto__");
const value = fc.constantFrom(...nastyValues);
const long = "n".repeat(1_000_000);

/** Messages of each kind, not all of them right. */
const message: fc.Arbitrary<unknown> = fc.oneof(
  fc.record(
    { type: fc.constant("hello"), lastSeq: fc.oneof(fc.nat(50), fc.constantFrom(-1, 1e15, 2 ** 53)) },
    { requiredKeys: ["type"] },
  ),
  fc.record(
    {
      type: fc.constant("run"),
      requestId,
      inputs: fc.oneof(fc.record({ text: value }), value),
      trigger: fc.constantFrom("start", "none", ""),
      state: fc.oneof(fc.record({ a: value }), value),
      concurrency: fc.constantFrom("parallel", "queue", "reject", "latest", "all"),
    },
    { requiredKeys: ["type", "requestId"] },
  ),
  fc.record({ type: fc.constant("cancel"), runId: fc.constantFrom("none", "", long) }),
  fc.constantFrom({ type: "play" }, { type: "pause" }, { type: "none" }, { type: long }, { [long]: 1 }),
  fc.record({
    type: fc.constant("edit"),
    requestId,
    baseVersion: fc.constantFrom(0, 1, 2, 1e9),
    patch: fc.constantFrom<unknown>(
      [{ op: "replace", path: "/name", value: "renamed" }],
      [{ op: "replace", path: "/nodes/none", value: 1 }],
      [{ op: "add", path: "/__proto__/a", value: 1 }],
      [{ op: "replace", path: "", value: null }],
      [{ op: "test", path: long, value: 1 }],
      [],
    ),
  }),
  fc.record({
    type: fc.constant("answer"),
    runId: fc.constantFrom("none", long),
    nodeId: fc.constantFrom("e", long.slice(0, 400_000)),
    visit: fc.constantFrom("1", "1.2.3"),
    value,
  }),
  fc.record({ type: fc.constant("push"), source: fc.constantFrom("text", "", long), value }),
  fc.record({ type: fc.constant("auth"), token: fc.constantFrom("", "a.b.c", "x".repeat(16_384)) }),
  fc.record({ type: fc.constant("ack"), seq: fc.constantFrom(0, 5, 1e12) }),
  fc.record({
    type: fc.constant("subscribe"),
    services: fc.constantFrom<unknown>(["entities"], ["none", "__proto__"], [], "entities"),
  }),
);

const frame: fc.Arbitrary<string | ArrayBuffer> = fc.oneof(
  { weight: 6, arbitrary: message.map((one) => JSON.stringify(one)) },
  { weight: 3, arbitrary: fc.array(message, { maxLength: 4 }).map((many) => JSON.stringify(many)) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(message, mutations)
      .map(([one, changes]) => JSON.stringify(mutated([one], changes)) ?? "null"),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(message, splices)
      .map(([one, changes]) => splicedText(JSON.stringify(one).slice(0, 2000), changes)),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "",
      "ping",
      "null",
      "[]",
      "[[]]",
      "[".repeat(5000),
      "x".repeat(maxFrameBytes + 1),
      `"${"é".repeat(maxFrameBytes / 2)}"`,
    ),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }).map((bytes) => bytes.slice().buffer) },
);

let count = 0;

describe("a connection", () => {
  it(
    "that sends anything stays, or is closed with a code that is documented, and one beside it is served",
    { timeout: campaignTimeoutMs },
    async () => {
      const user = userNamed("fuzz-connection");
      const stranger = userNamed("fuzz-connection-other");
      for (const each of [user, stranger])
        expect((await each.ask("/spells/demo", { method: "PUT", body: echo })).status).toBe(201);
      const other = await TestConnection.open(stranger, "demo");
      await other.hello();
      let bad: TestConnection | undefined;
      await check(fc.array(frame, { minLength: 1, maxLength: 5 }), 60, async (frames) => {
        if (bad === undefined || bad.closed !== null) {
          bad = await TestConnection.open(user, "demo");
          await bad.hello();
        }
        for (const each of frames) if (bad.closed === null) bad.socket.send(each);
        // What comes after is answered after them: each of its own connection is taken in order.
        count += 1;
        const after = `after-${count}`;
        if (bad.closed === null) bad.say({ type: "run", requestId: after, inputs: { text: "good" } });
        const { messages, closed } = await bad.wait(
          () =>
            (bad?.closed !== null ||
              bad.messages.some(
                (told) =>
                  ("requestId" in told && told.requestId === after) ||
                  (told.type === "error" && told.code === "rate_limited"),
              )) &&
            bad,
          `an answer to ${after}`,
        );
        if (closed !== null) expect(Object.values(closeCodes)).toContain(closed.code);
        for (const told of messages)
          if (told.type === "error") expect(told.code, told.message).not.toBe("internal");
        for (const sent of bad.frames) expect(sent.length).toBeLessThan(maxFrameBytes);
        bad.frames.length = 0;
        bad.messages.length = 0;
        other.say({ type: "run", requestId: after, inputs: { text: after } });
        await other.until((told) => told.type === "run.completed" && told.outputs?.said === after, after);
        other.messages.length = 0;
      });
      expect(other.closed).toBeNull();
      other.close();
      bad?.close();
    },
  );
});
