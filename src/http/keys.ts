/** A user's keys for programs. Only people make and remove them: a key is not allowed to. */
import * as z from "zod";
import { ApiKeyRepository } from "../db/api-keys.ts";
import { now } from "../platform/clock.ts";
import { newApiKey } from "../protocol/accounts.ts";
import { SpellError } from "../protocol/errors.ts";
import { announce } from "./announce.ts";
import { audit } from "./audit.ts";
import { parseAs, readJson } from "./body.ts";
import { maxBodyBytes } from "./bounds.ts";
import { json } from "./responses.ts";
import { addRoute, answer, type App, emptyAnswer, problemAnswer, type RouteContext } from "./route.ts";

export function addKeyRoutes(app: App): void {
  const ofAll = { path: "/users/me/keys", tag: "auth", access: "user" } as const;
  addRoute(
    app,
    {
      ...ofAll,
      method: "get",
      summary: "List your keys",
      responses: { 200: answer("All of them", "ApiKeyList") },
    },
    async (c) => json({ data: await keysOf(c).list(c.var.identity.userId) }),
  );
  addRoute(
    app,
    {
      ...ofAll,
      method: "post",
      summary: "Make a key for a program. It is shown this once",
      body: { schema: "NewApiKey", required: true },
      responses: { 201: answer("The key", "MadeApiKey") },
    },
    async (c) => {
      const body = await readJson(c.req.raw, { maxBytes: maxBodyBytes.key });
      const { name, scopes = ["all"], expiresAt } = parseAs(newApiKey, body, "The key");
      if (expiresAt !== undefined && expiresAt <= now())
        throw new SpellError("bad_request", "The key would have expired already.", {
          errors: [{ path: "expiresAt", message: "in the past" }],
        });
      const made = await keysOf(c).create(c.var.identity.userId, { name, scopes, expiresAt }, now());
      audit(c, c.var.identity.userId, { action: "key.made", target: made.id });
      return json(made, 201);
    },
  );
  addRoute(
    app,
    {
      ...ofAll,
      path: "/users/me/keys/{id}",
      method: "delete",
      summary:
        "Remove a key: connections that it opened close at once, requests are refused within half a minute",
      params: z.object({ id: z.string() }),
      responses: { 204: emptyAnswer("Removed"), 404: problemAnswer("You have none of that id") },
    },
    async (c) => {
      const id = c.req.param("id") ?? "";
      const { userId } = c.var.identity;
      if (!(await keysOf(c).remove(userId, id)))
        throw new SpellError("not_found", "You have no key of this id.");
      await announce(c.env, userId, (manager) => manager.keyRemoved(id));
      audit(c, userId, { action: "key.removed", target: id });
      return new Response(null, { status: 204 });
    },
  );
}

const keysOf = (c: RouteContext): ApiKeyRepository => new ApiKeyRepository(c.env.DB);
