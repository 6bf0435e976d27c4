import { describe, expect, it } from "vitest";
import type { Query } from "../../src/protocol/services.ts";
import type { JsonObject } from "../../src/protocol/values.ts";
import { alice, bob, codeOf, type MakeServices, need } from "./support.ts";

/** Rows and their query language, told by entities. */
export function rowsContract(make: MakeServices): void {
  describe("rows", () => {
    async function animals() {
      const entities = await need("entities", make);
      const rows: JsonObject[] = [
        { name: "ant", legs: 6, tame: false },
        { name: "bee", legs: 6, tame: true },
        { name: "cat", legs: 4, tame: true },
        { name: "eel", legs: 0 },
        { name: "10", legs: "many" },
      ];
      for (const data of rows) await entities.create(alice, { type: "animal", data });
      await entities.create(alice, { type: "plant", data: { name: "oak" } });
      return {
        entities,
        names: async (query: Query, call = alice) =>
          (await entities.find(call, { type: "animal", ...query })).data.map(({ data }) => data.name),
      };
    }

    it("are found by fields that are equal, and by fields within JSON", async () => {
      const { names } = await animals();
      expect(await names({})).toEqual(["ant", "bee", "cat", "eel", "10"]);
      expect(await names({ "data.legs": 6 })).toEqual(["ant", "bee"]);
      expect(await names({ "data.legs": 6, "data.tame": true })).toEqual(["bee"]);
      expect(await names({ "data.legs": "6" })).toEqual([]);
      expect(await names({ "data.name": "10" })).toEqual(["10"]);
    });
    const cases: [string, Query, string[]][] = [
      ["$in", { "data.name": { $in: ["ant", "eel", "elk"] } }, ["ant", "eel"]],
      ["$in with nothing", { "data.name": { $in: [] } }, []],
      ["$in with null", { "data.tame": { $in: [null, true] } }, ["bee", "cat", "eel", "10"]],
      ["$nin", { "data.name": { $nin: ["ant", "eel"] } }, ["bee", "cat", "10"]],
      ["$nin of a field that is missing", { "data.tame": { $nin: [true] } }, ["ant", "eel", "10"]],
      ["$lt", { "data.legs": { $lt: 6 } }, ["cat", "eel"]],
      ["$lte", { "data.legs": { $lte: 4 } }, ["cat", "eel"]],
      ["$gt", { "data.legs": { $gt: 4 } }, ["ant", "bee"]],
      ["$gte with $lt", { "data.legs": { $gte: 4, $lt: 6 } }, ["cat"]],
      ["comparisons of texts", { "data.name": { $gt: "bee" } }, ["cat", "eel"]],
      ["comparisons of what is missing", { "data.wings": { $lt: 5 } }, []],
      ["$ne", { "data.tame": { $ne: true } }, ["ant", "eel", "10"]],
      ["null", { "data.tame": null }, ["eel", "10"]],
      ["$or", { $or: [{ "data.legs": 0 }, { "data.name": "ant" }] }, ["ant", "eel"]],
      [
        "$or beside fields",
        { "data.legs": 6, $or: [{ "data.tame": true }, { "data.name": "eel" }] },
        ["bee"],
      ],
      ["$sort", { $sort: { "data.legs": 1, "data.name": -1 } }, ["eel", "cat", "bee", "ant", "10"]],
      ["$sort with what is missing", { $sort: { "data.tame": 1 } }, ["eel", "10", "ant", "bee", "cat"]],
      ["$sort by what is equal", { $sort: { "data.wings": 1 } }, ["ant", "bee", "cat", "eel", "10"]],
      ["$sort down by what is equal", { $sort: { "data.wings": -1 } }, ["10", "eel", "cat", "bee", "ant"]],
      ["$limit and $skip", { $sort: { "data.name": -1 }, $limit: 2, $skip: 1 }, ["cat", "bee"]],
    ];
    it.each(cases)("are found by %s", async (_name, query, expected) => {
      expect(await (await animals()).names(query)).toEqual(expected);
    });
    it("come in pages that tell the total", async () => {
      const { entities } = await animals();
      const page = await entities.find(alice, { type: "animal", $limit: 2, $skip: 4 });
      expect({ ...page, data: page.data.length }).toEqual({ total: 5, limit: 2, skip: 4, data: 1 });
      expect(await entities.find(alice, { type: "animal", $limit: 0 })).toEqual({
        total: 5,
        limit: 0,
        skip: 0,
        data: [],
      });
      expect((await entities.find(alice, { $limit: 5000 })).limit).toBe(1000);
      expect((await entities.find(alice)).limit).toBe(100);
    });
    it("come with the selected fields and the id alone", async () => {
      const { entities } = await animals();
      const { data } = await entities.find(alice, { "data.name": "ant", $select: ["type"] });
      expect(data).toEqual([{ id: expect.any(String) as string, type: "animal" }]);
    });
    it("take numbers of a query as the texts that addresses carry", async () => {
      const { entities } = await animals();
      const query = { type: "animal", $limit: "1", $skip: "1", $sort: { "data.name": "-1" } };
      const { data } = await entities.find(alice, query as unknown as Query);
      expect(data.map((row) => row.data.name)).toEqual(["cat"]);
    });
    const bad: [string, unknown][] = [
      ["an unknown operator", { type: { $regex: "a" } }],
      ["a list for a value", { type: ["animal"] }],
      ["a negative limit", { $limit: -1 }],
      ["a limit that is none", { $limit: "all" }],
      ["a direction that is none", { $sort: { type: 2 } }],
      ["a field that is no name", { "type; drop table": 1 }],
      ["a field of every object", { "data.constructor": 1 }],
      ["a prototype", { "data.__proto__.x": 1 }],
      ["an alternative that is no object", { $or: ["type"] }],
      ["no object", "type=animal"],
    ];
    it.each(bad)("refuse %s with bad_request", async (_name, query) => {
      const { entities } = await animals();
      expect(await codeOf(entities.find(alice, query as Query))).toBe("bad_request");
    });

    it("belong to their user: nobody else finds, reads, changes or removes them", async () => {
      const { entities, names } = await animals();
      const [row] = (await entities.find(alice, {})).data;
      const id = row?.id ?? "";
      expect(await names({}, bob)).toEqual([]);
      const data = { type: "x", data: {} };
      expect(await codeOf(entities.get(bob, id))).toBe("not_found");
      expect(await codeOf(entities.update(bob, id, data))).toBe("not_found");
      expect(await codeOf(entities.patch(bob, id, data))).toBe("not_found");
      expect(await codeOf(entities.remove(bob, id))).toBe("not_found");
      expect(await entities.get(alice, id)).toEqual(row);
    });
    it("are replaced whole by update and in part by patch, and gone when removed", async () => {
      const entities = await need("entities", make);
      const { id, ...made } = await entities.create(alice, { type: "a", data: { x: 1, y: 2 } });
      expect(made).toMatchObject({ type: "a", data: { x: 1, y: 2 } });
      expect(await entities.patch(alice, id, { data: { z: 3 } })).toMatchObject({
        id,
        type: "a",
        data: { z: 3 },
      });
      expect(await entities.update(alice, id, { type: "b", data: {} })).toMatchObject({
        id,
        type: "b",
        data: {},
      });
      expect(await entities.get(alice, id)).toMatchObject({ id, type: "b", data: {} });
      expect(await entities.remove(alice, id)).toMatchObject({ id, type: "b" });
      expect(await codeOf(entities.get(alice, id))).toBe("not_found");
      expect(await codeOf(entities.remove(alice, id))).toBe("not_found");
      expect(await codeOf(entities.patch(alice, id, {}))).toBe("not_found");
    });
    it("that fit no schema are refused, new and changed", async () => {
      const entities = await need("entities", make);
      const { id } = await entities.create(alice, { type: "a", data: {} });
      const wrong = { type: 5, data: "x" } as unknown as { type: string; data: Record<string, never> };
      expect(await codeOf(entities.create(alice, wrong))).toBe("bad_request");
      expect(await codeOf(entities.update(alice, id, wrong))).toBe("bad_request");
      expect(await codeOf(entities.patch(alice, id, wrong))).toBe("bad_request");
    });
    it("are made once by calls with one idempotency key, and that for each user", async () => {
      const entities = await need("entities", make);
      const call = { ...alice, idempotencyKey: "run:node:1" };
      const first = await entities.create(call, { type: "a", data: {} });
      expect(await entities.create(call, { type: "a", data: {} })).toEqual(first);
      await entities.create({ ...bob, idempotencyKey: "run:node:1" }, { type: "a", data: {} });
      expect((await entities.find(alice, {})).total).toBe(1);
      expect((await entities.find(bob, {})).total).toBe(1);
      const removal = { ...alice, idempotencyKey: "run:node:2" };
      expect(await entities.remove(removal, first.id)).toEqual(first);
      expect(await entities.remove(removal, first.id)).toEqual(first);
    });
    it("are the caller's own copies", async () => {
      const entities = await need("entities", make);
      const { id } = await entities.create(alice, { type: "a", data: { list: [1] } });
      const row = await entities.get(alice, id);
      (row.data.list as number[]).push(2);
      expect((await entities.get(alice, id)).data).toEqual({ list: [1] });
    });
  });
}
