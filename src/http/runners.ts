/** Runners over HTTP: what is loaded, loading and unloading. */
import type { RpcAnswer } from "../actor/rpc.ts";
import { askActor, managerOf, type RunnerStub } from "./actors.ts";
import { addressParams, idParams, sessionQuery, spellIdOf } from "./request.ts";
import { jsonText, problem } from "./responses.ts";
import { addRoute, answer, type App, problemAnswer, type RouteContext } from "./route.ts";
import { answerOfManager, answerOfRunner } from "./runner-answer.ts";

export function addRunnerRoutes(app: App): void {
  const tag = "runners";
  const ofSpell = {
    path: "/spells/{id}/runner",
    tag,
    access: "user",
    params: addressParams,
    query: sessionQuery,
  } as const;
  const ofOwn = { ...ofSpell, params: idParams } as const;
  /** A published spell is run by others, and not left to fire on their account. */
  const answerOfOwn = (c: RouteContext, call: (runner: RunnerStub) => Promise<RpcAnswer>) => {
    spellIdOf(c);
    return answerOfRunner(c, "write", call);
  };
  addRoute(
    app,
    {
      ...ofSpell,
      method: "get",
      summary: "Tell how a runner is",
      responses: { 200: answer("The runner", "Runner") },
    },
    (c) => answerOfRunner(c, "read", (runner) => runner.describe()),
  );
  addRoute(
    app,
    {
      ...ofSpell,
      method: "post",
      summary: "Load a runner",
      responses: { 200: answer("The loaded runner", "Runner") },
    },
    (c) => answerOfManager(c, (manager, name) => manager.startRunner(name)),
  );
  addRoute(
    app,
    {
      ...ofSpell,
      method: "delete",
      summary: "Unload a runner",
      responses: { 200: answer("The runner", "Runner"), 409: problemAnswer("Runs are in flight") },
    },
    (c) => answerOfManager(c, (manager, name) => manager.endRunner(name)),
  );
  addRoute(
    app,
    {
      ...ofOwn,
      path: "/spells/{id}/play",
      method: "post",
      summary: "Start the sources of a spell: each firing of one is a run",
      responses: {
        200: answer("The runner, with the addresses of its webhooks", "Runner"),
        422: problemAnswer("The spell has no source that can fire"),
      },
    },
    (c) => answerOfOwn(c, (runner) => runner.play()),
  );
  addRoute(
    app,
    {
      ...ofOwn,
      path: "/spells/{id}/pause",
      method: "post",
      summary: "Stop the sources of a spell; what runs goes on to its end",
      responses: { 200: answer("The runner", "Runner") },
    },
    (c) => answerOfOwn(c, (runner) => runner.pause()),
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/runners",
      summary: "List your loaded runners",
      tag,
      access: "user",
      responses: { 200: answer("All of them", "RunnerList") },
    },
    async (c) => {
      const { userId } = c.var.identity;
      const result = await askActor(
        () => managerOf(c.env, userId),
        (manager) => manager.listRunners(),
        "read",
      );
      return result.ok ? jsonText(result.json) : problem(result.error);
    },
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/usage",
      summary: "Tell what your runs have used this month, and your limits",
      tag,
      access: "user",
      responses: { 200: answer("The usage", "UserUsage") },
    },
    async (c) => {
      const { userId } = c.var.identity;
      const result = await askActor(
        () => managerOf(c.env, userId),
        (manager) => manager.showUsage(),
        "read",
      );
      return result.ok ? jsonText(result.json) : problem(result.error);
    },
  );
}
