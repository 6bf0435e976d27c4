/** Publishing: others run a spell of yours at `/spells/@<publicId>`, each on a runner of their own. */
import { loadPublished, loadSpell } from "../actor/loaded-spell.ts";
import { interfaceOf } from "../actor/spell-interface.ts";
import { PublicationRepository } from "../db/publications.ts";
import { SpellRepository } from "../db/spells.ts";
import { newId } from "../platform/ids.ts";
import { SpellError } from "../protocol/errors.ts";
import { type PublishedSpell, publishRequest } from "../protocol/publications.ts";
import { announce } from "./announce.ts";
import { parseAs, readJson } from "./body.ts";
import { forgetSpell, noSuchSpell } from "./ownership.ts";
import { idParams, spellIdOf } from "./request.ts";
import { json } from "./responses.ts";
import { addRoute, answer, type App, emptyAnswer, problemAnswer, type RouteContext } from "./route.ts";

const maxBodyBytes = 4096;

export function addPublishRoutes(app: App): void {
  const ofOne = { path: "/spells/{id}/publish", tag: "spells", access: "user", params: idParams } as const;
  const unpublished = { 404: problemAnswer("The spell is not published") };
  addRoute(
    app,
    {
      ...ofOne,
      method: "post",
      summary: "Let others run a version of a spell; again, to move what is published to another one",
      body: { schema: "PublishRequest", required: false },
      responses: { 200: answer("Under which id, and what", "Publication") },
    },
    publish,
  );
  addRoute(
    app,
    {
      ...ofOne,
      method: "get",
      summary: "Tell how a spell is published",
      responses: { 200: answer("Under which id, and what", "Publication"), ...unpublished },
    },
    async (c) => {
      const found = await publicationsOf(c).of(c.var.identity.userId, spellIdOf(c));
      if (found === null) throw notPublished();
      return json(found);
    },
  );
  addRoute(
    app,
    {
      ...ofOne,
      method: "delete",
      summary: "Publish a spell no longer: what others run of it is cancelled, their connections closed",
      responses: { 204: emptyAnswer("No longer published"), ...unpublished },
    },
    async (c) => {
      const publicId = await publicationsOf(c).remove(c.var.identity.userId, spellIdOf(c));
      if (publicId === null) throw notPublished();
      await endPublished(c, publicId);
      return new Response(null, { status: 204 });
    },
  );
}

async function publish(c: RouteContext): Promise<Response> {
  const owner = c.var.identity.userId;
  const id = spellIdOf(c);
  const body = await readJson(c.req.raw, { maxBytes: maxBodyBytes, empty: {} });
  const { version, share } = parseAs(publishRequest, body, "The request to publish");
  const pin = version === undefined ? undefined : { version };
  const { ref } = await loadSpell(new SpellRepository(c.env.DB), owner, id, pin);
  const made = await publicationsOf(c).put({
    publicId: newId(),
    owner,
    spellId: id,
    version: ref.version,
    // As they are now: what is published changes by publishing alone.
    uses: ref.uses ?? [],
    share,
  });
  // It was deleted in between.
  if (made === null) throw noSuchSpell(id);
  await announce(c.env, owner, (manager) => manager.publicationChanged(made.publicId, made.share));
  return json(made);
}

/** What others run of a spell of the caller's ends, since nothing is published under that id any more. */
export async function endPublished(c: RouteContext, publicId: string): Promise<void> {
  const owner = c.var.identity.userId;
  forgetSpell(owner, `@${publicId}`);
  await announce(c.env, owner, (manager) => manager.publicationChanged(publicId, null));
}

/** What everybody may know of a published spell. @throws SpellError `not_found`, `overloaded` */
export async function publishedSpellOf(db: D1Database, publicId: string): Promise<PublishedSpell> {
  const found = await new PublicationRepository(db).find(publicId);
  if (found === null) throw noSuchSpell(`@${publicId}`);
  const { owner, spellId, version, share } = found;
  const [stored, { spell }] = await Promise.all([
    new SpellRepository(db).getLiveVersion(owner, spellId, version),
    loadPublished(db, owner, publicId),
  ]);
  if (stored === null) throw noSuchSpell(`@${publicId}`);
  const { document } = stored;
  return {
    id: `@${publicId}`,
    name: document.name,
    version,
    share,
    ...interfaceOf(spell.plan),
    ...(share === "source" ? { document } : {}),
  };
}

const publicationsOf = (c: RouteContext): PublicationRepository => new PublicationRepository(c.env.DB);
const notPublished = (): SpellError => new SpellError("not_found", "You have published no spell of this id.");
