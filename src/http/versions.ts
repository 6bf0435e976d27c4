/** The versions of a spell: their list, their documents, their compiled plans. */
import { SpellRepository } from "../db/spells.ts";
import { SpellError } from "../protocol/errors.ts";
import { noSuchSpell } from "./ownership.ts";
import { idParams, pageQuery, queryAs, spellIdOf, versionOf, versionParams } from "./request.ts";
import { json, jsonText, versionTag } from "./responses.ts";
import { addRoute, answer, type App } from "./route.ts";
import { answerOfRunner } from "./runner-answer.ts";

export function addVersionRoutes(app: App): void {
  const tag = "spells";
  addRoute(
    app,
    {
      method: "get",
      path: "/spells/{id}/versions",
      summary: "List the versions of a spell, newest first",
      tag,
      access: "user",
      params: idParams,
      query: pageQuery,
      responses: { 200: answer("One page", "VersionList") },
    },
    async (c) => {
      const id = spellIdOf(c);
      const page = await new SpellRepository(c.env.DB).listVersions(
        c.var.identity.userId,
        id,
        queryAs(c, pageQuery),
      );
      if (page === null) throw noSuchSpell(id);
      return json(page);
    },
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/spells/{id}/versions/{n}",
      summary: "Get one version of a spell",
      tag,
      access: "user",
      params: versionParams,
      responses: { 200: answer("The document", "Spell") },
    },
    async (c) => {
      const id = spellIdOf(c);
      const version = versionOf(c);
      const stored = await new SpellRepository(c.env.DB).getLiveVersion(c.var.identity.userId, id, version);
      if (stored === null)
        throw new SpellError("not_found", `You have no version ${version} of a spell "${id}".`);
      return jsonText(stored.json, 200, { etag: versionTag(stored.version) });
    },
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/spells/{id}/versions/{n}/plan",
      summary: "Get the compiled plan of a version with its sub-spells: what replay needs",
      tag,
      access: "user",
      params: versionParams,
      responses: { 200: answer("The plan", "Plan") },
    },
    (c) => {
      spellIdOf(c);
      const version = versionOf(c);
      return answerOfRunner(c, "read", (runner) => runner.getPlan(version));
    },
  );
}
