/**
 * Reads spells of Magick's last era (2023-11 to 2024): graphs of `@magickml/behave-graph`, and files of its original,
 * `@behave-graph/core`. Nodes keep their types as component names; triggers run as fibers.
 */
import type { Edge, SpellDocument, SpellIssue, SpellNode } from "../protocol/spell.ts";
import { nodeId as nodeIdRule } from "../protocol/spell.ts";
import { isJsonObject, type Json, type JsonObject } from "../protocol/values.ts";
import {
  type BehaveGraph,
  type BehaveVariable,
  keyOf,
  listOf,
  readSharedParts,
  readSockets,
} from "./behave-graph.ts";
import { type Canvas, drawConstants, drawResults } from "./behave-subspells.ts";
import { addedSockets } from "./behave-sockets.ts";
import { BehaveWiring, outputTypes, startTypes, variablesOf, type Wired } from "./behave-wiring.ts";
import { FreshNames } from "./fresh-names.ts";
import { checkNodeCount, type ImportBudget } from "./import-budget.ts";
import { idFrom, type ImportedSpell } from "./imported.ts";

/**
 * What is no node, and whatever else cannot be carried, is left out and said.
 * @throws SpellError `too_large` alone
 */
export function importBehave(spell: JsonObject, graph: JsonObject, budget: ImportBudget): ImportedSpell {
  checkNodeCount(listOf(graph.nodes).length);
  return new BehaveImport(spell, graph, budget).result();
}

/** Keys with a place of their own in the native document. */
const carried = new Set(["id", "name", "graph", "chain", "nodes", "data"]);

/** Each node may be told of each variable, so their product is bounded. */
const maxMentions = 20_000;

interface Drawn extends Wired {
  parameters: JsonObject;
  flows: JsonObject;
  raw: JsonObject;
}

class BehaveImport implements Canvas {
  readonly #spell: JsonObject;
  readonly #graph: JsonObject;
  readonly #budget: ImportBudget;
  readonly #issues: SpellIssue[] = [];
  readonly #shared: BehaveGraph;
  /** Ids in the document by those in the file. */
  readonly #ids = new Map<string, string>();
  readonly #taken = new FreshNames(new Set());
  readonly #nodes: Record<string, SpellNode> = {};
  readonly #edges: Record<string, Edge> = {};
  readonly #names = new FreshNames(new Set(["lifecycle"]));
  #nodeCount = 0;
  #edgeCount = 0;
  /** Variables told to nodes. */
  #mentions = 0;

