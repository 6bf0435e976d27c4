/** Small deterministic components for tests of random spells, with what the reference needs to know of them. */
import type { NodeContext } from "../../src/engine/index.ts";
import { SpellError } from "../../src/protocol/errors.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import type { Behaviour } from "../engine/reference/behaviours.ts";
import { NodeFails } from "../engine/reference/behaviours.ts";
import { any, type TestComponent, trigger, withComponents } from "./spells.ts";

/** Every execution, and the answers that are still to come, in the order of asking. */
export interface Workshop {
  executed: string[];
  pending: { key: string; resolve: () => void }[];
  catalogue: ReturnType<typeof withComponents>;
}

/** What these components see of a visit, in the engine and in the reference alike. */
interface Seen {
  key: string;
  id: string;
  data: JsonObject;
  state: JsonObject;
  values: (Json | undefined)[];
}
interface Done {
  outputs?: JsonObject;
  fired?: string[];
  state?: JsonObject;
}

const cut = (value: Json | undefined): string => JSON.stringify(value)?.slice(0, 40) ?? "";

/** Tells who it is and what it heard, and leaves its name in the state. */
const tell = ({ key, id, values }: Seen): Done => ({
  outputs: { out: `${key}(${values.map(cut).join()})` },
  state: { [`k${id.length}`]: key },
});

const counted = ({ id, state }: Seen): number => Number(state[`n${id}`] ?? 0) + 1;

/** Fails from its `times`th visit on. */
function tellUntil(seen: Seen): Done {
  const n = counted(seen);
  if (n >= Number(seen.data.times)) throw new NodeFails("node_failed");
  return { ...tell(seen), state: { [`n${seen.id}`]: n } };
}

const acts: Record<string, (seen: Seen) => Done> = {
  Step: tell,
  Slow: tell,
  Value: tell,
  SlowValue: tell,
  /** Tails every few times. */
  Coin(seen) {
    const n = counted(seen);
    return { fired: [n % Number(seen.data.every) === 0 ? "tails" : "heads"], state: { [`n${seen.id}`]: n } };
  },
  /** Fires `again` until it has been visited `times` times, then `over`. */
  Repeat(seen) {
    const n = counted(seen);
    const isOver = n >= Number(seen.data.times);
    return {
      outputs: { n },
      fired: [isOver ? "over" : "again"],
      state: { [`n${seen.id}`]: isOver ? 0 : n },
    };
  },
  /** At the beginning of a cycle: fires `again` until its `times`th turn, then `over`. */
  Turn({ key, data }) {
    const turn = Number(/\d+$/.exec(key)?.[0]);
    return { outputs: { n: turn }, fired: [turn >= Number(data.times) ? "over" : "again"] };
  },
  /** Makes choices for gates of what the state holds. */
  Dial({ state, data }) {
    const n = cut(state.k1).length + cut(state.k2).length + Number(data.every);
    return { outputs: { flag: n % 2 === 0, word: ["one", "two", "three"][n % 3] as string, number: n % 7 } };
  },
  Breaks: tellUntil,
  SlowBreaks: tellUntil,
};

const fire = (name: string) => ({ name, type: "trigger" }) as const;
const shapes: Record<string, Pick<TestComponent, "inputs" | "outputs" | "volatile">> = {
  Step: { inputs: [trigger, any("in")], outputs: [trigger, any("out")] },
  Slow: { inputs: [trigger, any("in")], outputs: [trigger, any("out")] },
  Breaks: { inputs: [trigger, any("in")], outputs: [trigger, any("out")] },
  SlowBreaks: { inputs: [trigger, any("in")], outputs: [trigger, any("out")] },
  Value: { inputs: [any("in")], outputs: [any("out")] },
  SlowValue: { inputs: [any("in")], outputs: [any("out")] },
  Coin: { inputs: [trigger], outputs: [fire("heads"), fire("tails")] },
  Repeat: { inputs: [trigger], outputs: [fire("again"), fire("over"), any("n")] },
  Turn: { inputs: [trigger], outputs: [fire("again"), fire("over"), any("n")] },
  Dial: { inputs: [any("in")], outputs: [any("flag"), any("word"), any("number")], volatile: true },
};

export const slowComponents: ReadonlySet<string> = new Set(["Slow", "SlowValue", "SlowBreaks"]);

/** Lets promise callbacks run. */
export const settle = async (): Promise<void> => {
  for (let i = 0; i < 4; i++) await Promise.resolve();
};

/** The same for the reference. */
export const behaviours: Record<string, Behaviour> = Object.fromEntries(
  Object.entries(acts).map(([name, act]): [string, Behaviour] => [
    name,
    (seen) =>
      act({
        key: `${seen.nodeId}:${seen.visit}`,
        id: seen.node.id,
        data: seen.node.data,
        state: seen.state,
        values: seen.values("in"),
      }),
  ]),
);

export function workshop(): Workshop {
  const executed: string[] = [];
  const pending: Workshop["pending"] = [];
  const act = (name: string, context: NodeContext, key: string): Done => {
    try {
      const { node, data, state } = context;
      return (acts[name] as (seen: Seen) => Done)({
        key,
        id: node.id,
        data,
        state,
        values: context.values("in"),
      });
    } catch (error) {
      if (error instanceof NodeFails) throw new SpellError("node_failed", `${context.label} broke.`);
      throw error;
    }
  };
  const components = Object.entries(shapes).map(([name, shape]): TestComponent => ({
    name,
    aliases: [],
    ...shape,
    execute(context) {
      const key = `${context.nodeId}:${context.visit}`;
      executed.push(key);
      if (!slowComponents.has(name)) return act(name, context, key);
      const { promise, resolve } = Promise.withResolvers<void>();
      pending.push({ key, resolve });
      return promise.then(() => act(name, context, key));
    },
  }));
  return { executed, pending, catalogue: withComponents(components) };
}
