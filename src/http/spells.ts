/** Spells over HTTP: saving in any supported format, reading, deleting. Versions are in versions.ts. */
import * as z from "zod";
import { publicIdOf } from "../actor/address.ts";
import { mayHaveLanded } from "../db/d1-errors.ts";
import { SpellRepository, VersionConflict } from "../db/spells.ts";
import { splitAtVersion } from "../db/stored-spell.ts";
import { importSpell } from "../graph/import.ts";
import { type ImportedSpell, unsavedId } from "../graph/imported.ts";
import { issuesOf } from "../graph/projects.ts";
import { pointedTo } from "../graph/references.ts";
import { toldIssues } from "../graph/told-issues.ts";
import { validateSpell } from "../graph/validate.ts";
import { catalogue } from "../nodes/index.ts";
import { newId } from "../platform/ids.ts";
import { SpellError } from "../protocol/errors.ts";
import { type SpellDocument, spellId, type SpellIssue } from "../protocol/spell.ts";
import { announce } from "./announce.ts";
import { audit } from "./audit.ts";
import { parseAs, readJson } from "./body.ts";
import { maxBodyBytes } from "./bounds.ts";
import { forgetSpell, noSuchSpell } from "./ownership.ts";
import { endPublished, publishedSpellOf } from "./publish.ts";
import {
  addressParams,
  idParams,
  ifMatchHeader,
  ifMatchOf,
  pageQuery,
  queryAs,
  spellIdOf,
} from "./request.ts";
import { json, jsonText, versionTag } from "./responses.ts";
import { addRoute, answer, type App, emptyAnswer, problemAnswer, refTo, type RouteContext } from "./route.ts";

const listQuery = pageQuery.extend({ search: z.string().max(300).optional() });
const otherFormats = "A spell in one of the earlier formats.";

export function addSpellRoutes(app: App): void {
  const tag = "spells";
  const body = { schema: "Spell", required: true, otherwise: otherFormats } as const;
  const invalid = { 400: problemAnswer("No spell"), 413: problemAnswer("Above 1 MiB or 5 000 nodes") };
  addRoute(
    app,
    {
      method: "post",
      path: "/spells",
      summary: "Save a new spell, or a project of several",
      tag,
      access: "user",
      body,
      responses: { 201: answer("Saved, with its faults as warnings", "CreatedSpell"), ...invalid },
    },
    createSpells,
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/spells",
      summary: "List your spells, the one changed last first",
      tag,
      access: "user",
      query: listQuery,
      responses: { 200: answer("One page", "SpellList") },
    },
    async (c) => json(await repositoryOf(c).list(userOf(c), queryAs(c, listQuery))),
  );
  addRoute(
    app,
    {
      method: "post",
      path: "/spells/validate",
      summary: "Tell what is wrong with a spell without saving it",
      tag,
      access: "user",
      body,
      responses: { 200: answer("Its faults", "Validation"), ...invalid },
    },
    async (c) => {
      const all = warningsOf(importSpell(await readSpell(c)));
      return json({ valid: all.every(({ severity }) => severity !== "error"), issues: all });
    },
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/spells/{id}",
      summary: "Get a spell as its native document, or what a published one takes and gives",
      tag,
      access: "user",
      params: addressParams,
      responses: {
        200: {
          description: "The document, its version the ETag; of `@<publicId>` the interface",
          content: {
            "application/json": { schema: { anyOf: [refTo("Spell"), refTo("PublishedSpell")] } },
          },
        },
      },
    },
    async (c) => {
      const publicId = publicIdOf(c.req.param("id") ?? "");
      if (publicId !== undefined) return json(await publishedSpellOf(c, publicId));
      const id = spellIdOf(c);
      const stored = await repositoryOf(c).get(userOf(c), id);
      if (stored === null) throw noSuchSpell(id);
      return jsonText(stored.json, 200, { etag: versionTag(stored.version) });
    },
  );
  addRoute(
    app,
    {
      method: "put",
      path: "/spells/{id}",
      summary: "Save the next version of a spell",
      tag,
      access: "user",
      params: idParams,
      headers: ifMatchHeader,
      body,
      responses: {
        200: answer("Saved, with its faults as warnings", "SavedSpell"),
        201: answer("The same, where there was none before", "SavedSpell"),
        409: problemAnswer("If-Match is not the present version", "ConflictProblem"),
        ...invalid,
      },
    },
    replaceSpell,
  );
  addRoute(
    app,
    {
      method: "delete",
      path: "/spells/{id}",
      summary: "Delete a spell: its runs are cancelled, its connections closed",
      tag,
      access: "user",
      params: idParams,
      responses: { 204: emptyAnswer("Deleted") },
    },
    deleteSpell,
  );
}

