/** From a document to one graph of a plan: sockets resolved, edges by index, cycles nested, faults marked. Sub-spells are linked in `compile.ts`. */
import type { NodeRole, PlanGraph, PlanNode } from "../protocol/plan.ts";
import type { SpellDocument, SpellIssue, SpellNode } from "../protocol/spell.ts";
import type { ErrorCode } from "../protocol/errors.ts";
import type { Catalogue } from "./catalogue.ts";
import { cyclesOf, nestCycles } from "./components.ts";
import { loadOrder } from "./order.ts";
import { emptyNode, type Part, partOf } from "./part.ts";
import { addEnd, addWire, type Wire, wireOf } from "./wires.ts";

export interface Drawing {
  graph: PlanGraph;
  issues: SpellIssue[];
  /** Spell nodes: index and the id or name that they ask for. */
  calls: { node: number; ref: string | undefined }[];
}

export function draw(document: SpellDocument, catalogue: Catalogue): Drawing {
  const { order, edges, ends } = loadOrder(document);
  const parts = order.map((id) => partOf(document.nodes[id] as SpellNode, catalogue));
  const nodes = parts.map((part, i) => emptyNode(order[i] ?? "", part, document.flow === "fibers"));
  const draft = new Draft(document, nodes, parts);
  edges.forEach(({ from, to }, i) =>
    draft.connect(from, to, ends[2 * i] as number, ends[2 * i + 1] as number),
  );
  draft.finish();

  const calls: Drawing["calls"] = [];
  parts.forEach(({ shape, drawn }, i) => {
    if (shape?.role === "spell") calls.push({ node: i, ref: shape.spellOf?.(drawn.data) });
  });
  return { graph: draft.graph(), issues: draft.issues, calls };
}

/** What a node gives when it has failed and the failure is caught. */
const failureOutputs: ReadonlySet<string> = new Set(["error", "errorMessage", "errorCode"]);

/** Collects edges and faults, and closes the graph. */
class Draft {
  readonly issues: SpellIssue[] = [];
  readonly #document: SpellDocument;
  readonly #nodes: PlanNode[];
  readonly #parts: Part[];
  /** Distinct trigger edges into each node. */
  readonly #arrivals: number[];
  /** Nodes whose data output `error` is wired. */
  readonly #errorsRead = new Set<number>();
  #starts: number[] = [];
  #life: number[][] = [];
  #regions = 0;
  #scoped = false;

