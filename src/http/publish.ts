/** Publishing: others run a spell of yours at `/spells/@<publicId>`, each on a runner of their own. */
import { PublicationRepository } from "../db/publications.ts";
import { SpellRepository } from "../db/spells.ts";
import { boundOf, boundServices } from "../platform/bound-services.ts";
import { SpellError } from "../protocol/errors.ts";
import { type PublishedSpell, publishRequest } from "../protocol/publications.ts";
import { askActor, managerOf } from "./actors.ts";
import { announce } from "./announce.ts";
import { audit } from "./audit.ts";
import { parseAs, readJson } from "./body.ts";
import { forgetSpell, noSuchSpell, requireSpell } from "./ownership.ts";
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
    unpublish,
  );
}

async function publish(c: RouteContext): Promise<Response> {
  const { userId } = c.var.identity;
  const id = spellIdOf(c);
  const body = await readJson(c.req.raw, { maxBytes: maxBodyBytes, empty: {} });
  const request = parseAs(publishRequest, body, "The request to publish");
  await requireSpell(c.env.DB, userId, id);
  const made = await askActor(
    () => managerOf(c.env, userId),
    (manager) => manager.publish(id, request),
    "read",
  );
  audit(c, userId, { action: "spell.published", target: id });
  return json(made);
}

async function unpublish(c: RouteContext): Promise<Response> {
  const { userId } = c.var.identity;
  const id = spellIdOf(c);
  const publicId = await askActor(
    () => managerOf(c.env, userId),
    (manager) => manager.unpublish(id),
    "write",
  );
  if (publicId === null) throw notPublished();
  forgetSpell(userId, `@${publicId}`);
  audit(c, userId, { action: "spell.unpublished", target: id });
  return new Response(null, { status: 204 });
}

/** What others run of a spell of the caller's ends, since nothing is published under that id any more. */
export async function endPublished(c: RouteContext, publicId: string): Promise<void> {
  const owner = c.var.identity.userId;
  forgetSpell(owner, `@${publicId}`);
  await announce(c.env, owner, (manager) => manager.publicationChanged(publicId, null));
}

/** What everybody may know of a published spell. @throws SpellError `not_found`, `overloaded` */
export async function publishedSpellOf(c: RouteContext, publicId: string): Promise<PublishedSpell> {
  const found = await publicationsOf(c).find(publicId);
  if (found === null) throw noSuchSpell(`@${publicId}`);
  const { owner, spellId, version, share } = found;
  const { spells } = boundServices(c.env);
  const [stored, taken] = await Promise.all([
    new SpellRepository(c.env.DB).getLiveVersion(owner, spellId, version),
    boundOf({ spells }, "spells").interface({ userId: c.var.identity.userId }, `@${publicId}`),
  ]);
  if (stored === null) throw noSuchSpell(`@${publicId}`);
  const { document } = stored;
  return { ...taken, name: document.name, share, ...(share === "source" ? { document } : {}) };
}

const publicationsOf = (c: RouteContext): PublicationRepository => new PublicationRepository(c.env.DB);
const notPublished = (): SpellError => new SpellError("not_found", "You have published no spell of this id.");
