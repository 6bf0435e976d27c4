/** Patches of documents and states: applied or refused in words, within bounded work, and nothing beside the document is touched. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffJson } from "../../../src/graph/json-diff.ts";
import { applyPatch, type JsonPatch } from "../../../src/graph/json-patch.ts";
import { importSpell } from "../../../src/graph/import.ts";
import { patched, patchOf } from "../../../src/engine/state.ts";
import { SpellError } from "../../../src/protocol/errors.ts";
import { runEvent } from "../../../src/protocol/events.ts";
import { clientMessage } from "../../../src/protocol/up.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../src/protocol/values.ts";
import { campaign, campaignTimeoutMs } from "../../helpers/campaign.ts";
import { mutated, mutations } from "../../helpers/mutations.ts";
import { nastyValues } from "../../helpers/nasty-values.ts";
import { spellFiles } from "../../helpers/spell-files.ts";

const { check } = campaign("patches");

const documents = spellFiles.map(
  ([, file]) => JSON.parse(JSON.stringify(importSpell(file).document)) as JsonObject,
);
const document = fc.constantFrom(...documents);

/** Pointers into a document, most of them to what is there. */
const pointer = (target: JsonObject, steps: readonly number[]): string => {
  let at: Json = target;
  let path = "";
  for (const step of steps) {
    if (typeof at !== "object" || at === null) break;
    const keys: string[] = [...Object.keys(at), "-", "new", "__proto__", "01", "constructor", "~1~0"];
    const key = keys[step % keys.length] ?? "";
    path += `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    at = (Object.hasOwn(at, key) ? (at as JsonObject)[key] : null) ?? null;
  }
  return path;
};

const steps = fc.array(fc.nat(), { maxLength: 6 });
const operations = fc.array(
  fc.record({
    op: fc.constantFrom("add", "remove", "replace", "move", "copy", "test", "nonsense"),
    to: steps,
    from: steps,
    value: fc.oneof(fc.constantFrom(...nastyValues), fc.jsonValue({ maxDepth: 3 })) as fc.Arbitrary<Json>,
  }),
  { maxLength: 12 },
);

/** The document with the patch, or undefined where it is refused. */
function attempt(target: JsonObject, patch: JsonPatch): Json | undefined {
  try {
    return applyPatch(structuredClone(target), patch);
  } catch (thrown) {
    if (!(thrown instanceof SpellError)) throw thrown;
    expect(["bad_request", "too_large"]).toContain(thrown.code);
    expect(thrown.message.length).toBeLessThan(1200);
    return undefined;
  }
}

const isClean = (): void => {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
};

describe("a patch of a document", () => {
  it(
    "at random is applied or refused, and what it gives is a spell or refused as one",
    { timeout: campaignTimeoutMs },
    () =>
      check(fc.tuple(document, operations), 200, ([target, drawn]) => {
        const patch = drawn.map(({ op, to, from, value }): JsonObject => ({
          op,
          path: pointer(target, to),
          ...(op === "move" || op === "copy" ? { from: pointer(target, from) } : { value }),
        }));
        const given = attempt(target, patch);
        isClean();
        if (given === undefined) return;
        try {
          importSpell(given);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(SpellError);
        }
      }),
  );

  it(
    "that leads from one document to another and was damaged does, too",
    { timeout: campaignTimeoutMs },
    () =>
      check(fc.tuple(document, document, mutations), 80, ([target, other, changes]) => {
        const patch = diffJson(target, other, 1_000_000);
        if (patch === null) return;
        expect(attempt(target, patch)).toEqual(other);
        const frame = mutated({ type: "edit", requestId: "r", baseVersion: 1, patch }, changes);
        const message = clientMessage.safeParse(frame);
        if (message.success && message.data.type === "edit") attempt(target, message.data.patch);
        isClean();
      }),
  );
});

describe("a patch of a state", () => {
  it(
    "sets what it was made of, and a damaged one that the protocol takes breaks nothing",
    { timeout: campaignTimeoutMs },
    () =>
      check(
        fc.tuple(
          fc.dictionary(
            fc.oneof(fc.string(), fc.constantFrom("__proto__", "a/b", "~", "")),
            fc.constantFrom(...nastyValues),
          ),
          mutations,
        ),
        500,
        ([set, changes]) => {
          const before: JsonObject = { kept: 1 };
          const patch = patchOf(set);
          const after = patched(before, patch);
          expect(new Map(Object.entries(after))).toEqual(
            new Map(Object.entries({ ...before, ...entriesOf(set) })),
          );
          const record = mutated(
            {
              type: "node.completed",
              runId: "r",
              nodeId: "n",
              visit: "1",
              attempt: 1,
              outputs: {},
              fired: [],
              state: { patch },
              ms: 0,
            },
            changes,
          );
          const event = runEvent.safeParse(record);
          const damaged =
            event.success && event.data.type === "node.completed" ? event.data.state?.patch : undefined;
          if (Array.isArray(damaged)) expect(isJsonObject(patched(before, damaged))).toBe(true);
          expect(before).toEqual({ kept: 1 });
          isClean();
        },
      ),
  );
});

/** `__proto__` as a key like any other. */
const entriesOf = (set: JsonObject): JsonObject => Object.fromEntries(Object.entries(set));
