/** A client that takes less than it is sent is let go, and comes back for the gap; one that takes it is not. */
import { describe, expect, it } from "vitest";
import { maxTrusted, maxUnacknowledged, SendWindow, trustedPerSecond } from "../../src/actor/send-window.ts";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { spell } from "../helpers/spells.ts";

const megabyte = 1024 * 1024;

describe("What may be under way to a client", () => {
  it("is bounded for one that acknowledges, whatever the time", () => {
    const window = new SendWindow(0);
    window.mark(0);
    window.acknowledge(0);
    let seq = 0;
    const sendMegabyte = (now = 0): boolean => {
      const isTaken = window.take(megabyte, now);
      window.mark((seq += 1));
      return isTaken;
    };
    const all = maxUnacknowledged / megabyte;
    for (let i = 0; i < all; i++) expect(sendMegabyte()).toBe(true);
    window.acknowledge(seq - 1);
    for (let i = 1; i < all; i++) expect(sendMegabyte()).toBe(true);
    expect(sendMegabyte(1_000_000)).toBe(false);
  });
  it("is bounded by a rate for one that does not", () => {
    const window = new SendWindow(0);
    expect(window.take(maxTrusted, 0)).toBe(true);
    expect(window.take(trustedPerSecond, 1000)).toBe(true);
    expect(window.take(1, 1000)).toBe(false);
    // A clock that goes back gives nothing.
    expect(window.take(1, 0)).toBe(false);
  });
  it("is nothing that was sent before the first acknowledgement and taken by then", () => {
    const window = new SendWindow(0);
    expect(window.take(maxTrusted, 0)).toBe(true);
    window.mark(5);
    window.acknowledge(5);
    expect(window.take(maxUnacknowledged, 0)).toBe(true);
  });
  it("is marked seldom, however small the frames", () => {
    const window = new SendWindow(0);
    window.acknowledge(0);
    for (let seq = 1; seq <= 100_000; seq++) {
      window.take(100, 0);
      window.mark(seq);
    }
    window.acknowledge(99_999);
    // Of the newest mark nothing is acknowledged: at most two marks' length is counted too much.
    expect(window.take(maxUnacknowledged - 2 * 64 * 1024, 0)).toBe(true);
    expect(window.take(2 * 64 * 1024 + 1, 0)).toBe(false);
  });
});

describe("A connection", () => {
  /** A run writes a text of some 200 KB twenty times. */
  const chatty: SpellDocument = spell(
    {
      start: "Trigger In",
      text: { is: "Universal Input", data: { name: "text" } },
      ...Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`e${i}`, "Echo"])),
    },
    [
      "start.trigger > e0.trigger",
      "text.output > e0.source",
      ...Array.from(
        { length: 19 },
        (_, i) => `e${i}.trigger > e${i + 1}.trigger\n e${i}.output > e${i + 1}.source`,
      ),
    ].join("\n"),
  );
  const setUp = async (name: string) => {
    const user = userNamed(name);
    await user.ask("/spells/demo", { method: "PUT", body: chatty });
    const tab = await TestConnection.open(user, "demo");
    await tab.hello();
    const run = async () =>
      bodyOf(await user.ask("/spells/demo/run", { body: { inputs: { text: "x".repeat(200_000) } } }));
    return { user, tab, run };
  };

  it("that acknowledges nothing more is closed with 4408, and misses nothing when it is back", async () => {
    const { user, tab, run } = await setUp("slow-1");
    tab.say({ type: "ack", seq: 0 });
    const ids: string[] = [];
    for (let i = 0; i < 6 && tab.closed === null; i++) ids.push((await run()).runId);
    await tab.wait(() => tab.closed, "the close");
    expect(tab.closed?.code).toBe(4408);
    const lastSeq = tab.events.at(-1)?.seq ?? 0;
    const again = await TestConnection.open(user, "demo");
    await again.hello(lastSeq);
    await again.end(ids.at(-1) ?? "");
    const seqs = again.events.map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, i) => lastSeq + 1 + i));
  });

  it("that acknowledges what it took stays", async () => {
    const { tab, run } = await setUp("quick-1");
    for (let i = 0; i < 8; i++) {
      const { runId } = await run();
      await tab.end(runId);
      tab.say({ type: "ack", seq: tab.events.at(-1)?.seq ?? 0 });
    }
    expect(tab.closed).toBe(null);
  });
});
