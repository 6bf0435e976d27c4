/**
 * Edges that a behave-graph file does not draw: from what raises an event to the nodes that listen, and from the events
 * that start a spell to the nodes that answer them. Their sockets begin with `$` where nobody draws them.
 */
import type { Edge, SpellIssue } from "../protocol/spell.ts";
import type { JsonObject } from "../protocol/values.ts";
import { type BehaveGraph, keyOf } from "./behave-graph.ts";

/** A node as far as wiring goes. */
export interface Wired {
  id: string;
  type: string;
  configuration: JsonObject;
}

/** Each can raise many and hear of many, so their product is bounded. */
const maxDrawn = 20_000;

/** Events that start a spell, with their payload as `event`. */
export const startTypes: ReadonlySet<string> = new Set([
  "magick/onMessage",
  "magick/onWebhook",
  "slack/onMessage",
  "discord/onMessage",
  "discord/onReactionAdd",
  "events/subspells/input",
]);

/** Nodes whose value is an output of the spell. */
export const outputTypes: ReadonlySet<string> = new Set(["magick/sendMessage", "magick/streamMessage"]);

/** Nodes that want to know whom they answer: channel, sender and the like. */
const answering: ReadonlySet<string> = new Set([
  "magick/sendMessage",
  "magick/streamMessage",
  "magick/addMessage",
  "queries/events/eventHistory",
  "events/eventHistory",
  "queries/messages/getMessageHistory",
  "events/getMessageHistory",
  "queries/messages/clearMessageHistory",
  "events/clearMessageHistory",
  "action/memory/addMemory",
  "action/memory/getMemories",
  "action/memory/clearMemories",
  "action/subspell/run",
]);

/** Nodes that change the list of a variable, when it is one that they were given. */
const listChanging: ReadonlySet<string> = new Set([
  "logic/array/push",
  "logic/array/removeFirst",
  "logic/array/removeLast",
  "action/array/clear",
]);
/** Those that give on the list that they changed. */
const listPassing: ReadonlySet<string> = new Set(["logic/array/push", "action/array/clear"]);

export class BehaveWiring {
  readonly #nodes: readonly Wired[];
  readonly #graph: BehaveGraph;
  readonly #draw: (edge: Edge) => void;
  #left = maxDrawn;

  constructor(nodes: readonly Wired[], graph: BehaveGraph, draw: (edge: Edge) => void) {
    this.#nodes = nodes;
    this.#graph = graph;
    this.#draw = draw;
  }

  /** @param variableOf the variable of nodes that change one */
  draw(variableOf: ReadonlyMap<string, string>, issues: SpellIssue[]): void {
    this.#drawCustomEvents();
    this.#drawVariableEvents(variableOf);
    this.#connect(this.#of("action/memory/addMemory"), this.#of("events/memory/onMemory"), [
      ["$added", "$added"],
      ["memory", "memory"],
    ]);
    this.#connect(
      this.#nodes.filter(({ type }) => startTypes.has(type)),
      this.#nodes.filter(({ type }) => answering.has(type)),
      [["event", "event"]],
    );
    if (this.#left < 0)
      issues.push({
        severity: "warning",
        code: "not_carried",
        message: `This spell has so many events and listeners that some of their connections were left out.`,
      });
  }

  #drawCustomEvents(): void {
    const listeners = grouped(this.#of("customEvent/onTriggered"), eventIdOf);
    for (const [id, raising] of grouped(this.#of("customEvent/trigger"), eventIdOf)) {
      const parameters = (this.#graph.customEvents.get(id) ?? []).map(({ name }): [string, string] => [
        name,
        name,
      ]);
      this.#connect(raising, listeners.get(id) ?? [], [["$event", "$event"], ...parameters]);
    }
  }

  #drawVariableEvents(variableOf: ReadonlyMap<string, string>): void {
    const keyed = (nodes: Wired[]): Map<string, Wired[]> => grouped(nodes, ({ id }) => variableOf.get(id));
    const listeners = keyed(this.#of("variables/on"));
    if (listeners.size === 0) return;
    const changing = this.#nodes.filter(
      ({ type, configuration }) =>
        listChanging.has(type) || (type === "variables/set" && configuration.emitEvent !== false),
    );
    for (const [key, setting] of keyed(changing))
      this.#connect(setting, listeners.get(key) ?? [], [["$changed", "$changed"]]);
  }

  #of(type: string): Wired[] {
    return this.#nodes.filter((node) => node.type === type);
  }

  #connect(from: readonly Wired[], to: readonly Wired[], sockets: readonly [string, string][]): void {
    for (const source of from)
      for (const target of to)
        for (const [output, input] of sockets) {
          this.#left -= 1;
          if (this.#left < 0) return;
          this.#draw({ from: [source.id, output], to: [target.id, input] });
        }
  }
}

const eventIdOf = ({ configuration }: Wired): string | undefined => keyOf(configuration.customEventId);

function grouped(nodes: Wired[], idOf: (node: Wired) => string | undefined): Map<string, Wired[]> {
  const groups = new Map<string, Wired[]>();
  for (const node of nodes) {
    const id = idOf(node);
    if (id === undefined) continue;
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [node]);
    else group.push(node);
  }
  return groups;
}

/** Where the list that a node changes comes from. */
export type ListSource = (id: string) => { node: string; socket: string } | undefined;

/**
 * The ids of the variables that nodes are about: their own, or, where they change a list, the one that the list belongs to.
 * In Magick such a list was the variable's own, so that changing it changed the variable.
 */
export function variablesOf(
  nodes: readonly Wired[],
  graph: BehaveGraph,
  listFrom: ListSource,
): Map<string, string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const named = new Map([...graph.variables].map(([id, { name }]) => [name, id]));
  const found = new Map<string, string>();
  for (const node of nodes) {
    const own = keyOf(node.configuration.variableId);
    if (own !== undefined && own !== "") found.set(node.id, own);
  }
  const settled = new Set<string>();
  for (const node of nodes) {
    if (!listChanging.has(node.type)) continue;
    const passed: string[] = [];
    let variable: string | undefined;
    for (let at = node.id; !settled.has(at);) {
      settled.add(at);
      passed.push(at);
      const from = listFrom(at);
      const source = from === undefined ? undefined : byId.get(from.node);
      if (from === undefined || source === undefined) break;
      variable = source.type === "variables/getMany" ? named.get(from.socket) : found.get(source.id);
      if (variable !== undefined || !listPassing.has(source.type)) break;
      at = source.id;
    }
    if (variable !== undefined) for (const id of passed) found.set(id, variable);
  }
  return found;
}
