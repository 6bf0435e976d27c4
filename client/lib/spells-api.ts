/** Spells over HTTP. Every method throws SpellErrors: `unauthorized`, `not_found` and whatever else is said at each. */
import type { SavedSpell, SpellDocument, SpellIssue, SpellSummary } from "../../src/protocol/spell.ts";
import type { Plan } from "../../src/protocol/plan.ts";
import type { Publication, PublishedSpell, PublishRequest } from "../../src/protocol/publications.ts";
import type { Http } from "./http.ts";
import {
  createdSpell,
  publication,
  savedSpell,
  spellList,
  validation,
  versionList,
} from "./message-shapes.ts";
import type { ShapeOf } from "./shape.ts";

/** One page; `nextCursor` gets the next one. */
export interface PageOf<T> {
  data: T[];
  nextCursor?: string;
}

export interface PageQuery {
  /** 1 to 100, default 20. */
  limit?: number;
  cursor?: string;
}

export interface CreatedSpell extends SavedSpell {
  /** Of a project: all that were saved, that of `id` first. */
  spells?: { id: string; name: string }[];
}

/** Documents pass through: what they hold is the spell's author's. */
const documentShape: ShapeOf<SpellDocument> = {
  type: "object",
  required: ["format", "id", "version", "nodes", "edges"],
  properties: { format: { const: "spellrunner@1" }, version: { type: "integer" } },
};
export const planShape: ShapeOf<Plan> = {
  type: "object",
  required: ["graphs"],
  properties: { format: { const: "plan@1" }, graphs: { type: "array", minItems: 1 } },
};

export const spellPath = (id: string): string => `/spells/${encodeURIComponent(id)}`;

export class SpellsApi {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** Yours, the one changed last first. */
  list(query: PageQuery & { search?: string } = {}): Promise<PageOf<SpellSummary>> {
    return this.#http.json(spellList, "/spells", { query: { ...query } });
  }

  get(id: string): Promise<SpellDocument> {
    return this.#http.json(documentShape, spellPath(id));
  }

  /**
   * Saves the next version of a spell, in any supported format.
   * @param options `version`: only where that is the present one; else the last write wins
   * @throws SpellError `conflict` when it is not, `bad_request` for what is no spell, `too_large`
   */
  put(id: string, spell: unknown, { version }: { version?: number } = {}): Promise<SavedSpell> {
    const headers: Record<string, string> = version === undefined ? {} : { "if-match": `"${version}"` };
    return this.#http.json(savedSpell, spellPath(id), { method: "PUT", body: spell, headers });
  }

  /** Saves a new spell, or a project of several, in any supported format. @throws SpellError `bad_request`, `too_large` */
  create(spell: unknown): Promise<CreatedSpell> {
    return this.#http.json(createdSpell, "/spells", { body: spell });
  }

  /** Deletes a spell: its runs are cancelled, its connections closed. */
  async remove(id: string): Promise<void> {
    await this.#http.ask(spellPath(id), { method: "DELETE" });
  }

  /** Tells what is wrong with a spell without saving it. @throws SpellError `bad_request` for what is no spell */
  validate(spell: unknown): Promise<{ valid: boolean; issues: SpellIssue[] }> {
    return this.#http.json(validation, "/spells/validate", { body: spell });
  }

  /** Newest first. */
  versions(id: string, query: PageQuery = {}): Promise<PageOf<{ version: number; createdAt: number }>> {
    return this.#http.json(versionList, `${spellPath(id)}/versions`, { query: { ...query } });
  }

  version(id: string, version: number): Promise<SpellDocument> {
    return this.#http.json(documentShape, `${spellPath(id)}/versions/${version}`);
  }

  /** A version compiled, its sub-spells as they are now. A run's own plan is `runs.plan`. */
  plan(id: string, version: number): Promise<Plan> {
    return this.#http.json(planShape, `${spellPath(id)}/versions/${version}/plan`);
  }

  /**
   * Lets others run the present version, or that one, at `@<publicId>`: every method that takes the id of a spell takes this, too.
   * Again, it moves what is published. With `share: "source"` they see the document and whole runs, else what it takes and gives.
   */
  publish(id: string, request: PublishRequest = {}): Promise<Publication> {
    return this.#http.json(publication, `${spellPath(id)}/publish`, { body: request });
  }

  /** How a spell of yours is published. @throws SpellError `not_found` where it is not */
  publication(id: string): Promise<Publication> {
    return this.#http.json(publication, `${spellPath(id)}/publish`);
  }

  /** Ends what others run of it. */
  async unpublish(id: string): Promise<void> {
    await this.#http.ask(`${spellPath(id)}/publish`, { method: "DELETE" });
  }

  /** What somebody's published spell takes and gives. */
  published(publicId: string): Promise<PublishedSpell> {
    return this.#http.json(publishedShape, spellPath(`@${publicId}`));
  }
}

const publishedShape: ShapeOf<PublishedSpell> = {
  type: "object",
  required: ["id", "name", "version", "share", "inputs", "outputs", "triggers"],
  properties: { id: { type: "string" }, name: { type: "string" }, version: { type: "integer" } },
};
