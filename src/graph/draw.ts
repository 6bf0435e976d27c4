/** From a document to one graph of a plan: sockets resolved, edges by index, cycles nested, faults marked. Sub-spells are linked in `compile.ts`. */
import type { PlanGraph, PlanNode } from "../protocol/plan.ts";
import type { SpellDocument, SpellIssue, SpellNode } from "../protocol/spell.ts";
import type { ErrorCode } from "../protocol/errors.ts";
import { type Catalogue, type ComponentShape, type ComponentSocket, socketsOf } from "./catalogue.ts";
import { cyclesOf, nestCycles } from "./components.ts";
import { loadOrder } from "./order.ts";

export interface Drawing {
  graph: PlanGraph;
  issues: SpellIssue[];
  /** Spell nodes: index and the id or name that they ask for. */
  calls: { node: number; ref: string | undefined }[];
}

interface Part {
  drawn: SpellNode;
  shape: ComponentShape | undefined;
  inputs: Map<string, ComponentSocket>;
  outputs: Map<string, ComponentSocket>;
}

/** Edges are many and a node may have thousands of sockets, so nothing here is looked for in a list. */
const byName = (sockets: readonly ComponentSocket[]): Map<string, ComponentSocket> =>
  new Map(sockets.map((socket) => [socket.name, socket]));

export function draw(document: SpellDocument, catalogue: Catalogue): Drawing {
  const order = loadOrder(document);
  const indexOf = new Map(order.map((id, i) => [id, i]));
  const parts = order.map((id): Part => {
    const drawn = document.nodes[id] as SpellNode;
    const shape = catalogue.find(drawn.component);
    return {
      drawn,
      shape,
      inputs: byName(socketsOf(shape?.inputs ?? [], drawn.inputs)),
      outputs: byName(socketsOf(shape?.outputs ?? [], drawn.outputs)),
    };
  });
  const nodes = parts.map((part, i) => emptyNode(order[i] ?? "", part));
  const draft = new Draft(document, nodes, parts);
  for (const { from, to } of Object.values(document.edges)) draft.connect(from, to, indexOf);
  draft.finish();

  const calls: Drawing["calls"] = [];
  parts.forEach(({ shape, drawn }, i) => {
    if (shape?.role === "spell") calls.push({ node: i, ref: shape.spellOf?.(drawn.data) });
  });
  return { graph: draft.graph(), issues: draft.issues, calls };
}

function emptyNode(id: string, part: Part): PlanNode {
  const { drawn, shape } = part;
  const inputs = [...part.inputs.values()];
  const outputs = [...part.outputs.values()];
  const name = typeof drawn.data.name === "string" && drawn.data.name !== "" ? drawn.data.name : undefined;
  const publicName =
    name ?? (shape?.role === "input" ? `input-${id}` : shape?.role === "output" ? `output-${id}` : undefined);
  const labelsOf = (sockets: ComponentSocket[]): [string, string][] =>
    sockets.flatMap((socket): [string, string][] =>
      socket.label === undefined ? [] : [[socket.name, socket.label]],
    );
  const labels = labelsOf(inputs.filter((socket) => socket.type !== "trigger"));
  const exitLabels = labelsOf(outputs.filter((socket) => socket.type === "trigger"));
  return {
    id,
    component: shape?.name ?? drawn.component,
    data: drawn.data,
    ...(shape?.role === undefined ? {} : { role: shape.role }),
    ...(shape?.role === undefined || publicName === undefined ? {} : { name: publicName }),
    inputs: [],
    next: outputs.filter((socket) => socket.type === "trigger").map((socket) => [socket.name, []]),
    outs: outputs
      .filter((socket) => socket.type !== "trigger")
      .map((socket) => [socket.label ?? socket.name, socket.name]),
    ...(labels.length === 0 ? {} : { labels }),
    ...(exitLabels.length === 0 ? {} : { exitLabels }),
    ...(shape?.role === "trigger" ? { triggered: true as const } : {}),
    ...(shape?.single ? { single: true as const } : {}),
    ...(shape?.volatile ? { volatile: true as const } : {}),
    ...(shape?.remembers ? { remembers: true as const } : {}),
    ...(shape?.event ? { event: true as const } : {}),
    ...(shape?.each === undefined ? {} : { each: [...shape.each] }),
  };
}

/** A socket and what it is wired to. */
type Wires = PlanNode["inputs"][number];

/** Collects edges and faults, and closes the graph. */
class Draft {
  readonly issues: SpellIssue[] = [];
  readonly #document: SpellDocument;
  readonly #nodes: PlanNode[];
  readonly #parts: Part[];
  /** Distinct trigger edges into each node. */
  readonly #arrivals: number[];
  readonly #next: Map<string, Wires>[];
  readonly #inputs: Map<string, Wires>[];
  #starts: number[] = [];
  #regions = 0;
  #scoped = false;