  /** behave-graph goes by the order in the file. */
  readonly #asDrawn = (a: number, b: number): number => {
    this.#places ??= new Map(Object.keys(this.#document.nodes).map((id, i) => [id, i]));
    const place = (i: number): number => this.#places?.get(this.#nodes[i]?.id ?? "") ?? 0;
    return place(a) - place(b);
  };
  #places: Map<string, number> | undefined;

  get #isFibers(): boolean {
    return this.#document.flow === "fibers";
  }

  constructor(document: SpellDocument, nodes: PlanNode[], parts: Part[]) {
    this.#document = document;
    this.#nodes = nodes;
    this.#parts = parts;
    this.#arrivals = nodes.map(() => 0);
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

  /** Draws an edge from node `sourceAt` to node `targetAt`; -1 is a node that does not exist. */
  connect(from: [string, string], to: [string, string], sourceAt: number, targetAt: number): void {
    const source = sourceAt === -1 ? undefined : sourceAt;
    const target = targetAt === -1 ? undefined : targetAt;
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
      if (output.type === "trigger") addWire(sourceNode.next, from[1]);
    }
    // Every node that fails can tell why and lead elsewhere, drawn or not.
    if (output === undefined && sourcePart.shape !== undefined && failureOutputs.has(from[1])) {
      const isRoute = from[1] === "error" && (targetSocket?.type === "trigger" || to[1] === "trigger");
      output = { name: from[1], type: isRoute ? "trigger" : "string" };
      if (isRoute && wireOf(sourceNode.next, from[1]) === undefined) addWire(sourceNode.next, from[1]);
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
      const wire = wireOf(sourceNode.next, from[1]);
      if (wire !== undefined) addEnd(wire, target, to[1]);
      this.#arrivals[target] = (this.#arrivals[target] ?? 0) + 1;
      (this.#nodes[target] as PlanNode).triggered = true;
    } else {
      if (failureOutputs.has(from[1])) this.#errorsRead.add(source);
      if (this.#nodes[target]?.collects === true) sourceNode.collected = true;
      const node = this.#nodes[target] as PlanNode;
      const wire = wireOf(node.inputs, to[1]);
      if (wire !== undefined) addEnd(wire, source, from[1]);
      else if (node.inputs.length === 0) node.inputs = [[to[1], [[source, from[1]]]]];
      else addEnd(addWire(node.inputs, to[1]), source, from[1]);
    }
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
      const hasOther = wireOf(node.inputs, socket) !== undefined;
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
    this.#settle(node, index);
    if (node.inputs.length > 1) {
      const place = new Map([...part.inputs.keys()].map((name, i) => [name, i]));
      const rank = (name: string): number => place.get(name) ?? place.size;
      node.inputs.sort((a, b) => rank(a[0]) - rank(b[0]));
    }
    for (const [, targets] of node.next)
      if (targets.length > 1)
        targets.sort((a, b) => (this.#isFibers ? this.#asDrawn(a[0], b[0]) : a[0] - b[0]));
    if (part.shape?.waitsForAll && (this.#arrivals[index] ?? 0) > 0) node.waits = this.#arrivals[index];
    for (const socket of part.shape?.inputs ?? []) {
      if (socket.required !== true || socket.type === "trigger") continue;
      if (wireOf(node.inputs, socket.name) !== undefined) continue;
      if (node.defaults?.some(([name]) => name === socket.name)) continue;
      const message = `Node "${node.id}" (${part.drawn.component}) needs a connection into "${socket.name}".`;
      this.#issue("warning", "missing_input", node.id, message);
      this.#fault(node, "missing_input", message);
    }
  }

  /** What the node does about time and failure. */
  #settle(node: PlanNode, index: number): void {
    const settings = this.#parts[index]?.drawn.settings ?? {};
    const isRouted = node.next.some(([socket, targets]) => socket === "error" && targets.length > 0);
    const onError =
      settings.onError ?? (isRouted ? "route" : this.#errorsRead.has(index) ? "continue" : "fail");
    if (onError !== "fail") node.catches = onError;
    const { onError: _onError, ...rest } = settings;
    if (Object.keys(rest).length > 0) node.settings = rest;
    if (node.role === "spell" && settings.retries !== undefined)
      this.#issue(
        "warning",
        "invalid_data",
        node.id,
        `Node "${node.id}" runs a spell, which is not retried as a whole. Set retries on nodes inside.`,
      );
  }

  /** Do these wires all lead the way of the load order? Then there is no cycle among them to look for. */
  #isOrdered(wiresOf: (node: PlanNode) => Wire[], isBehind: (other: number, i: number) => boolean): boolean {
    for (const [i, node] of this.#nodes.entries())
      for (const [, ends] of wiresOf(node)) for (const [other] of ends) if (!isBehind(other, i)) return false;
    return true;
  }

  #findDataCycles(): void {
    if (
      this.#isOrdered(
        (node) => node.inputs,
        (other, i) => other < i,
      )
    )
      return;
    const feeds: number[][] = this.#nodes.map(() => []);
    this.#nodes.forEach((node, i) => {
      for (const [, sources] of node.inputs)
        for (const [source] of sources)
          if (!this.#isFibers || this.#nodes[source]?.triggered !== true) feeds[source]?.push(i);
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

  /** The nodes of a role, in load order. */
  #of(role: NodeRole): number[] {
    const found: number[] = [];
    this.#nodes.forEach((node, i) => {
      if (node.role === role) found.push(i);
    });
    return found;
  }

  #findStarts(): void {
    const y = (i: number): number => this.#parts[i]?.drawn.position[1] ?? 0;
    const of = (role: NodeRole): number[] => this.#of(role).toSorted((a, b) => y(a) - y(b) || a - b);
    const triggers = of("trigger");
    const isWired = (i: number): boolean =>
      this.#nodes[i]?.next.some(([, targets]) => targets.length > 0) ?? false;
    const entries = of("input").filter(
      (i) => isWired(i) || this.#parts[i]?.shape?.outputs.some(({ type }) => type === "trigger"),
    );
    // An Input whose trigger leads nowhere starts a run that does nothing; any other goes before it.
    const inputs = [...entries.filter(isWired), ...entries.filter((i) => !isWired(i))];
    for (const start of inputs) (this.#nodes[start] as PlanNode).triggered = true;
    // What fires while the spell is played starts nothing else where there is another start.
    this.#starts = [...triggers, ...inputs, ...of("source")];
    this.#life = (["start", "tick", "end"] as const).map((phase) =>
      this.#isFibers
        ? this.#parts.flatMap(({ shape }, i) => (shape?.life === phase ? [i] : [])).toSorted(this.#asDrawn)
        : [],
    );
    if (this.#starts.length === 0 && this.#life.every((phase) => phase.length === 0))
      this.#issue(
        "error",
        "no_start",
        undefined,
        "Nothing starts this spell: it has no Trigger In, no Input with a trigger, and no source.",
      );
  }

  #findScopes(): void {
    if (this.#isFibers) return;
    this.#scoped = this.#nodes.some((node) => node.each !== undefined);
    if (
      this.#isOrdered(
        (node) => node.next,
        (other, i) => other > i,
      )
    )
      return;
    const next = this.#nodes.map((node) => {
      const targets: number[] = [];
      for (const [, wired] of node.next) for (const [target] of wired) targets.push(target);
      return targets;
    });
    const { regions, count } = nestCycles(this.#nodes.length, next, this.#starts);
    this.#regions = count;
    if (count === 0) return;
    this.#scoped = true;
    this.#nodes.forEach((node, i) => {
      if (regions[i] !== undefined) node.regions = regions[i];
    });
  }

  graph(): PlanGraph {
    const { id, name, version } = this.#document;
    const of = (role: NodeRole): number[] => this.#of(role);
    return {
      spell: { id, name, version },
      nodes: this.#nodes,
      starts: this.#starts,
      ...(of("trigger").length === 0 && this.#starts.some((start) => this.#nodes[start]?.role === "input")
        ? { startsByInput: true as const }
        : {}),
      inputs: of("input"),
      outputs: of("output"),
      exits: of("exit"),
      regions: this.#regions,
      ...(this.#isFibers ? { fibers: true as const } : {}),
      ...(this.#life.every((phase) => phase.length === 0) ? {} : { life: this.#life }),
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