  constructor(spell: JsonObject, graph: JsonObject, budget: ImportBudget) {
    this.#spell = spell;
    this.#graph = graph;
    this.#budget = budget;
    this.#shared = readSharedParts(graph, this.#issues);
    budget.add("warnings", this.#issues.length);
  }

  result(): ImportedSpell {
    const drawn = listOf(this.#graph.nodes).flatMap((raw, i) => this.#read(raw, i) ?? []);
    this.#nodeCount = drawn.length;
    const variableIds = variablesOf(drawn, this.#shared, (id) => this.#listSource(id, drawn));
    for (const node of drawn) this.#nodes[node.id] = this.#toNode(node, variableIds.get(node.id));
    for (const node of drawn) this.#drawEdges(node);
    new BehaveWiring(drawn, this.#shared, (edge) => this.draw(edge)).draw(variableIds, this.#issues);
    for (const node of drawn) {
      if (node.type === "events/subspells/output") drawResults(this, node.id, this.#shared.outputs);
      if (node.type === "action/subspell/run") drawConstants(this, node.id, node.configuration);
    }
    return { document: this.#document(), issues: this.#issues };
  }

  #document(): SpellDocument {
    const { comments, ...data } = isJsonObject(this.#graph.data) ? this.#graph.data : {};
    const source: JsonObject = { format: "behave-graph" };
    for (const part of this.#spell === this.#graph ? [this.#graph] : [this.#graph, this.#spell])
      for (const [key, value] of Object.entries(part)) if (!carried.has(key)) source[key] = value;
    if (Object.keys(data).length > 0) source.data = data;
    if (typeof this.#spell.id === "string") source.id = this.#spell.id;
    const name = firstText([this.#spell.name, this.#graph.name]) ?? "";
    const state = Object.fromEntries(
      [...this.#shared.variables.values()].map(({ key, initial }) => [key, initial]),
    );
    return {
      format: "spellrunner@1",
      id: idFrom(this.#spell.id) ?? "unsaved",
      name: name.slice(0, 300),
      version: 0,
      flow: "fibers",
      nodes: this.#nodes,
      edges: this.#edges,
      ...(comments === undefined ? {} : { comments }),
      ...(Object.keys(state).length === 0 ? {} : { state }),
      source,
    };
  }

  #read(raw: Json, index: number): Drawn | undefined {
    if (!isJsonObject(raw)) {
      this.#warn("invalid_node", undefined, `Entry ${index} of \`nodes\` is no node and was left out.`);
      return undefined;
    }
    const own = keyOf(raw.id) ?? "";
    const id = this.#freshId(own);
    // Links lead to the first node of an id.
    if (!this.#ids.has(own)) this.#ids.set(own, id);
    const type = firstText([raw.type]);
    if (type === undefined) this.#warn("invalid_node", id, "This node names no type.");
    const part = (name: string): JsonObject => {
      const value = raw[name];
      if (isJsonObject(value)) return value;
      if (value !== undefined && value !== null)
        this.#warn("invalid_node", id, `The \`${name}\` of this node are no object and were left out.`);
      return {};
    };
    return {
      id,
      type: (type ?? "Unknown").slice(0, 200),
      configuration: part("configuration"),
      parameters: part("parameters"),
      flows: part("flows"),
      raw,
    };
  }

  #freshId(own: string): string {
    // An object takes every name but this as a key of its own.
    if (nodeIdRule.safeParse(own).success && own !== "__proto__" && !this.#taken.has(own))
      return this.#taken.take(own);
    const id = this.#taken.take(own.replace(/[^A-Za-z0-9.-]/g, "-").slice(0, 48) || "node");
    this.#warn("invalid_node", id, `Node id ${JSON.stringify(own.slice(0, 100))} became "${id}".`);
    return id;
  }

  #toNode(node: Drawn, variableId: string | undefined): SpellNode {
    const { id, type, raw } = node;
    const { positionX, positionY, ...metadata } = isJsonObject(raw.metadata) ? raw.metadata : {};
    const added = addedSockets(type, node.configuration, this.#shared);
    this.#budget.add("sockets", added.inputs.length + added.outputs.length);
    const variable = variableId === undefined ? undefined : this.#shared.variables.get(variableId);
    if (variableId !== undefined && variable === undefined)
      this.#warn(
        "not_carried",
        id,
        `This node is about a variable with the id "${variableId.slice(0, 100)}", which does not exist.`,
      );
    const label = firstText([raw.label]);
    const isPublic = startTypes.has(type) || outputTypes.has(type);
    const title = firstText([raw.label, metadata.nodeTitle]);
    const literals = this.#literals(node);
    return {
      component: type,
      position: [coordinate(positionX), coordinate(positionY)],
      data: {
        ...(isPublic ? { name: this.#names.take((title ?? type).slice(0, 200), " ") } : {}),
        ...(label === undefined ? {} : { label }),
        ...(Object.keys(literals).length === 0 ? {} : { parameters: literals }),
        ...(Object.keys(node.configuration).length === 0 ? {} : { configuration: node.configuration }),
        ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
        ...this.#variableData(node, variable),
        ...spellData(node),
      },
      ...(added.inputs.length === 0 ? {} : { inputs: added.inputs }),
      ...(added.outputs.length === 0 ? {} : { outputs: added.outputs }),
    };
  }

  /** What nodes must know of variables: a sub-spell starts without the state, so their initial values, too. */
  #variableData({ id, type, configuration }: Drawn, variable: BehaveVariable | undefined): JsonObject {
    const of = (told: BehaveVariable): JsonObject => {
      this.#budget.share(told);
      const { name, key, type: valueType, initial } = told;
      return { name, key, type: valueType, initial };
    };
    if (variable !== undefined) return { variable: of(variable) };
    if (type !== "variables/reset" && type !== "variables/getMany") return {};
    if (this.#mentions <= maxMentions) {
      const read = new Set(readSockets(listOf(configuration.socketOutputs)).map(({ name }) => name));
      const known = [...this.#shared.variables.values()].filter(
        ({ name }) => type === "variables/reset" || read.has(name),
      );
      this.#mentions += known.length;
      if (this.#mentions <= maxMentions) return { variables: known.map(of) };
    }
    this.#warn("not_carried", id, "This spell has so many variables that they were left out of this node.");
    return {};
  }

  #literals({ id, type, parameters, configuration }: Drawn): JsonObject {
    const literals: [string, Json][] = [];
    for (const [input, given] of Object.entries(parameters)) {
      if (isJsonObject(given) && given.value !== undefined) literals.push([input, given.value]);
      else if (!isJsonObject(given) || linkOf(given.link) === undefined)
        this.#warn(
          "not_carried",
          id,
          `The parameter "${input.slice(0, 100)}" has neither a value nor a link and was left out.`,
        );
    }
    // A custom event's parameter that is not given has a value of its own.
    const event = type === "customEvent/trigger" ? keyOf(configuration.customEventId) : undefined;
    for (const parameter of this.#shared.customEvents.get(event ?? "") ?? []) {
      const { name, initial } = parameter;
      if (initial === undefined || Object.hasOwn(parameters, name)) continue;
      this.#budget.add("values");
      this.#budget.share(parameter);
      literals.push([name, initial]);
    }
    return Object.fromEntries(literals);
  }

  #drawEdges(node: Drawn): void {
    for (const [input, given] of Object.entries(node.parameters)) {
      const link = isJsonObject(given) ? linkOf(given.link) : undefined;
      if (link !== undefined)
        this.draw({ from: [this.#idOf(link.nodeId), link.socket], to: [node.id, input] });
    }
    for (const [output, given] of Object.entries(node.flows)) {
      const link = linkOf(given);
      if (link !== undefined)
        this.draw({ from: [node.id, output], to: [this.#idOf(link.nodeId), link.socket] });
      else
        this.#warn(
          "not_carried",
          node.id,
          `The flow "${output.slice(0, 100)}" leads nowhere and was left out.`,
        );
    }
  }

  node(id: string): SpellNode {
    return this.#nodes[id] as SpellNode;
  }

  place(wanted: string, node: SpellNode): string {
    this.#nodeCount += 1;
    checkNodeCount(this.#nodeCount);
    this.#budget.add("nodes");
    const id = this.#taken.take(wanted);
    this.#nodes[id] = node;
    return id;
  }

  warn(id: string, message: string): void {
    this.#warn("not_carried", id, message);
  }

  #listSource(id: string, drawn: readonly Drawn[]): { node: string; socket: string } | undefined {
    this.#byId ??= new Map(drawn.map((node) => [node.id, node]));
    const given = this.#byId.get(id)?.parameters.array;
    const link = isJsonObject(given) ? linkOf(given.link) : undefined;
    return link && { node: this.#idOf(link.nodeId), socket: link.socket };
  }
  #byId: Map<string, Drawn> | undefined;

  /** A node that does not exist keeps its name, so that the edge to it can be told. */
  #idOf(own: string): string {
    return this.#ids.get(own) ?? own;
  }

  draw(edge: Edge): void {
    this.#budget.add("edges");
    this.#edgeCount += 1;
    this.#edges[`e${this.#edgeCount}`] = edge;
  }

  #warn(code: SpellIssue["code"], nodeId: string | undefined, message: string): void {
    this.#budget.add("warnings");
    this.#issues.push({ severity: "warning", code, ...(nodeId === undefined ? {} : { nodeId }), message });
  }
}

/** The spell that a node runs, where Spell nodes of every kind have it. By name where it has one, as Magick did: ids change in copies. */
function spellData({ type, configuration }: Wired): JsonObject {
  const spell = firstText([configuration.spellName, configuration.spellId]);
  return type === "action/subspell/run" && spell !== undefined ? { spellId: spell } : {};
}

const firstText = (values: (Json | undefined)[]): string | undefined =>
  values.find((value) => typeof value === "string" && value !== "") as string | undefined;

function linkOf(value: Json | undefined): { nodeId: string; socket: string } | undefined {
  if (!isJsonObject(value)) return undefined;
  const [nodeId, socket] = [keyOf(value.nodeId), keyOf(value.socket)];
  return nodeId === undefined || socket === undefined ? undefined : { nodeId, socket };
}

/** Texts, as the editor kept them. */
function coordinate(value: Json | undefined): number {
  const number = typeof value === "string" || typeof value === "number" ? Number(value) : 0;
  return Number.isFinite(number) ? number : 0;
}
