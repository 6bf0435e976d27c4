/**
 * Every RPC method of the actors and some of each service, called as release 0.1.0 called them. Arguments are not to be changed: a
 * later release must take them still. What they were answered then is in test/fixtures/rpc-answers.json.
 */
import type { ManagerRpc, RunnerRpc } from "../../src/actor/rpc.ts";
import { runnerName } from "../../src/actor/address.ts";
import type { Env } from "../../src/env.ts";
import { spell } from "./spells.ts";

export const calledSpell = spell(
  {
    start: "Trigger In",
    text: { is: "Universal Input", data: { name: "text", text: "x" } },
    out: "Output:said",
  },
  `start.trigger > out.trigger
   text.output > out.input`,
);

type Call = [name: string, ask: () => Promise<unknown>];

/** In this order: some need what those before them made. */
export async function callsOf(
  user: string,
  runner: () => RunnerRpc,
  manager: ManagerRpc,
  env: Env,
): Promise<Call[]> {
  const name = runnerName({ caller: user, owner: user, spellId: "demo", session: "main" });
  const first = await runner().run({ inputs: { text: "first" } });
  const runId = first.ok ? first.runId : "";
  const report = { usage: { runs: 1, nodes: 3, inputTokens: 0, outputTokens: 0, calls: 0 }, bytes: 4096 };
  const change = { type: "service.changed", service: "entities", event: "created", id: "e" } as const;
  const call = { userId: user };
  const entity = env.ENTITIES;
  let made = "";
  return [
    [
      "runner.run",
      () =>
        runner().run({ inputs: { text: "x" }, state: {} }, { idempotency: { key: "k", fingerprint: "f" } }),
    ],
    [
      "runner.run again",
      () =>
        runner().run({ inputs: { text: "x" }, state: {} }, { idempotency: { key: "k", fingerprint: "f" } }),
    ],
    ["runner.run async", () => runner().run({ inputs: {} }, { isAsync: true })],
    ["runner.run refused", () => runner().run({ inputs: {}, trigger: "no such" })],
    ["runner.runStream", () => runner().runStream({ inputs: {} }, {})],
    ["runner.runEvents", () => runner().runEvents(runId, 0, 100)],
    ["runner.runEventStream", () => runner().runEventStream(runId, 0)],
    ["runner.getRun", () => runner().getRun(runId)],
    ["runner.listRuns", () => runner().listRuns({ limit: 2, status: "completed" })],
    ["runner.cancelRun", () => runner().cancelRun(runId)],
    ["runner.resumeRun", () => runner().resumeRun(runId)],
    ["runner.forkRun", () => runner().forkRun(runId, { fromNode: "out", inputs: { text: "y" } })],
    ["runner.getValue", () => runner().getValue(runId, "1-1")],
    ["runner.play", () => runner().play()],
    ["runner.pause", () => runner().pause()],
    ["runner.pushFromSpell", () => runner().pushFromSpell("source", { value: 1 })],
    ["runner.describe", () => runner().describe()],
    ["runner.load", () => runner().load()],
    ["runner.unload", () => runner().unload()],
    ["runner.getPlan", () => runner().getPlan(1)],
    ["runner.getRunPlan", () => runner().getRunPlan(runId)],
    ["runner.spellChanged", () => runner().spellChanged("demo", 1)],
    ["runner.serviceChanged", () => runner().serviceChanged(change)],
    ["runner.report", () => runner().report()],
    ["runner.timings", () => runner().timings(0)],
    ["runner.countConnections", () => runner().countConnections()],
    ["manager.runnerLoaded", () => manager.runnerLoaded(name)],
    ["manager.runnerConnections", () => manager.runnerConnections(name, 1)],
    ["manager.runnerPlaying", () => manager.runnerPlaying(name, false)],
    ["manager.runnerSubscribed", () => manager.runnerSubscribed(name, ["entities"])],
    ["manager.serviceChanged", () => manager.serviceChanged(change)],
    ["manager.lease", () => manager.lease(name, 1)],
    ["manager.admit", () => manager.admit(name, 1)],
    ["manager.report", () => manager.report(name, report)],
    ["manager.showUsage", () => manager.showUsage()],
    ["manager.timings", () => manager.timings({ spellId: "demo" })],
    ["manager.spellChanged", () => manager.spellChanged("demo", 1)],
    ["manager.startRunner", () => manager.startRunner(name)],
    ["manager.listRunners", () => manager.listRunners()],
    ["manager.endRunner", () => manager.endRunner(name)],
    ["manager.runnerUnloaded", () => manager.runnerUnloaded(name)],
    ["manager.createTicket", () => manager.createTicket("hash", 4_000_000_000_000)],
    ["manager.consumeTicket", () => manager.consumeTicket("hash")],
    [
      "entities.create",
      async () => {
        const row = await entity?.create(call, { type: "note", data: { text: "x" } });
        made = (row as { id: string }).id;
        return row;
      },
    ],
    ["entities.find", async () => entity?.find(call, { type: "note", $limit: 1 })],
    ["entities.get", async () => entity?.get(call, made)],
    ["entities.patch", async () => entity?.patch(call, made, { type: "note" })],
    ["entities.remove", async () => entity?.remove(call, made)],
    [
      "completion.complete",
      () =>
        env.COMPLETION.complete({ ...call, idempotencyKey: "r:n:1" }, { prompt: "Say hello", maxTokens: 5 }),
    ],
    ["completion.chat", () => env.COMPLETION.chat(call, { messages: [{ role: "user", content: "Hello" }] })],
    ["completion.stream", () => env.COMPLETION.stream(call, { prompt: "Say hello" })],
    ["completion.embed", () => env.COMPLETION.embed(call, { values: ["a"] })],
    ["cache.set", async () => env.CACHE_SERVICE?.set(call, "k", { a: 1 }, 60)],
    ["cache.get", async () => env.CACHE_SERVICE?.get(call, "k")],
    ["spells.run", async () => env.SPELLS?.run(call, { spell: "demo", inputs: { text: "x" } })],
    ["spells.interface", async () => env.SPELLS?.interface(call, "demo")],
    ["users.me", async () => env.USERS?.me(call)],
    ["runner.spellDeleted", () => runner().spellDeleted()],
    ["manager.spellDeleted", () => manager.spellDeleted("demo")],
  ];
}
