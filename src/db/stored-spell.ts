/** A version of a spell as it lies in D1: text that can be sent as it is, parsed only for who asks. */
import { SpellError } from "../protocol/errors.ts";
import { maxSpellBytes, type SpellDocument, type SpellSummary } from "../protocol/spell.ts";

export class StoredSpell {
  readonly id: string;
  /** The head's name, times and, except for `getVersion`, version. */
  readonly name: string;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** JSON text of the document, its own `id` and `version` inside. */
  readonly json: string;

  constructor(summary: SpellSummary, json: string) {
    this.id = summary.id;
    this.name = summary.name;
    this.version = summary.version;
    this.createdAt = summary.createdAt;
    this.updatedAt = summary.updatedAt;
    this.json = json;
  }

  /** Parsed at every reading: the caller may change what it gets. */
  get document(): SpellDocument {
    return JSON.parse(this.json) as SpellDocument;
  }
}

/** Room for the number itself, so that what was stored at the limit stays below it with every later version. */
const versionDigits = 16;

/**
 * The document's JSON before and after the number of its version, which only the database knows when it writes.
 * @throws SpellError `too_large` above 1 MiB: what `GET` gives must be allowed to come back by `PUT`
 */
export function splitAtVersion(document: SpellDocument): [head: string, tail: string] {
  const { format, id, name, version: _, ...rest } = document;
  const head = `${JSON.stringify({ format, id, name }).slice(0, -1)},"version":`;
  const tail = `,${JSON.stringify(rest).slice(1)}`;
  const bytes = new TextEncoder().encode(head + tail).byteLength + versionDigits;
  if (bytes > maxSpellBytes)
    throw new SpellError(
      "too_large",
      `This spell takes ${bytes} bytes as JSON; at most ${maxSpellBytes} are taken.`,
    );
  return [head, tail];
}
