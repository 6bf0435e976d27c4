import { beforeEach, describe, expect, it } from "vitest";
import { Inbox } from "../../client/lib/inbox.ts";

const told: unknown[] = [];
beforeEach(() => void told.splice(0));

const inbox = (lastSeq?: number): Inbox =>
  new Inbox(
    {
      event: ({ seq }) => told.push(seq),
      message: ({ type }) => told.push(type),
      welcomed: (_welcome, isBehind) => told.push(isBehind ? "behind" : "fresh"),
      caughtUp: () => told.push("caught up"),
      skipped: ({ seq }) => told.push(`skipped to ${seq}`),
      ack: (seq) => told.push(`ack ${seq}`),
      fault: ({ code }) => told.push(code),
    },
    lastSeq,
  );

const event = (seq: number, reason = "why") => ({ type: "run.resumed", runId: "r", reason, seq, at: 1 });
const welcome = (lastSeq: number) => ({
  type: "welcome",
  protocolVersion: 5,
  userId: "u",
  spell: { id: "s", version: 1 },
  session: "main",
  playing: false,
  lastSeq,
  runs: [],
});
const take = (box: Inbox, ...messages: unknown[]): void => {
  for (const message of messages) box.take(JSON.stringify(message));
};

describe("what comes over a connection", () => {
  it("is live from the welcome on where nothing came before", () => {
    const box = inbox();
    take(box, welcome(7), event(8));
    expect(told).toEqual(["fresh", "caught up", "welcome", 8]);
    expect(box.lastSeq).toBe(8);
  });

  it("is taken once, whether it comes live, in a gap, or in both", () => {
    const box = inbox(2);
    take(
      box,
      welcome(5),
      { type: "replay", events: [event(3), event(4)], more: true },
      { type: "replay", events: [event(4), event(5)] },
      [event(5), event(6)],
    );
    expect(told).toEqual(["behind", "welcome", 3, 4, "replay", 5, "caught up", "replay", 6]);
  });

  it("goes on behind a snapshot, also one that is older than what came before", () => {
    const box = inbox(100);
    take(box, welcome(5), { type: "replay", snapshot: { seq: 5, runs: [] } }, event(6));
    expect(told).toEqual(["behind", "welcome", "skipped to 5", "caught up", "replay", 6]);
  });

  it("is passed over with a fault where it does not fit, and what follows is taken", () => {
    const box = inbox(1);
    box.take("{");
    take(box, { ...event(2), reason: 5 }, { type: "later.invention", seq: 3, at: 1 }, event(4));
    expect(told).toEqual(["protocol_error", "protocol_error", "protocol_error", 4]);
  });

  it("is not asked for again where it never fits", () => {
    const box = inbox(1);
    take(box, { type: "later.invention", seq: 9, at: 1 });
    expect(box.lastSeq).toBe(9);
  });

  it("is acknowledged after each megabyte, up to the newest event", () => {
    const box = inbox(0);
    const half = "x".repeat(600_000);
    take(box, event(1, half), event(2, half), event(3, half), event(4, half));
    expect(told).toEqual([1, 2, "ack 2", 3, 4, "ack 4"]);
  });
});
