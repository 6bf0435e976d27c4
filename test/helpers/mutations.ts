/** Damages files as hands, tools and bad luck do: keys gone or renamed, values of other kinds, parts doubled or swapped. */
import fc from "fast-check";

type Container = Record<string, unknown> | unknown[];

interface Place {
  parent: Container;
  key: string;
}

/** Every place in a value, in order. */
function placesIn(value: unknown): Place[] {
  const places: Place[] = [];
  const open: unknown[] = [value];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (typeof at !== "object" || at === null) continue;
    for (const [key, inner] of Object.entries(at)) {
      places.push({ parent: at as Container, key });
      open.push(inner);
    }
  }
  return places;
}

const get = ({ parent, key }: Place): unknown => (parent as Record<string, unknown>)[key];

/** As JSON's parser does it: `__proto__` is a key like any other. */
const set = (parent: Container, key: string, value: unknown): void => {
  Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true });
};

const remove = ({ parent, key }: Place): void => {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
};

const nested = (depth: number): unknown => {
  let value: unknown = "bottom";
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { in: value };
  return value;
};

const strange = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -0, 1e308, 1.5, "", " ", "0", "12", "trigger", "data", "__proto__"),
  fc.constantFrom<() => unknown>(
    () => [],
    () => ({}),
    () => [[]],
    () => "x".repeat(5000),
    () => nested(150),
    () => nested(400),
    () => Infinity,
    () => ({ connections: [{ node: "1", output: "trigger" }, 7, null] }),
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

const keys = fc.constantFrom(
  "__proto__",
  "constructor",
  "toString",
  "nodes",
  "data",
  "trigger",
  "id",
  "a b",
  "é",
  "",
  "9",
);

const mutation = fc.record({
  where: fc.nat(),
  other: fc.nat(),
  how: fc.constantFrom("remove", "replace", "asText", "asNumber", "swap", "double", "rename", "wrap"),
  value: strange,
  key: keys,
});
export type Mutation = typeof mutation extends fc.Arbitrary<infer M> ? M : never;

/** Up to six kinds of damage at once. */
export const mutations: fc.Arbitrary<Mutation[]> = fc.array(mutation, { minLength: 1, maxLength: 6 });

/** A damaged copy. */
export function mutated(file: unknown, changes: readonly Mutation[]): unknown {
  const copy = structuredClone(file);
  for (const change of changes) mutate(copy, change);
  return copy;
}

function mutate(copy: unknown, { where, other, how, value, key }: Mutation): void {
  const places = placesIn(copy);
  const place = places[where % Math.max(places.length, 1)];
  if (place === undefined) return;
  const { parent } = place;
  const present = get(place);
  const made = typeof value === "function" ? (value as () => unknown)() : structuredClone(value);
  switch (how) {
    case "remove":
      return remove(place);
    case "replace":
      return set(parent, place.key, made);
    case "asText":
      return set(parent, place.key, JSON.stringify(present));
    case "asNumber":
      return set(parent, place.key, typeof present === "string" ? Number(present) || 7 : 7);
    case "wrap":
      return set(parent, place.key, [present]);
    case "rename":
      if (Array.isArray(parent)) return;
      remove(place);
      return set(parent, key, present);
    case "double":
      if (Array.isArray(parent)) parent.push(structuredClone(present));
      else set(parent, `${place.key}2`, structuredClone(present));
      return;
    case "swap": {
      const from = places[other % places.length];
      if (from !== undefined) set(parent, place.key, structuredClone(get(from)));
      return;
    }
  }
}
