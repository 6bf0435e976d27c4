/** A user's secrets: they go in, and never come out again. */
import * as z from "zod";
import { SecretRepository } from "../db/secrets.ts";
import { newSecret, secretName } from "../protocol/accounts.ts";
import { SpellError } from "../protocol/errors.ts";
import { audit } from "./audit.ts";
import { parseAs, readJson } from "./body.ts";
import { maxBodyBytes } from "./bounds.ts";
import { json } from "./responses.ts";
import { addRoute, answer, type App, emptyAnswer, problemAnswer, type RouteContext } from "./route.ts";

export function addSecretRoutes(app: App): void {
  const ofOne = {
    path: "/users/me/secrets/{name}",
    tag: "auth",
    access: "user",
    params: z.object({ name: z.string() }),
  } as const;
  addRoute(
    app,
    {
      method: "get",
      path: "/users/me/secrets",
      summary: "List your secrets by name. Their values are told to nobody",
      tag: "auth",
      access: "user",
      responses: { 200: answer("Their names", "SecretList") },
    },
    async (c) => json({ data: await new SecretRepository(c.env).list(c.var.identity.userId) }),
  );
  addRoute(
    app,
    {
      ...ofOne,
      method: "put",
      summary:
        "Keep a secret for your spells: a provider's key by its setting's name, or a header as `secret:NAME`",
      body: { schema: "NewSecret", required: true },
      responses: { 204: emptyAnswer("Kept") },
    },
    async (c) => {
      const name = nameOf(c);
      const { value } = parseAs(
        newSecret,
        await readJson(c.req.raw, { maxBytes: maxBodyBytes.secret }),
        "The secret",
      );
      await new SecretRepository(c.env).put(c.var.identity.userId, name, value);
      audit(c, c.var.identity.userId, { action: "secret.set", target: name });
      return new Response(null, { status: 204 });
    },
  );
  addRoute(
    app,
    {
      ...ofOne,
      method: "delete",
      summary: "Forget a secret",
      responses: { 204: emptyAnswer("Forgotten"), 404: problemAnswer("You have none of that name") },
    },
    async (c) => {
      const name = c.req.param("name") ?? "";
      if (!(await new SecretRepository(c.env).remove(c.var.identity.userId, name)))
        throw new SpellError("not_found", "You have no secret of this name.");
      audit(c, c.var.identity.userId, { action: "secret.removed", target: name });
      return new Response(null, { status: 204 });
    },
  );
}

const nameOf = (c: RouteContext): string => parseAs(secretName, c.req.param("name"), "The name");
