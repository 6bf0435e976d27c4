/** The real spells beside the project, with what their manifest says of them. */
import { inject } from "vitest";
import type { JsonObject } from "../../src/protocol/values.ts";

export interface Stated {
  inputs: JsonObject;
  initialState?: JsonObject;
  outputs?: JsonObject;
  /** What the original's test asserts in place of outputs. */
  outputsAssert?: string;
}

export interface Observed {
  engine: string;
  /** Of Magick the event stands as a description of it. */
  inputs: JsonObject;
  /** Null where nothing was given. */
  outputs: JsonObject;
  storedEvents?: number;
}

export interface RealSpell {
  file: string;
  format: string;
  outputs: { node: number; name?: string }[];
  tests?: Stated[];
  observed?: Observed[];
}

const files = inject("realSpells") ?? {};

export const hasRealSpells = Object.keys(files).length > 0;

export const realSpells: RealSpell[] = hasRealSpells
  ? (JSON.parse(files["manifest.json"] ?? "") as { spells: RealSpell[] }).spells
  : [];

export const readRealSpell = (file: string): unknown => JSON.parse(files[file] ?? "null");
