/** Compiles a spell with its sub-spells into one plan. Once per version: hosts keep what this gives. */
import { type Plan, type PlanCall, type PlanGraph, type PlanNode, planFormat } from "../protocol/plan.ts";
import type { SpellDocument, SpellIssue, SpellNode } from "../protocol/spell.ts";
import type { Catalogue } from "./catalogue.ts";
import { type Drawing, draw } from "./draw.ts";

/** Finds a sub-spell outside the document: the owner's with that id, else the owner's newest of that name. */
export type SubSpells = (ref: string) => SpellDocument | undefined;

export interface Compiled {
  plan: Plan;
  /** Of the spell itself; sub-spells answer for theirs when they are saved. */
  issues: SpellIssue[];
  /** Stored sub-spells that the plan holds, with the versions that it is pinned to. */
  uses: { id: string; version: number }[];
}

/**
 * Compiles `document`. Linear in nodes and edges. Never throws for a faulty spell: faults are issues,
 * and a run that reaches one is refused by its mark in the plan.
 */
export function compile(
  document: SpellDocument,
  catalogue: Catalogue,
  subSpells: SubSpells = () => undefined,
): Compiled {
  const linker = new Linker(catalogue, subSpells);
  linker.add(document, [document], false);
  const graphs = linker.link();
  const names = new Set<string>();
  for (const graph of graphs) for (const node of graph.nodes) names.add(node.component);
  return {
    plan: {
      format: planFormat,
      graphs,
      state: document.state ?? {},
      settings: document.settings ?? {},
      components: [...names].toSorted(),
    },
    issues: linker.issues,
    uses: linker.uses,
  };
}

/** The ids and names of spells that `document` asks for and does not carry inside. A host fetches them before it compiles. */
export function wantedSpells(
  document: SpellDocument,
  catalogue: Catalogue,
  carriers: readonly SpellDocument[] = [document],
): string[] {
  const wanted = new Set<string>();
  for (const node of Object.values(document.nodes)) {
    const shape = catalogue.find(node.component);
    const ref = shape?.role === "spell" ? shape.spellOf?.(node.data) : undefined;
    if (ref !== undefined && carriedIn(carriers, ref) === undefined) wanted.add(ref);
  }
  for (const inner of Object.values(document.spells ?? {}))
    for (const ref of wantedSpells(inner, catalogue, [inner, ...carriers])) wanted.add(ref);
  return [...wanted];
}

function carriedIn(
  carriers: readonly SpellDocument[],
  ref: string,
): { document: SpellDocument; carriers: SpellDocument[] } | undefined {
  for (const [i, carrier] of carriers.entries()) {
    const document = Object.hasOwn(carrier.spells ?? {}, ref) ? carrier.spells?.[ref] : undefined;
    if (document !== undefined) return { document, carriers: [document, ...carriers.slice(i)] };
  }
  return undefined;
}

interface Entry {
  drawing: Drawing;
  document: SpellDocument;
  carriers: SpellDocument[];
}

class Linker {
  readonly issues: SpellIssue[] = [];
  readonly uses: { id: string; version: number }[] = [];
  readonly #catalogue: Catalogue;
  readonly #subSpells: SubSpells;
  readonly #entries: Entry[] = [];
  readonly #indexOf = new Map<SpellDocument, number>();

  constructor(catalogue: Catalogue, subSpells: SubSpells) {
    this.#catalogue = catalogue;
    this.#subSpells = subSpells;
  }

