/** One run on the server, and what each node of an editor's graph takes from it. */
import type { RunStream } from "../lib/run-stream.ts";
import { failureOf } from "../lib/run-stream.ts";
import type { NodeCompleted, NodeFailed, RunEnded } from "../../src/protocol/events.ts";
import { isRunEnded } from "../../src/protocol/run-end.ts";
import type { JsonObject } from "../../src/protocol/values.ts";
import { SpellError } from "../../src/protocol/spell-error.ts";

export interface ServerRunOptions {
  /** Where the spell runs: a connection to it. Its nodes have the ids of the editor's. */
  connection: {
    run(request: { inputs?: JsonObject; trigger?: string }): RunStream;
    complete(runId: string, values: JsonObject): Promise<JsonObject>;
  };
  /** The spell's inputs, asked for each run. */
  inputs?: () => JsonObject | Promise<JsonObject>;
  /** Where the run starts; by default the spell's topmost trigger. */
  trigger?: string;
  /** Before each run, as to save the editor's graph: `(graph) => client.spells.put(id, graph)`. Rete v2 gives no graph. */
  before?: (graph?: unknown) => unknown;
  /** Each run, as it begins. */
  onRun?: (run: RunStream) => void;
}

/** What a node gave, and which triggers it fired. */
export interface NodeResult {
  outputs: JsonObject;
  fired: readonly string[];
}

export class ServerRun {
  readonly #results: Promise<Map<string, NodeResult | SpellError>>;

  /** Begins a run. */
  constructor(options: ServerRunOptions, graph?: unknown) {
    this.#results = begin(options, graph);
    // Told to every node that asks; here it would be told to nobody.
    this.#results.catch(() => {});
  }

  /**
   * Of its last visit; undefined where the run did not come to it.
   * @throws SpellError why it failed, or why the run did
   */
  async resultOf(nodeId: string): Promise<NodeResult | undefined> {
    const result = (await this.#results).get(nodeId);
    if (result instanceof SpellError) throw result;
    return result;
  }
}

async function begin(
  { connection, inputs, trigger, before, onRun }: ServerRunOptions,
  graph: unknown,
): Promise<Map<string, NodeResult | SpellError>> {
  await before?.(graph);
  const given = (await inputs?.()) ?? {};
  const run = connection.run({ inputs: given, ...(trigger === undefined ? {} : { trigger }) });
  onRun?.(run);
  const last = new Map<string, NodeCompleted | NodeFailed>();
  let end: RunEnded | undefined;
  for await (const event of run) {
    if (event.type === "node.completed" || event.type === "node.failed") last.set(event.nodeId, event);
    if (isRunEnded(event)) end = event;
  }
  const results = new Map<string, NodeResult | SpellError>();
  for (const [nodeId, record] of last) {
    const { outputs, fired, runId } = record;
    if (outputs !== undefined && fired !== undefined)
      results.set(nodeId, { outputs: await connection.complete(runId, outputs), fired });
    else if (record.type === "node.failed")
      results.set(nodeId, new SpellError(record.error.code, record.error.message, { nodeId, runId }));
  }
  // Of a run that failed, no node but those that gave something is left to think that all is well.
  if (end !== undefined && end.type !== "run.completed" && results.size === 0) throw failureOf(end);
  return results;
}
