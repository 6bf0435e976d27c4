import { describe, expect, it } from "vitest";
import { alice, bob, codeOf, type MakeServices, need } from "./support.ts";

export function documentsContract(make: MakeServices): void {
  describe("documents", () => {
    async function library() {
      const documents = await need("documents", make);
      const store = await documents.createStore(alice, { name: "zoo" });
      await documents.createMany(alice, [
        { content: "cats purr", type: "animal", storeId: store.id, embedding: [1, 0] },
        { content: "dogs bark", type: "animal", embedding: [0.6, 0.8], metadata: { tame: true } },
        { content: "oaks grow", type: "plant", embedding: [0, 1] },
        { content: "hidden", type: "animal", embedding: [1, 0], isIncluded: false },
        { content: "no vector", type: "animal" },
      ]);
      const nearest = async (request: object) =>
        (await documents.nearest(alice, { embedding: [1, 0], limit: 10, ...request })).data;
      return { documents, store, nearest };
    }
    it("are found by exact cosine, the nearest first", async () => {
      const { nearest } = await library();
      const found = await nearest({});
      expect(found.map(({ content }) => content)).toEqual(["cats purr", "dogs bark", "oaks grow"]);
      expect(found.map(({ distance }) => distance)).toEqual([
        expect.closeTo(0, 6),
        expect.closeTo(0.4, 6),
        expect.closeTo(1, 6),
      ]);
      expect((await nearest({ embedding: [-1, 0], limit: 1 }))[0]).toMatchObject({ content: "oaks grow" });
      expect(await nearest({ limit: 0 })).toEqual([]);
      expect(await nearest({ embedding: [1, 0, 0] })).toEqual([]);
    });
    it("are found among those of a type, a store or with metadata", async () => {
      const { nearest, store } = await library();
      expect((await nearest({ type: "plant" })).map(({ content }) => content)).toEqual(["oaks grow"]);
      expect((await nearest({ storeId: store.id })).map(({ content }) => content)).toEqual(["cats purr"]);
      expect((await nearest({ metadata: { tame: true } })).map(({ content }) => content)).toEqual([
        "dogs bark",
      ]);
    });
    it("are made all or none", async () => {
      const { documents } = await library();
      const bad = [{ content: "fine" }, { title: "no content" }] as { content: string }[];
      expect(await codeOf(documents.createMany(alice, bad))).toBe("bad_request");
      expect((await documents.find(alice, {})).total).toBe(5);
      expect(await codeOf(documents.createMany(alice, []))).toBe("bad_request");
    });
    it("are made once by one idempotency key", async () => {
      const documents = await need("documents", make);
      const call = { ...alice, idempotencyKey: "k" };
      const first = await documents.createMany(call, [{ content: "a" }, { content: "b" }]);
      expect(await documents.createMany(call, [{ content: "a" }, { content: "b" }])).toEqual(first);
      expect(first.ids.length).toBe(2);
      expect((await documents.find(alice, {})).total).toBe(2);
    });
    it("go with their store, which belongs to its user", async () => {
      const { documents, store } = await library();
      expect((await documents.findStores(alice, { name: "zoo" })).data).toEqual([store]);
      expect((await documents.findStores(bob, {})).total).toBe(0);
      expect(await codeOf(documents.removeStore(bob, store.id))).toBe("not_found");
      expect(await documents.removeStore(alice, store.id)).toEqual(store);
      expect((await documents.find(alice, { storeId: store.id })).total).toBe(0);
      expect((await documents.find(alice, {})).total).toBe(4);
    });
  });
}

export function searchContract(make: MakeServices): void {
  describe("search in documents", () => {
    async function searched(request: object) {
      const { services } = await make();
      if (services.documents === undefined || services.search === undefined)
        throw new Error("The services under test have no documents or no search.");
      await services.documents.createMany(alice, [
        { title: "Cats", content: "Cats purr when they are content.", type: "animal" },
        { title: "Dogs", content: "Dogs bark at cats, and cats run. Dogs are loud.", type: "animal" },
        { title: "Oaks", content: "Oaks grow slowly.", type: "plant" },
        { title: "Secret", content: "purr purr purr", isIncluded: false },
      ]);
      const asked = { query: "purr", in: "documents" as const, limit: 10, ...request };
      return (await services.search.query(alice, asked)).results.map(({ title }) => title);
    }
    it("finds words whatever their case, the best first", async () => {
      expect(await searched({ query: "PURR" })).toEqual(["Cats"]);
      expect(await searched({ query: "dogs bark" })).toEqual(["Dogs"]);
      expect((await searched({ query: "cats purr" }))[0]).toBe("Cats");
      expect(await searched({ query: "zebra" })).toEqual([]);
    });
    it("keeps to a type and a limit, and takes signs of query languages as text", async () => {
      expect(await searched({ query: "cats grow", type: "plant" })).toEqual(["Oaks"]);
      expect((await searched({ query: "cats", limit: 1 })).length).toBe(1);
      expect(await searched({ query: 'purr" OR * NEAR( -' })).toEqual(["Cats"]);
    });
  });
}
