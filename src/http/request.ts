/** What a request says: path parameters, queries, preconditions, the form of answer that it wants. */
import { accepts } from "hono/accepts";
import * as z from "zod";
import { defaultSession, publicIdOf, type RunnerAddress } from "../actor/address.ts";
import { SpellError } from "../protocol/errors.ts";
import { sessionName, spellAddress, spellId } from "../protocol/spell.ts";
import { parseAs } from "./body.ts";
import { noSuchSpell, requirePublished, requireSpell } from "./ownership.ts";
import type { RouteContext } from "./route.ts";

export const idParams = z.object({ id: spellId });
export const versionParams = z.object({ id: spellId, n: z.coerce.number().int().positive() });
/** Of what others may do with a published spell, too. */
export const addressParams = z.object({ id: spellAddress });
export const runParams = z.object({ id: spellAddress, runId: z.string().max(64) });
export const valueParams = runParams.extend({ valueId: z.string().max(128) });

export const sessionQuery = z.object({ session: sessionName.default(defaultSession) });
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(2000).optional(),
});
export const ifMatchHeader = z.object({ "if-match": z.string().optional() });
/** Visible ASCII: what every client, proxy and log passes on as it is. */
const idempotencyKey = z.string().regex(/^[!-~]{1,255}$/);
export const runHeaders = z.object({
  "idempotency-key": idempotencyKey
    .optional()
    .describe("Within 24 h the same key makes one run; a repeated request gets its answer."),
  prefer: z
    .string()
    .optional()
    .describe("`respond-async`: 202 as soon as the run is taken. Not for an event stream."),
});

export const queryAs = <S extends z.ZodType>(c: RouteContext, schema: S): z.output<S> =>
  parseAs(schema, c.req.query(), "The query");

/** An id that breaks the rule is of no spell. @throws SpellError `not_found` */
export function spellIdOf(c: RouteContext): string {
  const id = c.req.param("id") ?? "";
  if (!spellId.safeParse(id).success) throw noSuchSpell(id);
  return id;
}

/** @throws SpellError `not_found` for what is no version number */
export function versionOf(c: RouteContext): number {
  const n = c.req.param("n") ?? "";
  if (/^[1-9]\d{0,14}$/.test(n)) return Number(n);
  throw new SpellError("not_found", `There is no version "${n.slice(0, 40)}".`);
}

/** A path parameter that only the runner can judge, within a length. @throws SpellError `not_found` */
export function opaqueParam(c: RouteContext, name: "runId" | "valueId", maxLength: number): string {
  const value = c.req.param(name) ?? "";
  if (value.length <= maxLength) return value;
  throw new SpellError("not_found", `There is no ${name === "runId" ? "run" : "value"} of that id.`);
}

/**
 * The runner that a request means, once it is clear that the spell is the caller's own, or published. What is for one's own spells
 * alone asks {@link spellIdOf} first.
 * @throws SpellError `bad_request` for a bad `?session`, `not_found`, `overloaded`
 */
export async function runnerAddressOf(c: RouteContext, userId: string): Promise<RunnerAddress> {
  const session = sessionOf(c);
  const publicId = publicIdOf(c.req.param("id") ?? "");
  if (publicId !== undefined) {
    const owner = await requirePublished(c.env.DB, publicId);
    return { caller: userId, owner, spellId: `@${publicId}`, session };
  }
  const id = spellIdOf(c);
  await requireSpell(c.env.DB, userId, id);
  return { caller: userId, owner: userId, spellId: id, session };
}

function sessionOf(c: RouteContext): string {
  const given = c.req.query("session");
  return given === undefined ? defaultSession : queryAs(c, sessionQuery).session;
}

/** The version that a change was made from. @throws SpellError `bad_request` for another form than `"<version>"` */
export function ifMatchOf(c: RouteContext): number | undefined {
  const header = c.req.header("if-match");
  if (header === undefined) return undefined;
  // A proxy that compresses answers makes our strong tag a weak one, and the client sends back what it got.
  const version = /^(?:W\/)?"([1-9]\d{0,14})"$/.exec(header.trim())?.[1];
  if (version !== undefined) return Number(version);
  throw new SpellError("bad_request", 'If-Match takes one version in quotes, as in `If-Match: "3"`.', {
    errors: [{ path: "If-Match", message: "not a version in quotes" }],
  });
}

/** @throws SpellError `bad_request` for what is no key */
export function idempotencyKeyOf(c: RouteContext): string | undefined {
  const key = c.req.header("idempotency-key");
  if (key === undefined || idempotencyKey.safeParse(key).success) return key;
  throw new SpellError(
    "bad_request",
    "An Idempotency-Key has 1 to 255 visible ASCII characters, and a request has one of them.",
    { errors: [{ path: "Idempotency-Key", message: "not 1 to 255 visible ASCII characters" }] },
  );
}

/** RFC 7240; whatever else is preferred is nothing that we know. */
export function prefersAsync(c: RouteContext): boolean {
  const header = c.req.header("prefer");
  if (header === undefined) return false;
  // What stands in quotes is another preference's value.
  return /(?:^|,)\s*respond-async\s*(?:[,;]|$)/i.test(header.replaceAll(/"(?:[^"\\]|\\.)*"/g, "q"));
}

export function wantsEventStream(c: RouteContext): boolean {
  // The plain look first: most requests want JSON.
  if (c.req.header("accept")?.includes("text/event-stream") !== true) return false;
  const supports = ["text/event-stream", "application/json"];
  return accepts(c, { header: "Accept", supports, default: "application/json" }) === "text/event-stream";
}
