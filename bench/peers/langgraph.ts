/** LangGraph: a graph of state, run as a stream of updates that is read to its end. */
import { Annotation, END, START, StateGraph } from "@langchain/langgraph";
import { diamonds, type Loaded, type Peer, type Shape } from "./peer.ts";

const State = Annotation.Root({
  value: Annotation<number>,
  /** What the two sides of a diamond give. */
  a: Annotation<number>,
  b: Annotation<number>,
  sum: Annotation<number>({ reducer: (left, right) => left + right, default: () => 0 }),
  again: Annotation<boolean>,
});
type Values = typeof State.State;
type Work = (state: Values) => Partial<Values>;

/** Names of nodes are known only when they are drawn. */
interface Graph {
  addNode(name: string, work: Work): Graph;
  addEdge(from: string, to: string): Graph;
  addConditionalEdges(from: string, next: (state: Values) => string): Graph;
  compile(): {
    stream(input: object, options: object): Promise<AsyncIterable<Record<string, Partial<Values>>>>;
  };
}

interface Drawn {
  nodes: [name: string, work: Work][];
  edges: [from: string, to: string][];
  conditions: [from: string, next: (state: Values) => string][];
}

const addOne: Work = ({ value }) => ({ value: value + 1 });

function draw(shape: Shape, n: number): Drawn {
  const drawn: Drawn = { nodes: [], edges: [], conditions: [] };
  const add = (work: Work, ...from: string[]): string => {
    const name = `n${drawn.nodes.length}`;
    drawn.nodes.push([name, work]);
    for (const source of from) drawn.edges.push([source, name]);
    return name;
  };
  let last = add(addOne, START);
  if (shape === "loop") {
    const bound = Math.floor(n / 2);
    const below = add(({ value }) => ({ again: value < bound }), last);
    drawn.conditions.push([below, ({ again }) => (again ? "n0" : END)]);
    return drawn;
  }
  if (shape === "fan") {
    const middle = Array.from({ length: n - 2 }, () => add(({ value }) => ({ sum: value + 1 }), last));
    last = add(({ sum }) => ({ value: sum }), ...middle);
  } else if (shape === "diamond")
    for (let i = 0; i < diamonds(n); i++) {
      const a = add(({ value }) => ({ a: value + 1 }), last);
      const b = add(({ value }) => ({ b: value + 1 }), last);
      last = add((state) => ({ value: Math.max(state.a, state.b) + 1 }), a, b);
    }
  else for (let i = 1; i < n; i++) last = add(addOne, last);
  drawn.edges.push([last, END]);
  return drawn;
}

export const langGraph: Peer = {
  name: "langgraph",
  package: "@langchain/langgraph",
  lacks: (shape) => (shape === "data" ? "has no pull" : undefined),
  build: draw,
  load(built): Loaded {
    const { nodes, edges, conditions } = built as Drawn;
    const graph = new StateGraph(State) as unknown as Graph;
    for (const [name, work] of nodes) graph.addNode(name, work);
    for (const [from, to] of edges) graph.addEdge(from, to);
    for (const [from, next] of conditions) graph.addConditionalEdges(from, next);
    const compiled = graph.compile();
    return {
      async run() {
        const events: Record<string, Partial<Values>>[] = [];
        let value = 0;
        const stream = await compiled.stream(
          { value: 0 },
          { streamMode: "updates", recursionLimit: Number.MAX_SAFE_INTEGER },
        );
        for await (const update of stream) {
          events.push(update);
          for (const given of Object.values(update)) value = given.value ?? value;
        }
        return { value, events };
      },
    };
  },
};
