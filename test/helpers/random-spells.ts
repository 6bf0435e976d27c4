/** Random spells for property tests, wired at random: chains, fans, joins, cycles, loops, gates, state, sub-spells. */
import fc from "fast-check";
import type { Socket, SpellDocument } from "../../src/protocol/spell.ts";
import type { JsonObject } from "../../src/protocol/values.ts";
import { any, type DrawnNode, spell } from "./spells.ts";

const fire = (name: string): Socket => ({ name, type: "trigger" });

interface Kind {
  /** Trigger inputs; `*` stands for sockets of the wire's own. */
  takes?: readonly string[];
  fires?: readonly string[];
  /** Data inputs and outputs. */
  reads?: readonly string[];
  gives?: readonly string[];
  /** Data inputs without which it would be refused, and the output of the spell's list that feeds them. */
  needs?: readonly string[];
  inputs?: Socket[];
  outputs?: Socket[];
  data?: JsonObject;
}

/** What a node may be, by component. */
export const kinds: Record<string, Kind> = {
  Step: { takes: ["trigger"], fires: ["trigger"], reads: ["in"], gives: ["out"] },
  Slow: { takes: ["trigger"], fires: ["trigger"], reads: ["in"], gives: ["out"] },
  Value: { reads: ["in"], gives: ["out"] },
  SlowValue: { reads: ["in"], gives: ["out"] },
  Dial: { reads: ["in"], gives: ["flag", "word", "number"] },
  Echo: { takes: ["trigger"], fires: ["trigger"], reads: ["source"], gives: ["output"] },
  Coin: { takes: ["trigger"], fires: ["heads", "tails"] },
  Repeat: { takes: ["trigger"], fires: ["again", "over"], gives: ["n"] },
  Turn: { takes: ["trigger"], fires: ["again", "over"], gives: ["n"] },
  Breaks: { takes: ["trigger"], fires: ["trigger"], reads: ["in"], gives: ["out"] },
  SlowBreaks: { takes: ["trigger"], fires: ["trigger"], reads: ["in"], gives: ["out"] },
  "Boolean Gate": { takes: ["trigger"], fires: ["true", "false"], reads: ["boolean"], needs: ["boolean"] },
  Switch: {
    takes: ["trigger"],
    fires: ["one", "two", "default"],
    reads: ["input"],
    needs: ["input"],
    outputs: [fire("one"), fire("two")],
  },
  "In Range": {
    takes: ["trigger"],
    fires: ["true", "false"],
    needs: ["input"],
    data: { startNumber: 2, endNumber: 4 },
  },
  "Or Gate": { takes: ["trigger1", "trigger2"], fires: ["trigger"] },
  "Wait For All": { takes: ["*"], fires: ["default"] },
  "Exclusive Gate": {
    takes: ["a trigger", "b trigger"],
    fires: ["trigger"],
    reads: ["a data", "b data"],
    gives: ["output"],
  },
  ForEach: { takes: ["act1"], fires: ["act", "done"], gives: ["element", "index"], needs: ["array"] },
  "Join List": { gives: ["text"], needs: ["list"] },
  "State Read": { gives: ["k1", "w"], outputs: [any("k1"), any("w")] },
  "State Write": { takes: ["trigger"], fires: ["trigger"], reads: ["w"], inputs: [any("w")] },
  Output: { takes: ["trigger"], fires: ["trigger"], reads: ["input"], gives: ["output"], needs: ["input"] },
  "Spell:plain": {
    takes: ["trigger"],
    fires: ["trigger"],
    reads: ["text"],
    gives: ["said"],
    needs: ["text"],
    inputs: [any("text")],
    outputs: [any("said")],
    data: { spellId: "plain" },
  },
  "Spell:turning": {
    takes: ["trigger"],
    fires: ["yes", "no", "trigger"],
    reads: ["text"],
    gives: ["said"],
    needs: ["text"],
    inputs: [any("text")],
    outputs: [any("said"), fire("yes"), fire("no")],
    data: { spellId: "turning" },
  },
};

