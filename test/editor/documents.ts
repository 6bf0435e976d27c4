/** Spells for tests of the editor: drawn ones, and random ones that differ a little. */
import fc from "fast-check";
import type { Json, JsonObject, SpellDocument } from "../../client/lib/index.ts";

export { spell } from "../helpers/spells.ts";

const keys = ["a", "b", "c", "x/y", "til~de", "", "constructor"];
const key = fc.constantFrom(...keys);
const json: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom(null, true, 0, 1, "", "text"),
  fc.array(fc.constantFrom(1, 2), { maxLength: 2 }),
  fc.dictionary(key, fc.constantFrom(null, 1, "deep"), { maxKeys: 2 }),
);
const object = fc.dictionary(key, json, { maxKeys: 3 }) as fc.Arbitrary<JsonObject>;
const nodeId = fc.constantFrom("n1", "n2", "n3", "n4");
const node = fc.record(
  {
    component: fc.constantFrom("Echo", "Code"),
    position: fc.tuple(fc.constantFrom(0, 10), fc.constantFrom(0, 20)),
    data: object,
    settings: fc.record({ retries: fc.constantFrom(1, 2) }),
  },
  { requiredKeys: ["component", "position", "data"] },
);
const end = fc.tuple(nodeId, fc.constantFrom("in", "out"));

export const anyDocument = fc
  .record(
    {
      name: fc.constantFrom("one", "two"),
      nodes: fc.dictionary(nodeId, node, { maxKeys: 4 }),
      edges: fc.dictionary(fc.constantFrom("e1", "e2", "e3"), fc.record({ from: end, to: end }), {
        maxKeys: 3,
      }),
      state: object,
      comments: fc.array(object, { maxLength: 2 }),
    },
    { requiredKeys: ["name", "nodes", "edges"] },
  )
  .map((parts) => ({ format: "spellrunner@1", id: "s", version: 1, ...parts }) as unknown as SpellDocument);