  /** Index of the graph of `document`; drawn the first time it is met, so that recursion ends. */
  add(document: SpellDocument, carriers: SpellDocument[], isStored: boolean): number {
    const known = this.#indexOf.get(document);
    if (known !== undefined) return known;
    const drawing = draw(document, this.#catalogue);
    const index = this.#entries.push({ drawing, document, carriers }) - 1;
    this.#indexOf.set(document, index);
    if (isStored) this.uses.push({ id: document.id, version: document.version });
    if (index === 0) this.issues.push(...drawing.issues);
    return index;
  }

  link(): PlanGraph[] {
    // Grows while it is walked: linking a graph adds those that it calls.
    for (let i = 0; i < this.#entries.length; i++) {
      const entry = this.#entries[i] as Entry;
      for (const { node, ref } of entry.drawing.calls)
        this.#linkCall(entry, entry.drawing.graph.nodes[node] as PlanNode, ref, i === 0);
    }
    return this.#entries.map((entry) => entry.drawing.graph);
  }

  #linkCall(entry: Entry, node: PlanNode, ref: string | undefined, isMain: boolean): void {
    const carried = ref === undefined ? undefined : carriedIn(entry.carriers, ref);
    const stored = ref === undefined || carried !== undefined ? undefined : this.#subSpells(ref);
    const document = carried?.document ?? stored;
    if (document === undefined) {
      const message =
        ref === undefined
          ? `Node "${node.id}" names no spell to run.`
          : `Node "${node.id}" runs the spell "${ref}", which does not exist.`;
      if (isMain) this.issues.push({ severity: "warning", code: "unknown_spell", nodeId: node.id, message });
      node.fault ??= { code: "spell_invalid", message };
      return;
    }
    const graph = this.add(document, carried?.carriers ?? [document], stored !== undefined);
    node.call = callOf(
      node,
      entry.document.nodes[node.id],
      graph,
      (this.#entries[graph] as Entry).drawing.graph,
    );
  }
}

/**
 * Maps a Spell node's sockets to the names inside: by the sockets' labels, or by the inner nodes' `socketKey`. A Module of 2021 went
 * by the keys, whatever its nodes had come to be called.
 */
function callOf(node: PlanNode, drawn: SpellNode | undefined, graph: number, inner: PlanGraph): PlanCall {
  const keyed = (indices: readonly number[], socket: string): PlanNode | undefined =>
    indices.map((i) => inner.nodes[i]).find((candidate) => candidate?.data.socketKey === socket);
  const isModule = node.component === "Module";
  const named = (indices: readonly number[], socket: string, label: string | undefined): string => {
    const byKey = keyed(indices, socket)?.name;
    return (isModule ? (byKey ?? label) : (label ?? byKey)) ?? socket;
  };
  const labels = new Map(node.labels ?? []);
  const inputs = node.inputs.map(([socket]): [string, string] => [
    socket,
    named(inner.inputs, socket, labels.get(socket)),
  ]);
  const outputs = node.outs.map(([label, socket]): [string, string] => [
    socket,
    named(inner.outputs, socket, label === socket ? undefined : label),
  ]);
  const exits = node.next.flatMap(([socket]): [string, number[] | null][] => {
    // The component's own trigger mirrors no exit: it fires when the sub-spell is done.
    if (socket !== "error" && !drawn?.outputs?.some((added) => added.name === socket))
      return [[socket, null]];
    const mirrored = inner.exits.filter((i) => inner.nodes[i]?.data.socketKey === socket);
    const names = new Set([socket, exitLabel(node, socket)]);
    const found = mirrored.length > 0 ? mirrored : inner.exits.filter((i) => names.has(inner.nodes[i]?.name));
    if (found.length > 0) return [[socket, found]];
    // The exit that it mirrored is no more: it fires as it would have without any. `error` is for failures alone.
    return socket === "error" ? [] : [[socket, null]];
  });
  const entries = (drawn?.inputs ?? []).flatMap((socket): [string, number][] => {
    const start =
      socket.type === "trigger"
        ? inner.starts.find((i) => inner.nodes[i]?.data.socketKey === socket.name)
        : undefined;
    return start === undefined ? [] : [[socket.name, start]];
  });
  const chooses = isModule && entries.length > 0;
  const start = inner.startsByInput && !inner.fibers ? startByInput(inputs, inner) : undefined;
  // behave-graph has a node of its own for what another spell passes in, beside those for messages.
  const isEntry = (i: number): boolean => inner.nodes[i]?.component === "events/subspells/input";
  const entry = inner.fibers === true ? inner.starts.find(isEntry) : undefined;
  return {
    graph,
    inputs: start === undefined ? inputs : withEvent(inputs, inner, start),
    outputs,
    exits,
    ...(chooses ? { entries } : {}),
    ...(start === undefined || start === inner.starts[0] ? {} : { start }),
    ...(entry === undefined || entry === inner.starts[0] ? {} : { start: entry }),
  };
}

/** What an Input may be called that a Spell node starts without naming one, the first that exists. */
const usualInputs = ["Input - Subspell", "Input - Default", "Input - Discord (Text)"];

/** In Magick's spells the first of the inputs that the Spell node fills starts. */
function startByInput(inputs: PlanCall["inputs"], inner: PlanGraph): number | undefined {
  const names = [...inputs.map(([, name]) => name), ...usualInputs];
  const found = names.map((name) => inner.starts.find((i) => inner.nodes[i]?.name === name));
  return found.find((start) => start !== undefined) ?? inner.starts[0];
}

/** The event of a Spell node is the value of the Input that starts, unless that has one by its own name. */
function withEvent(inputs: PlanCall["inputs"], inner: PlanGraph, start: number): PlanCall["inputs"] {
  const name = inner.nodes[start]?.name;
  if (name === undefined || inputs.some(([, known]) => known === name)) return inputs;
  return inputs.map(([socket, known]) => [socket, socket === "event" && known === "event" ? name : known]);
}

const exitLabel = (node: PlanNode, socket: string): string | undefined =>
  node.exitLabels?.find(([name]) => name === socket)?.[1];
