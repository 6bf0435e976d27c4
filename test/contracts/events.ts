import { describe, expect, it } from "vitest";
import type { NewEvent } from "../../src/protocol/services.ts";
import { embeddingOf } from "../helpers/vectors.ts";
import { alice, bob, codeOf, type MakeServices, need } from "./support.ts";

export function eventsContract(make: MakeServices): void {
  describe("events", () => {
    const said = (content: string, more: Partial<NewEvent> = {}): NewEvent => ({
      type: "conversation",
      content,
      channel: "c1",
      ...more,
    });
    async function recorded(...events: NewEvent[]) {
      const service = await need("events", make);
      for (const event of events) await service.record(alice, event);
      return {
        service,
        recall: async (request: object, call = alice) =>
          (await service.recall(call, { limit: 10, ...request })).events.map(({ content }) => content),
      };
    }

    it("are recalled newest first chosen and oldest first given", async () => {
      const { recall } = await recorded(said("one"), said("two"), said("three"));
      expect(await recall({ limit: 2 })).toEqual(["two", "three"]);
      expect(await recall({})).toEqual(["one", "two", "three"]);
      expect(await recall({ limit: 0 })).toEqual([]);
    });
    it("are ordered by their own dates", async () => {
      const { recall } = await recorded(
        said("late", { date: "2026-03-01T00:00:00.000Z" }),
        said("early", { date: "2025-03-01T00:00:00.000Z" }),
      );
      expect(await recall({})).toEqual(["early", "late"]);
      expect(await recall({ limit: 1 })).toEqual(["late"]);
    });
    it("are recalled by all the given fields, and by their user alone", async () => {
      const { recall } = await recorded(
        said("a", { sender: "ann", observer: "bot" }),
        said("b", { sender: "bot", observer: "bot" }),
        said("c", { sender: "ann", channel: "c2" }),
        said("d", { sender: "ann", type: "fact" }),
      );
      expect(await recall({ type: "conversation", channel: "c1" })).toEqual(["a", "b"]);
      expect(await recall({ sender: "ann", observer: "bot" })).toEqual(["a"]);
      expect(await recall({ content: "d" })).toEqual(["d"]);
      expect(await recall({}, bob)).toEqual([]);
    });
    it("are recalled by likeness, the nearest first, those without a vector not", async () => {
      const { service, recall } = await recorded(
        said("the cat sat on the mat", { embedding: embeddingOf("the cat sat on the mat") }),
        said("stocks fell today", { embedding: embeddingOf("stocks fell today") }),
        said("no vector"),
        said("short", { embedding: [1, 0] }),
      );
      const embedding = embeddingOf("stocks fell");
      expect(await recall({ embedding })).toEqual(["stocks fell today", "the cat sat on the mat"]);
      expect(await recall({ embedding, limit: 1 })).toEqual(["stocks fell today"]);
      const [nearest] = (await service.recall(alice, { embedding: [2, 0], limit: 1 })).events;
      expect(nearest?.distance).toBeCloseTo(0, 6);
      const { events } = await service.recall(alice, { embedding: [0, 1], limit: 1 });
      expect(events[0]?.distance).toBeCloseTo(1, 6);
    });
    it("keep all that they were given, and get an id and a date", async () => {
      const service = await need("events", make);
      const event = said("hello", {
        sender: "ann",
        observer: "bot",
        client: "rest",
        channelType: "text",
        connector: "REST",
        agentId: "7",
        projectId: "p",
        entities: ["ann", "bot"],
        rawData: { deep: [1, null] },
        embedding: [0.25, -1],
      });
      const stored = await service.record(alice, event);
      expect(stored).toEqual({
        ...event,
        id: expect.any(String) as string,
        date: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
      });
      expect(await service.get(alice, stored.id)).toEqual(stored);
      expect((await service.find(alice, { sender: "ann" })).data).toEqual([stored]);
    });
    it("are recorded once by one idempotency key", async () => {
      const { service, recall } = await recorded();
      const call = { ...alice, idempotencyKey: "k" };
      const first = await service.record(call, said("once"));
      expect(await service.record(call, said("once"))).toEqual(first);
      expect(await recall({})).toEqual(["once"]);
    });
    it("without type or content, and recalls without a limit, are refused", async () => {
      const { service } = await recorded();
      expect(await codeOf(service.record(alice, { type: "x" } as NewEvent))).toBe("bad_request");
      expect(await codeOf(service.record(alice, { content: "x" } as NewEvent))).toBe("bad_request");
      expect(await codeOf(service.record(alice, said("x", { embedding: [] })))).toBe("bad_request");
      expect(await codeOf(service.recall(alice, {} as { limit: number }))).toBe("bad_request");
    });
  });
}
