/** What `spell.changed` says of a new version: a patch where that is short, else the whole document, else where it is. */
import { diffJson } from "../graph/json-diff.ts";
import type { StoredSpell } from "../db/stored-spell.ts";
import { type Json, type JsonObject, maxInlineValueBytes, type ValueRef } from "../protocol/values.ts";
import { fits } from "./large-values.ts";

/** A longer difference is a spell that was replaced. */
const maxDiffLength = 64 * 1024;
/** What the event has around its patch. */
const room = 1024;

type Version = Pick<StoredSpell, "json" | "version">;

/** The patch from one version to the next. @param before null where there was none, or it is not known */
export function patchBetween(before: Version | null, after: Version): JsonObject[] {
  const difference =
    before === null
      ? null
      : diffJson(contentOf(before, after.version), contentOf(after, after.version), maxDiffLength);
  return difference ?? wholeDocument(after);
}

/** True when a patch may stand in an event as it is. */
export const isInline = (patch: string): boolean => fits(patch, maxInlineValueBytes - room);

function wholeDocument({ json, version }: Version): JsonObject[] {
  const value: Json = isInline(json) ? (JSON.parse(json) as Json) : referenceTo(version, json);
  return [{ op: "replace", path: "", value }];
}

/** Stands for the document of a version, which lies at `/spells/:id/versions/<version>` and is not kept twice. */
export const referenceTo = (version: number, json: string): ValueRef => ({
  $value: { id: `version-${version}`, bytes: new TextEncoder().encode(json).length, preview: "" },
});

/** The document as if both were of one version: every event says its own. */
function contentOf({ json }: Version, version: number): Json {
  return { ...(JSON.parse(json) as JsonObject), version };
}
