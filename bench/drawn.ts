/** The spells that benches run, as native documents. */

interface Drawing {
  durability?: "turn" | "group";
}

interface Document {
  format: string;
  name: string;
  nodes: Record<string, unknown>;
  edges: Record<string, unknown>;
  settings: Record<string, unknown>;
}

/** What stands between the start and the end of a chain. */
interface Link {
  component: string;
  data: Record<string, unknown>;
  input: string;
  output: string;
  /** Sockets of the author's. */
  sockets?: { inputs: unknown[]; outputs: unknown[] };
}

const echo: Link = { component: "Echo", data: {}, input: "source", output: "output" };

const addOne: Link = {
  component: "Code",
  data: { code: "function worker(inputs) { return { sum: Number(inputs.value) + 1 } }" },
  input: "value",
  output: "sum",
  sockets: { inputs: [{ name: "value", type: "any" }], outputs: [{ name: "sum", type: "any" }] },
};

/** Trigger In, Universal Input `text`, `count` nodes one after the other, and Output `said`. */
function chain(link: Link, count: number, settings: Drawing): Document {
  const nodes: Document["nodes"] = {
    start: { component: "Trigger In", position: [0, 0], data: { name: "start" } },
    text: { component: "Universal Input", position: [0, 50], data: { name: "text" } },
    out: { component: "Output", position: [(count + 1) * 100, 0], data: { name: "said" } },
  };
  const edges: Document["edges"] = {};
  const wire = (from: [string, string], to: [string, string]): void =>
    void (edges[`e${Object.keys(edges).length + 1}`] = { from, to });
  for (let i = 1; i <= count; i++) {
    const { component, data, sockets = {} } = link;
    nodes[`n${i}`] = { component, position: [i * 100, 0], data, ...sockets };
    wire([i === 1 ? "start" : `n${i - 1}`, "trigger"], [`n${i}`, "trigger"]);
    wire(i === 1 ? ["text", "output"] : [`n${i - 1}`, link.output], [`n${i}`, link.input]);
  }
  wire([`n${count}`, "trigger"], ["out", "trigger"]);
  wire([`n${count}`, link.output], ["out", "input"]);
  return { format: "spellrunner@1", name: "chain", nodes, edges, settings: { ...settings } };
}

/** @param nodes in all, Trigger In, Universal Input and Output among them */
export const echoes = (nodes: number, settings: Drawing = {}): Document => chain(echo, nodes - 3, settings);

/** `count` Code nodes that add one each. */
export const codes = (count: number, settings: Drawing = {}): Document => chain(addOne, count, settings);

/** A webhook, one node, and the reply. */
export const hooked = (settings: Drawing = {}): Document => ({
  format: "spellrunner@1",
  name: "hooked",
  nodes: {
    hook: { component: "Webhook In", position: [0, 0], data: { name: "hook", reply: "outputs" } },
    echo: { component: "Echo", position: [100, 0], data: {} },
    out: { component: "Output", position: [200, 0], data: { name: "said" } },
  },
  edges: {
    e1: { from: ["hook", "trigger"], to: ["echo", "trigger"] },
    e2: { from: ["hook", "body"], to: ["echo", "source"] },
    e3: { from: ["echo", "trigger"], to: ["out", "trigger"] },
    e4: { from: ["echo", "output"], to: ["out", "input"] },
  },
  settings: { play: { concurrency: 16 }, ...settings },
});

/** A prompt to a model, with a text put in, and its answer. */
export const prompted = (settings: Drawing = {}): Document =>
  chain(
    {
      component: "Generator",
      data: { fewshot: "Say it again: {{text}}", modelName: "gpt-test" },
      input: "text",
      output: "result",
      sockets: { inputs: [{ name: "text", type: "string" }], outputs: [] },
    },
    1,
    settings,
  );