const repositoryOf = (c: RouteContext): SpellRepository => new SpellRepository(c.env.DB);
const userOf = (c: RouteContext): string => c.var.identity.userId;
const readSpell = (c: RouteContext): Promise<unknown> =>
  readJson(c.req.raw, { maxBytes: maxBodyBytes.spell });

const warningsOf = ({ document, issues, more = [] }: ImportedSpell): SpellIssue[] =>
  toldIssues([
    ...issues,
    ...validateSpell(document, catalogue),
    ...more.flatMap((other) => issuesOf(other, validateSpell(other, catalogue))),
  ]);

async function createSpells(c: RouteContext): Promise<Response> {
  const imported = importSpell(await readSpell(c));
  const more = imported.more ?? [];
  const documents = more.length === 0 ? [imported.document] : await ready(c, [...more, imported.document]);
  // The first one last: it is the newest in lists, and there only when all that it may use is there.
  const saved = [];
  for (const document of documents) saved.push(await createOne(c, document));
  const first = saved.at(-1);
  if (first === undefined) throw new SpellError("internal", "No spell was saved.");
  const spells =
    more.length === 0 ? undefined : [first, ...saved.slice(0, -1)].map(({ id, name }) => ({ id, name }));
  const headers = { location: `/spells/${first.id}`, etag: versionTag(first.version) };
  return json({ ...first, warnings: warningsOf(imported), spells }, 201, headers);
}

/** The spells of a project with ids that are free, each pointing at the others by those; all of a size that can be saved. */
async function ready(c: RouteContext, documents: readonly SpellDocument[]): Promise<SpellDocument[]> {
  const newIds = new Map<string, string>();
  for (const { id } of documents)
    if (id !== unsavedId && (await repositoryOf(c).get(userOf(c), id)) !== null) newIds.set(id, newId());
  return documents.map((document) => {
    const pointed = pointedTo(document, newIds, catalogue);
    const renamed = { ...pointed, id: newIds.get(document.id) ?? document.id };
    splitAtVersion(renamed);
    return renamed;
  });
}

/** Under its own id when it has one that is free, else under a new one: whoever imports a file twice has two spells. */
async function createOne(
  c: RouteContext,
  document: SpellDocument,
): Promise<{ id: string; name: string; version: number }> {
  const owner = userOf(c);
  const write = async (id: string) => {
    const { version } = await repositoryOf(c).create(owner, id, document);
    await announce(c.env, owner, (manager) => manager.spellChanged(id, version));
    audit(c, owner, { action: "spell.created", target: id });
    return { id, name: document.name, version };
  };
  try {
    return await write(document.id === unsavedId ? newId() : document.id);
  } catch (error) {
    if (!(error instanceof VersionConflict)) throw error;
    return write(newId());
  }
}

async function replaceSpell(c: RouteContext): Promise<Response> {
  const { id } = parseAs(z.object({ id: spellId }), c.req.param(), "The path");
  const expectedVersion = ifMatchOf(c);
  const imported = importSpell(await readSpell(c), { id });
  if (imported.more !== undefined && imported.more.length > 0)
    throw new SpellError("bad_request", "This is a project of several spells; send it to `POST /spells`.", {
      errors: [{ path: "", message: "several spells" }],
    });
  const owner = userOf(c);
  const { document } = imported;
  const options = expectedVersion === undefined ? {} : { expectedVersion };
  const { version, created } = await repositoryOf(c)
    .put(owner, id, document, options)
    .catch(async (error: unknown) => {
      // It may be there all the same: runners look again, and whoever is asked next gets what is true.
      if (mayHaveLanded(error)) await announce(c.env, owner, (manager) => manager.spellChanged(id, 0));
      throw error;
    });
  await announce(c.env, owner, (manager) => manager.spellChanged(id, version));
  if (created) audit(c, owner, { action: "spell.created", target: id });
  return json({ id, name: document.name, version, warnings: warningsOf(imported) }, created ? 201 : 200, {
    etag: versionTag(version),
    ...(created ? { location: `/spells/${id}` } : {}),
  });
}

async function deleteSpell(c: RouteContext): Promise<Response> {
  const owner = userOf(c);
  const id = spellIdOf(c);
  const removed = await repositoryOf(c).remove(owner, id);
  forgetSpell(owner, id);
  if (removed === null) throw noSuchSpell(id);
  if (removed.publicId !== undefined) await endPublished(c, removed.publicId);
  await announce(c.env, owner, (manager) => manager.spellDeleted(id));
  audit(c, owner, { action: "spell.deleted", target: id });
  return new Response(null, { status: 204 });
}