  constructor(document: SpellDocument, nodes: PlanNode[], parts: Part[]) {
    this.#document = document;
    this.#nodes = nodes;
    this.#parts = parts;
    this.#arrivals = nodes.map(() => 0);
    this.#next = nodes.map((node) => new Map(node.next.map((wires) => [wires[0], wires])));
    this.#inputs = nodes.map(() => new Map());
    parts.forEach(({ drawn, shape }, i) => {
      const node = nodes[i] as PlanNode;
      if (shape === undefined) {
        this.#issue("error", "unknown_component", node.id, `Unknown component "${drawn.component}".`);
        this.#fault(
          node,
          "spell_invalid",
          `Node "${node.id}": unknown component "${drawn.component}". Replace it or add the component.`,
        );
      }
      for (const [path, message] of shape?.checkData?.(drawn.data) ?? []) {
        this.#issue("error", "invalid_data", node.id, `data.${path}: ${message}`);
        this.#fault(
          node,
          "spell_invalid",
          `Node "${node.id}" (${drawn.component}): data.${path}: ${message}`,
        );
      }
    });
  }

  connect(from: [string, string], to: [string, string], indexOf: ReadonlyMap<string, number>): void {
    const source = indexOf.get(from[0]);
    const target = indexOf.get(to[0]);
    if (source === undefined) return this.#dangling(target, from, to);
    const sourcePart = this.#parts[source] as Part;
    const sourceNode = this.#nodes[source] as PlanNode;
    const targetSocket = target === undefined ? undefined : this.#parts[target]?.inputs.get(to[1]);
    let output = sourcePart.outputs.get(from[1]);
    // Nobody knows the sockets of an unknown component: what its edge feeds tells.
    if (output === undefined && sourcePart.shape === undefined) {
      output = {
        name: from[1],
        type: targetSocket?.type === "trigger" || from[1] === "trigger" ? "trigger" : "any",
      };
      sourcePart.outputs.set(output.name, output);
      if (output.type === "trigger") sourceNode.next.push(this.#place(this.#next, source, [from[1], []]));
    }
    if (output === undefined) {
      const message = `Node "${from[0]}" (${sourcePart.drawn.component}) has no output "${from[1]}"; the edge to node "${to[0]}" carries nothing.`;
      this.#issue("error", "missing_output", from[0], message);
      // A trigger that is lost is the fault of the node that should have fired it: the other is never reached.
      if (targetSocket?.type === "trigger" || to[1] === "trigger")
        this.#fault(sourceNode, "spell_invalid", message);
      else if (target !== undefined) this.#missed(target, to[1], message);
      return;
    }
    if (target === undefined) {
      const message = `An edge leads from "${from[1]}" of node "${from[0]}" to node "${to[0]}", which does not exist.`;
      this.#issue("error", "missing_node", from[0], message);
      if (output.type === "trigger") this.#fault(sourceNode, "spell_invalid", message);
      return;
    }
    if (targetSocket === undefined && this.#parts[target]?.shape !== undefined)
      this.#issue(
        "warning",
        "unknown_input",
        to[0],
        `Node "${to[0]}" (${this.#parts[target]?.drawn.component}) has no input "${to[1]}"; what arrives is delivered under that name.`,
      );
    if (output.type === "trigger") {
      this.#next[source]?.get(from[1])?.[1].push([target, to[1]]);
      this.#arrivals[target] = (this.#arrivals[target] ?? 0) + 1;
      (this.#nodes[target] as PlanNode).triggered = true;
    } else {
      const input = this.#inputs[target]?.get(to[1]);
      if (input === undefined)
        this.#nodes[target]?.inputs.push(this.#place(this.#inputs, target, [to[1], [[source, from[1]]]]));
      else input[1].push([source, from[1]]);
    }
  }

  #place(sockets: Map<string, Wires>[], node: number, wires: Wires): Wires {
    sockets[node]?.set(wires[0], wires);
    return wires;
  }

  #dangling(target: number | undefined, from: [string, string], to: [string, string]): void {
    const message = `An edge leads from node "${from[0]}", which does not exist, to "${to[1]}" of node "${to[0]}"${target === undefined ? ", which does not exist either" : ""}.`;
    this.#issue("error", "missing_node", target === undefined ? undefined : to[0], message);
    if (target !== undefined) this.#missed(target, to[1], message);
  }

  /** Edges that carried nothing, looked at again once all edges are known. */
  readonly #losses: { target: number; socket: string; message: string }[] = [];
  #missed(target: number, socket: string, message: string): void {
    this.#losses.push({ target, socket, message });
  }

  finish(): void {
    for (const { target, socket, message } of this.#losses) {
      const node = this.#nodes[target] as PlanNode;
      const known = this.#parts[target]?.inputs.get(socket);
      const hasOther = this.#inputs[target]?.has(socket) ?? false;
      const isNeeded =
        known?.type !== "trigger" &&
        known !== undefined &&
        (known.required === true || this.#isAdded(target, socket));
      if (isNeeded && !hasOther) this.#fault(node, "spell_invalid", message);
    }
    this.#nodes.forEach((node, i) => this.#finishNode(node, i));
    this.#findDataCycles();
    this.#findStarts();
    this.#findScopes();
  }

  #isAdded(index: number, socket: string): boolean {
    return this.#parts[index]?.drawn.inputs?.some((added) => added.name === socket) ?? false;
  }

  #finishNode(node: PlanNode, index: number): void {
    const part = this.#parts[index] as Part;
    const place = new Map([...part.inputs.keys()].map((name, i) => [name, i]));
    const rank = (name: string): number => place.get(name) ?? place.size;
    node.inputs.sort((a, b) => rank(a[0]) - rank(b[0]));
    for (const [, targets] of node.next) targets.sort((a, b) => a[0] - b[0]);
    if (part.shape?.waitsForAll && (this.#arrivals[index] ?? 0) > 0) node.waits = this.#arrivals[index];
    for (const socket of part.shape?.inputs ?? []) {
      if (socket.required !== true || socket.type === "trigger") continue;
      if (this.#inputs[index]?.has(socket.name)) continue;
      const message = `Node "${node.id}" (${part.drawn.component}) needs a connection into "${socket.name}".`;
      this.#issue("warning", "missing_input", node.id, message);
      this.#fault(node, "missing_input", message);
    }
  }

  #findDataCycles(): void {
    const feeds: number[][] = this.#nodes.map(() => []);
    this.#nodes.forEach((node, i) => {
      for (const [, sources] of node.inputs) for (const [source] of sources) feeds[source]?.push(i);
    });
    const all = this.#nodes.map((_, i) => i);
    for (const members of cyclesOf(all, feeds)) {
      const names = members
        .slice(0, 8)
        .map((i) => `"${this.#nodes[i]?.id}"`)
        .join(", ");
      const message = `The data of nodes ${names}${members.length > 8 ? " …" : ""} go in a circle. Cut one of the wires, or carry the value through the state.`;
      for (const member of members) {
        const node = this.#nodes[member] as PlanNode;
        this.#issue("error", "data_cycle", node.id, message);
        this.#fault(node, "spell_invalid", message);
      }
    }
  }

  #findStarts(): void {
    const y = (i: number): number => this.#parts[i]?.drawn.position[1] ?? 0;
    const of = (role: string): number[] =>
      this.#nodes
        .flatMap((node, i) => (node.role === role ? [i] : []))
        .toSorted((a, b) => y(a) - y(b) || a - b);
    const triggers = of("trigger");
    const inputs = of("input").filter((i) => this.#nodes[i]?.next.some(([, targets]) => targets.length > 0));
    for (const start of inputs) (this.#nodes[start] as PlanNode).triggered = true;
    this.#starts = [...triggers, ...inputs];
    if (this.#starts.length === 0)
      this.#issue(
        "error",
        "no_start",
        undefined,
        "Nothing starts this spell: it has no Trigger In and no Input with a trigger.",
      );
  }

  #findScopes(): void {
    const next = this.#nodes.map((node) =>
      node.next.flatMap(([, targets]) => targets.map(([target]) => target)),
    );
    const { regions, count } = nestCycles(this.#nodes.length, next, this.#starts);
    this.#regions = count;
    this.#scoped = count > 0 || this.#nodes.some((node) => node.each !== undefined);
    if (!this.#scoped) return;
    this.#nodes.forEach((node, i) => {
      if (regions[i] !== undefined) node.regions = regions[i];
    });
  }

  graph(): PlanGraph {
    const { id, name, version } = this.#document;
    const of = (role: string): number[] => this.#nodes.flatMap((node, i) => (node.role === role ? [i] : []));
    return {
      spell: { id, name, version },
      nodes: this.#nodes,
      starts: this.#starts,
      ...(of("trigger").length === 0 && this.#starts.length > 0 ? { startsByInput: true as const } : {}),
      inputs: of("input"),
      outputs: of("output"),
      exits: of("exit"),
      regions: this.#regions,
      ...(this.#scoped ? { scoped: true as const } : {}),
    };
  }

  #issue(
    severity: SpellIssue["severity"],
    code: SpellIssue["code"],
    nodeId: string | undefined,
    message: string,
  ): void {
    this.issues.push({ severity, code, ...(nodeId === undefined ? {} : { nodeId }), message });
  }

  /** The first fault of a node stands. */
  #fault(node: PlanNode, code: ErrorCode, message: string): void {
    node.fault ??= { code, message };
  }
}
