/** Random spells for property tests: chains, fans, joins, cycles, loops, data, state, sub-spells, and nodes that answer later. */
import fc from "fast-check";
import type { NodeContext } from "../../src/engine/index.ts";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import { type DrawnNode, spell, type TestComponent, withComponents } from "./spells.ts";

const trigger = { name: "trigger", type: "trigger" } as const;
const any = (name: string) => ({ name, type: "any" }) as const;

/** Every execution, and the answers that are still to come, in the order of asking. */
export interface Workshop {
  executed: string[];
  pending: { key: string; resolve: () => void }[];
  catalogue: ReturnType<typeof withComponents>;
}

const keyOf = (context: NodeContext): string => `${context.nodeId}:${context.visit}`;

export function workshop(): Workshop {
  const executed: string[] = [];
  const pending: Workshop["pending"] = [];
  const answer = (context: NodeContext, key: string) => ({
    outputs: {
      out: `${key}(${context
        .values("in")
        .map((value) => JSON.stringify(value)?.slice(0, 40))
        .join()})`,
    },
    state: { [`k${context.node.id.length}`]: key },
  });
  const step: TestComponent = {
    name: "Step",
    aliases: [],
    inputs: [trigger, any("in")],
    outputs: [trigger, any("out")],
    execute(context) {
      const key = keyOf(context);
      executed.push(key);
      return answer(context, key);
    },
  };
  const slow: TestComponent = {
    ...step,
    name: "Slow",
    execute(context) {
      const key = keyOf(context);
      executed.push(key);
      const { promise, resolve } = Promise.withResolvers<ReturnType<typeof answer>>();
      pending.push({ key, resolve: () => resolve(answer(context, key)) });
      return promise;
    },
  };
  const coin: TestComponent = {
    name: "Coin",
    aliases: [],
    inputs: [trigger],
    outputs: [
      { name: "heads", type: "trigger" },
      { name: "tails", type: "trigger" },
    ],
    execute(context) {
      const key = keyOf(context);
      executed.push(key);
      const seen = Number(context.state[`coin${context.node.id}`] ?? 0) + 1;
      return {
        fired: [seen % Number(context.data.every) === 0 ? "tails" : "heads"],
        state: { [`coin${context.node.id}`]: seen },
      };
    },
  };
  const data = (base: TestComponent, name: string): TestComponent => ({
    ...base,
    name,
    inputs: [any("in")],
    outputs: [any("out")],
  });
  return {
    executed,
    pending,
    catalogue: withComponents([step, slow, coin, data(step, "Value"), data(slow, "SlowValue")]),
  };
}

const kinds = [
  "Step",
  "Step",
  "Slow",
  "Coin",
  "Value",
  "SlowValue",
  "ForEach",
  "Wait For All",
  "State Read",
  "Spell",
  "Output",
] as const;

const inner: SpellDocument = spell(
  { in: "Trigger In", t: "Universal Input:text", s: "Slow", o: "Output:said", x: "Trigger Out:trigger" },
  `
  in.trigger > s.trigger
  t.output > s.in
  s.trigger > o.trigger
  s.out > o.input
  o.trigger > x.trigger`,
  { id: "inner", name: "inner" },
);

const outTriggers: Record<string, string[]> = {
  Step: ["trigger"],
  Slow: ["trigger"],
  Coin: ["heads", "tails"],
  ForEach: ["act", "done"],
  "Wait For All": ["default"],
  Output: ["trigger"],
  Spell: ["trigger"],
};
const outData: Record<string, string> = {
  Step: "out",
  Slow: "out",
  Value: "out",
  SlowValue: "out",
  ForEach: "element",
  "State Read": "k1",
  Output: "output",
  Spell: "said",
};
const inData: Record<string, string> = {
  Step: "in",
  Slow: "in",
  Value: "in",
  SlowValue: "in",
  Output: "input",
  Spell: "text",
};

/** Spells of up to `size` nodes. Data flow from lower to higher nodes, so never in a circle; triggers go anywhere. */
export const randomSpell = (size: number): fc.Arbitrary<SpellDocument> =>
  fc
    .record({
      kinds: fc.array(fc.constantFrom(...kinds), { minLength: 2, maxLength: size }),
      wires: fc.array(fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000)), {
        minLength: 2,
        maxLength: size * 3,
      }),
      data: fc.array(fc.tuple(fc.nat(1000), fc.nat(1000)), { maxLength: size * 2 }),
      every: fc.integer({ min: 2, max: 4 }),
    })
    .map(({ kinds: chosen, wires, data, every }) => {
      const nodes: Record<string, DrawnNode> = { "0": "Trigger In", list: "Universal Input:list" };
      const lines: string[] = [];
      const kindOf = (i: number) => chosen[i - 1] as string;
      chosen.forEach((kind, i) => {
        const id = String(i + 1);
        const added = {
          ...(kind === "State Read" ? { outputs: [any("k1")] } : {}),
          ...(kind === "Spell" ? { inputs: [any("text"), trigger], outputs: [any("said"), trigger] } : {}),
        };
        nodes[id] = {
          is: kind === "Output" ? `Output:o${id}` : kind,
          data: { ...(kind === "Coin" ? { every } : {}), ...(kind === "Spell" ? { spellId: "inner" } : {}) },
          ...added,
        };
        if (kind === "ForEach") lines.push(`list.output > ${id}.array`);
        if (kind === "Output" || kind === "Spell") lines.push(`list.output > ${id}.${inData[kind]}`);
      });
      const controls = chosen.flatMap((kind, i) => (kind in outTriggers ? [i + 1] : []));
      const isTarget = controls.length > 0;
      if (isTarget) lines.push(`0.trigger > ${controls[0]}.${controlIn(kindOf(controls[0] as number), 0)}`);
      for (const [n, [from, to, socket]] of wires.entries()) {
        if (!isTarget) break;
        // Most triggers lead onwards, as people draw; some lead back.
        const a = controls[from % controls.length] as number;
        const ahead = controls.filter((c) => c > a);
        const pool = socket % 4 !== 0 && ahead.length > 0 ? ahead : controls;
        const b = pool[to % pool.length] as number;
        const sockets = outTriggers[kindOf(a)] as string[];
        lines.push(`${a}.${sockets[socket % sockets.length]} > ${b}.${controlIn(kindOf(b), n)}`);
      }
      for (const [from, to] of data) {
        const [a, b] = [(from % chosen.length) + 1, (to % chosen.length) + 1].toSorted((x, y) => x - y) as [
          number,
          number,
        ];
        const [out, into] = [outData[kindOf(a)], inData[kindOf(b)]];
        if (a !== b && out !== undefined && into !== undefined) lines.push(`${a}.${out} > ${b}.${into}`);
      }
      return spell(nodes, [...new Set(lines)].join("\n"), { spells: { inner } });
    });

const controlIn = (kind: string, n: number): string =>
  kind === "ForEach" ? "act1" : kind === "Wait For All" ? `t${n}` : "trigger";
