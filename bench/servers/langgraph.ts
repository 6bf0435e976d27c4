/** Hono on Node with a graph of LangGraph for each spell: as many nodes, one after the other, that pass a text on. */
import { serve } from "@hono/node-server";
import { Annotation, END, START, StateGraph } from "@langchain/langgraph";
import { Hono } from "hono";
import { listens, spellsGiven } from "./serve.ts";
import type { DrawnSpell } from "./task-engine.ts";
import { userOf } from "./verify.ts";

const State = Annotation.Root({ text: Annotation<string> });

/** Names of nodes are known only when they are drawn. */
interface Graph {
  addNode(name: string, work: (state: { text: string }) => { text: string }): Graph;
  addEdge(from: string, to: string): Graph;
  compile(): { invoke(input: object, options: object): Promise<{ text: string }> };
}

function load({ nodes }: DrawnSpell) {
  const graph = new StateGraph(State) as unknown as Graph;
  // A channel and a node may not have one name.
  const names = Object.keys(nodes).map((id) => `node-${id}`);
  for (const name of names) graph.addNode(name, ({ text }) => ({ text }));
  for (const [i, name] of names.entries()) graph.addEdge(i === 0 ? START : (names[i - 1] ?? ""), name);
  graph.addEdge(names.at(-1) ?? "", END);
  return graph.compile();
}

const graphs = new Map(
  Object.entries(await spellsGiven()).map(([id, spell]) => [id, load(spell as DrawnSpell)]),
);
const app = new Hono();
app.post("/spells/:id/run", async (c) => {
  const user = await userOf(c.req.header("authorization"));
  const graph = graphs.get(c.req.param("id"));
  if (user === undefined) return c.body(null, 401);
  if (graph === undefined) return c.body(null, 404);
  const { inputs } = await c.req.json<{ inputs: { text: string } }>();
  const { text } = await graph.invoke(inputs, { recursionLimit: 10_000 });
  return c.json({ status: "completed", outputs: { said: text } });
});

serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) => listens(port));
