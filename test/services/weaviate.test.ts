/** The weaviate service on the actor that it embeds: the same contract as in memory, and what belongs to the store. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Env } from "../../src/env.ts";
import type { VectorStore } from "../../src/services/weaviate/vector-store.ts";
import { weaviateContract } from "../contracts/services.ts";
import { alice, bob, codeOf } from "../contracts/support.ts";
import { userNamed, bodyOf } from "../helpers/api.ts";
import { requestsWith } from "../helpers/provider.ts";

const { WEAVIATE, VECTORS } = env as unknown as Required<Env>;

async function emptied() {
  for (const { userId } of [alice, bob])
    await runInDurableObject(VECTORS.getByName(JSON.stringify([1, userId])), (_, { storage }) => {
      for (const table of ["objects", "words", "answers"]) storage.sql.exec(`DELETE FROM ${table}`);
    });
  return WEAVIATE;
}

describe("weaviate behind its binding", () =>
  weaviateContract(async () => ({ services: { weaviate: await emptied() } })));

describe("objects", () => {
  it("are rows like those of other services, each user's own", async () => {
    const weaviate = await emptied();
    const { id } = await weaviate.create(alice, {
      class: "Fruit",
      properties: { text: "apple", n: 1 },
      vector: [1, 0],
    });
    expect(await weaviate.get(alice, id)).toEqual({
      id,
      class: "Fruit",
      properties: { text: "apple", n: 1 },
      vector: [1, 0],
    });
    expect((await weaviate.find(alice, { "properties.n": 1 })).total).toBe(1);
    expect(await codeOf(weaviate.get(bob, id))).toBe("not_found");
    expect(await codeOf(weaviate.remove(bob, id))).toBe("not_found");
    const words = async (query: string, properties?: string[]) =>
      (
        await weaviate.bm25(alice, {
          class: "Fruit",
          query,
          limit: 5,
          ...(properties === undefined ? {} : { properties }),
        })
      ).data.length;
    expect([await words("APPLE"), await words("apple", ["text"]), await words("apple", ["other"])]).toEqual([
      1, 1, 0,
    ]);
    await weaviate.update(alice, id, { class: "Fruit", properties: { text: "pear" }, vector: [0, 1] });
    expect([await words("apple"), await words("pear")]).toEqual([0, 1]);
    expect(await weaviate.remove(alice, id)).toMatchObject({ id });
    expect([await words("pear"), (await weaviate.find(alice)).total]).toEqual([0, 0]);
  });
  it("are made once by one key", async () => {
    const weaviate = await emptied();
    const call = { ...alice, idempotencyKey: "k" };
    const object = { class: "A", properties: {}, vector: [1] };
    const made = await Promise.all([1, 2, 3].map(() => weaviate.create(call, object)));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await codeOf(weaviate.create(call, { ...object, class: "B" }))).toBe("conflict");
    expect(await codeOf(weaviate.remove({ ...alice, idempotencyKey: "r" }, "none"))).toBe("not_found");
  });
  it("get the vector of their texts from the provider, anew when these change", async () => {
    const weaviate = await emptied();
    const { id, vector } = await weaviate.create(alice, { class: "A", properties: { text: "one" } });
    expect(vector?.length).toBeGreaterThan(0);
    const changed = await weaviate.patch(alice, id, { properties: { text: "something else" } });
    expect(changed.vector).not.toEqual(vector);
    const found = await weaviate.nearText(alice, { class: "A", concepts: ["something else"], limit: 1 });
    expect(found.data[0]).toMatchObject({ id, distance: expect.closeTo(0, 4) as number });
  });
  it("of a batch get their vectors by one question, each its own", async () => {
    const weaviate = await emptied();
    const texts = ["one of the batch", "", "another of the batch"];
    const { ids } = await weaviate.createMany({ ...alice, idempotencyKey: "batch" }, [
      ...texts.map((text) => ({ class: "A", properties: { text } })),
      { class: "A", properties: { text: "its own" }, vector: [1, 2] },
    ]);
    const vectors = (await Promise.all(ids.map((id) => weaviate.get(alice, id)))).map(({ vector }) => vector);
    const single = await weaviate.create(alice, { class: "A", properties: { text: texts[2] ?? "" } });
    expect(vectors[0]).not.toEqual(vectors[2]);
    expect(vectors.slice(1)).toEqual([undefined, single.vector, [1, 2]]);
    const asked = (await requestsWith("one of the batch")).map(({ body }) => body);
    expect(asked).toMatchObject([{ input: [texts[0], texts[2]] }]);
  });
  it("are found by words and meaning together, as these weigh", async () => {
    const weaviate = await emptied();
    await weaviate.createMany(alice, [
      // Of another length: found by its word alone.
      { class: "A", properties: { text: "red" }, vector: [1, 0, 0] },
      { class: "A", properties: { text: "green" }, vector: [1, 0] },
      { class: "A", properties: { text: "red and near" }, vector: [1, 0.1] },
    ]);
    const found = async (alpha: number) =>
      (await weaviate.hybrid(alice, { class: "A", query: "red", vector: [1, 0], alpha, limit: 3 })).data.map(
        ({ properties }) => properties.text,
      );
    expect(await found(1)).toEqual(["green", "red and near"]);
    expect(await found(0)).toEqual(["red", "red and near"]);
    expect(await found(0.5)).toEqual(["red and near", "green", "red"]);
    expect(await weaviate.hybrid(alice, { class: "B", query: "red", limit: 3 })).toEqual({ data: [] });
  });
  it("are the nearest among thousands, exactly", async () => {
    const weaviate = await emptied();
    /** Around a circle, as far apart as single precision tells well. */
    const at = (i: number): number[] => [Math.cos(i / 477), Math.sin(i / 477), 0.1];
    await runInDurableObject(VECTORS.getByName(JSON.stringify([1, "alice"])), (instance) => {
      const store = instance as VectorStore;
      for (let i = 0; i < 3000; i++)
        store.create({
          class: "N",
          properties: { i },
          vector: at(i),
        });
    });
    const { data } = await weaviate.nearVector(alice, { class: "N", vector: at(1234.3), limit: 3 });
    expect(data.map(({ properties }) => properties.i)).toEqual([1234, 1235, 1233]);
    expect(
      (await weaviate.nearVector(alice, { class: "N", vector: [0, 0, 0], limit: 1 })).data[0]?.distance,
    ).toBe(1);
  });
  it("are found as they are now, whatever was searched before", async () => {
    const weaviate = await emptied();
    const ids: string[] = [];
    for (let i = 0; i < 40; i++)
      ids.push((await weaviate.create(alice, { class: "M", properties: { i }, vector: [1, i] })).id);
    const nearest = async (vector: number[]) =>
      (await weaviate.nearVector(alice, { class: "M", vector, limit: 100 })).data.map(
        ({ properties }) => properties.i,
      );
    expect(await nearest([1, 0])).toEqual(Array.from({ length: 40 }, (_, i) => i));
    await weaviate.remove(alice, ids[0] ?? "");
    await weaviate.remove(alice, ids[39] ?? "");
    await weaviate.update(alice, ids[20] ?? "", { class: "M", properties: { i: 20 }, vector: [1, -0.1] });
    await weaviate.update(alice, ids[21] ?? "", { class: "Other", properties: { i: 21 }, vector: [1, 21] });
    await weaviate.update(alice, ids[22] ?? "", { class: "M", properties: { i: 22 }, vector: [1, 2, 3] });
    await weaviate.create(alice, { class: "M", properties: { i: 100 }, vector: [1, 0] });
    const expected = [
      100,
      20,
      ...Array.from({ length: 38 }, (_, i) => i + 1).filter((i) => ![20, 21, 22].includes(i)),
    ];
    expect(await nearest([1, 0])).toEqual(expected);
    expect(
      await codeOf(
        weaviate.create(alice, { class: "M", properties: { t: "ä".repeat(1_500_000) }, vector: [1, 0] }),
      ),
    ).toBe("too_large");
    expect(await nearest([1, 0])).toEqual(expected);
  });
  it("are reached over HTTP", async () => {
    const user = userNamed("weaviate-http");
    const body = { class: "Fruit", properties: { text: "plum" }, vector: [1, 0] };
    expect((await user.ask("/services/weaviate", { body })).status).toBe(201);
    const near = await user.ask("/services/weaviate/nearVector", {
      body: { class: "Fruit", vector: [1, 0], limit: 1 },
    });
    expect((await bodyOf(near)).data).toMatchObject([{ properties: { text: "plum" } }]);
    const bad = await user.ask("/services/weaviate/nearVector", {
      body: { class: "fruit", vector: [], limit: 0 },
    });
    expect(bad.status).toBe(400);
  });
});