/** The sub-spells that the kinds name. */
export const subSpells: Record<string, SpellDocument> = {
  //  in ──▶ s ──▶ o
  plain: spell(
    { in: "Trigger In", t: "Universal Input:text", s: "Slow", o: "Output:said" },
    `
    in.trigger > s.trigger
    t.output > s.in
    s.trigger > o.trigger
    s.out > o.input`,
    { id: "plain", name: "plain" },
  ),
  //  in ──▶ each ─act▶ a ──▶ coin ─heads▶ a, ─tails▶ yes     each ─done▶ o ──▶ gate ─true▶ yes, ─false▶ no
  turning: spell(
    {
      in: "Trigger In",
      t: "Universal Input:text",
      two: { is: "Universal Input:two", data: { text: [1, 2] } },
      each: "ForEach",
      a: "Step",
      coin: { is: "Coin", data: { every: 2 } },
      dial: { is: "Dial", data: { every: 1 } },
      gate: "Boolean Gate",
      o: "Output:said",
      yes: "Trigger Out:yes",
      no: "Trigger Out:no",
    },
    `
    in.trigger > each.act1
    two.output > each.array
    each.act > a.trigger
    each.element > a.in
    t.output > a.in
    a.trigger > coin.trigger
    coin.heads > a.trigger
    coin.tails > yes.trigger
    each.done > o.trigger
    a.out > o.input
    o.trigger > gate.trigger
    dial.flag > gate.boolean
    gate.true > yes.trigger
    gate.false > no.trigger`,
    { id: "turning", name: "turning" },
  ),
};

/** Of the run's input `list`, which the spells read. */
const fed: Record<string, string> = {
  array: "list",
  list: "list",
  boolean: "dial.flag",
  input: "dial.number",
};

export interface RandomSpellOptions {
  /** Components to choose from; all when absent. */
  kinds?: readonly string[];
  /** With a second start, called `other`. */
  isStartedTwice?: true;
}

/** Spells of up to `size` nodes. Data flow from lower to higher nodes, so never in a circle; triggers go anywhere. */
export const randomSpell = (size: number, options: RandomSpellOptions = {}): fc.Arbitrary<SpellDocument> =>
  fc
    .record({
      kinds: fc.array(fc.constantFrom(...(options.kinds ?? Object.keys(kinds))), {
        minLength: 2,
        maxLength: size,
      }),
      wires: fc.array(fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000)), {
        minLength: 2,
        maxLength: size * 3,
      }),
      data: fc.array(fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(20)), { maxLength: size * 2 }),
      every: fc.integer({ min: 2, max: 4 }),
    })
    .map(({ kinds: chosen, wires, data, every }) => {
      const nodes: Record<string, DrawnNode> = {
        "0": "Trigger In",
        list: "Universal Input:list",
        dial: { is: "Dial", data: { every } },
      };
      if (options.isStartedTwice === true) nodes.other = { is: "Trigger In:other", y: 9 };
      const lines: string[] = [];
      const kindOf = (i: number) => kinds[chosen[i - 1] as string] as Kind;
      chosen.forEach((name, i) => {
        const id = String(i + 1);
        const { inputs, outputs, needs, data: own } = kindOf(i + 1);
        nodes[id] = {
          is: name === "Output" ? `Output:o${id}` : (name.split(":")[0] as string),
          data: { every, times: every, ...own },
          ...(inputs === undefined ? {} : { inputs }),
          ...(outputs === undefined ? {} : { outputs }),
        };
        for (const socket of needs ?? []) {
          const source = name === "Output" ? "list.output" : (fed[socket] ?? "list");
          lines.push(`${source.includes(".") ? source : `${source}.output`} > ${id}.${socket}`);
        }
      });
      const socketOf = (names: readonly string[] | undefined, n: number): string => {
        const name = names?.[n % names.length] ?? "";
        return name === "*" ? `t${n}` : name;
      };
      const controls = chosen.flatMap((_, i) => (kindOf(i + 1).takes === undefined ? [] : [i + 1]));
      const [first] = controls;
      if (first !== undefined) {
        lines.push(`0.trigger > ${first}.${socketOf(kindOf(first).takes, 0)}`);
        const last = controls.at(-1) as number;
        if (options.isStartedTwice === true)
          lines.push(`other.trigger > ${last}.${socketOf(kindOf(last).takes, 1)}`);
        for (const [n, [from, to, socket]] of wires.entries()) {
          // Most triggers lead onwards, as people draw; some lead back.
          const a = controls[from % controls.length] as number;
          const ahead = controls.filter((c) => c > a);
          const pool = socket % 4 !== 0 && ahead.length > 0 ? ahead : controls;
          const b = pool[to % pool.length] as number;
          lines.push(`${a}.${socketOf(kindOf(a).fires, socket)} > ${b}.${socketOf(kindOf(b).takes, n)}`);
        }
      }
      for (const [from, to, socket] of data) {
        const [a, b] = [(from % chosen.length) + 1, (to % chosen.length) + 1].toSorted((x, y) => x - y) as [
          number,
          number,
        ];
        const [out, into] = [socketOf(kindOf(a).gives, socket), socketOf(kindOf(b).reads, socket)];
        if (a !== b && out !== "" && into !== "") lines.push(`${a}.${out} > ${b}.${into}`);
      }
      return spell(nodes, [...new Set(lines)].join("\n"), { spells: subSpells });
    });
