/**
 * What every implementation of the services does, in memory and on a database alike. A test file calls this with a way to
 * make its services; each case gets new ones.
 */
import { describe, expect, it } from "vitest";
import { documentsContract, searchContract } from "./documents.ts";
import { eventsContract } from "./events.ts";
import { rowsContract } from "./rows.ts";
import { alice, bob, codeOf, type MakeServices, need } from "./support.ts";

export { documentsContract, eventsContract, rowsContract, searchContract };
export type { MakeServices, ServicesUnderTest } from "./support.ts";

export function weaviateContract(make: MakeServices): void {
  describe("weaviate", () => {
    async function filled() {
      const weaviate = await need("weaviate", make);
      for (const [text, vector] of [
        ["red apples", [1, 0]],
        ["green pears", [0, 1]],
      ] as [string, number[]][])
        await weaviate.create(alice, { class: "Fruit", properties: { text }, vector });
      await weaviate.create(alice, { class: "Tool", properties: { text: "red saw" }, vector: [1, 0] });
      return weaviate;
    }
    it("finds objects of one class by vector, words, and all of them", async () => {
      const weaviate = await filled();
      const near = await weaviate.nearVector(alice, { class: "Fruit", vector: [1, 0], limit: 5 });
      expect(near.data.map(({ properties, distance }) => [properties.text, distance])).toEqual([
        ["red apples", expect.closeTo(0, 6)],
        ["green pears", expect.closeTo(1, 6)],
      ]);
      const sure = await weaviate.nearVector(alice, {
        class: "Fruit",
        vector: [1, 0],
        certainty: 0.9,
        limit: 5,
      });
      expect(sure.data.length).toBe(1);
      const words = await weaviate.bm25(alice, { class: "Fruit", query: "red pears", limit: 5 });
      expect(new Set(words.data.map(({ properties }) => properties.text))).toEqual(
        new Set(["green pears", "red apples"]),
      );
      expect((await weaviate.objects(alice, { class: "Fruit", limit: 1 })).data.length).toBe(1);
      expect((await weaviate.objects(bob, { class: "Fruit", limit: 1 })).data).toEqual([]);
    });
    it("refuses what is no class", async () => {
      const weaviate = await filled();
      expect(await codeOf(weaviate.objects(alice, { class: "no class", limit: 1 }))).toBe("bad_request");
    });
  });
}

export function cacheContract(make: MakeServices): void {
  describe("cache", () => {
    it("keeps any JSON by key, for its user", async () => {
      const cache = await need("cache", make);
      for (const value of [null, false, 0, "", [1, { a: null }]]) {
        await cache.set(alice, "k", value);
        expect(await cache.get(alice, "k")).toEqual({ value });
      }
      expect(await cache.get(bob, "k")).toBe(null);
      expect(await cache.get(alice, "other")).toBe(null);
      await cache.delete(alice, "k");
      await cache.delete(alice, "k");
      expect(await cache.get(alice, "k")).toBe(null);
    });
    it("refuses no key and a time to live below a minute", async () => {
      const cache = await need("cache", make);
      expect(await codeOf(cache.get(alice, ""))).toBe("bad_request");
      expect(await codeOf(cache.set(alice, "k", 1, 59))).toBe("bad_request");
    });
    it("forgets after the time to live", async (context) => {
      const { services, advance } = await make();
      if (advance === undefined) context.skip("the clock is real");
      await services.cache?.set(alice, "k", 1, 60);
      advance?.(59_999);
      expect(await services.cache?.get(alice, "k")).toEqual({ value: 1 });
      advance?.(1);
      expect(await services.cache?.get(alice, "k")).toBe(null);
    });
  });
}

export function agentsContract(make: MakeServices): void {
  describe("agents", () => {
    it("start and stop, for their user", async () => {
      const agents = await need("agents", make);
      const made = await agents.create(alice, {
        name: "daily",
        spellId: "greet",
        bindings: [{ kind: "schedule", cron: "0 8 * * *" }],
      });
      expect(made.isRunning).toBe(false);
      expect((await agents.start(alice, made.id)).isRunning).toBe(true);
      expect((await agents.find(alice, { isRunning: true })).total).toBe(1);
      expect(await codeOf(agents.stop(bob, made.id))).toBe("not_found");
      expect((await agents.stop(alice, made.id)).isRunning).toBe(false);
    });
  });
}

/** All of them. */
export function servicesContract(make: MakeServices): void {
  rowsContract(make);
  eventsContract(make);
  documentsContract(make);
  searchContract(make);
  weaviateContract(make);
  cacheContract(make);
  agentsContract(make);
}
