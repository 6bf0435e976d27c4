/** Random contexts: few names and few values, so that templates hit them. */
import * as fc from "fast-check";
import type { Json } from "../../../src/protocol/values.ts";
import type { Context } from "./reference.ts";

export const name = fc.constantFrom("a", "b", "c", "o", "l");

// No key "toString": an object without a text throws in the original even where no text is asked for.
const oddKey = fc.constantFrom("length", "constructor", "if", "each", "b c", "0", "this");
const key = fc.oneof({ arbitrary: name, weight: 9 }, { arbitrary: oddKey, weight: 1 });

const scalar: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom(0, 1, 2, -1, 1.5, true, false, null),
  fc.constantFrom("", "1", "0", "s", "<&>", "line\n", " ", "1,2", "[object Object]"),
  fc.string({ maxLength: 3 }),
);

const objectOf = (value: fc.Arbitrary<Json>): fc.Arbitrary<Context> =>
  fc.dictionary(key, value, { maxKeys: 4, noNullPrototype: true });

const { value } = fc.letrec((tie: fc.LetrecTypedTie<{ value: Json }>) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.array(tie("value"), { maxLength: 3 }),
    objectOf(tie("value")),
  ),
}));

export const context: fc.Arbitrary<Context> = fc
  .tuple(objectOf(value), value, value, value)
  .map(([object, a, l, o]) => ({ a, l, o, ...object }));
