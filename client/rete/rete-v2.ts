/**
 * For editors on Rete v2 with rete-engine: `editor.use(reteV2(Scope, { connection }))`, before nodes are added. From then on
 * `data` of a node (DataflowEngine) gives what it gave on the server, and `execute` (ControlFlowEngine) fires what it fired there.
 */
import { ServerRun, type ServerRunOptions } from "./server-run.ts";

interface Node {
  id: string;
  outputs?: object;
  data?: (inputs: never) => unknown;
  execute?: (input: string, forward: (output: string) => void) => unknown;
}

interface Piped {
  addPipe(middleware: (context: { type?: string; data?: unknown }) => unknown): void;
}

/** Rete's own class: an editor takes no plugin that is not made of it, and this library brings no Rete of its own. */
type ScopeClass<S extends object> = new (name: string) => S;

/**
 * The plugin, with `run()` to begin a run; without it the first node that is asked begins one, and a node that is asked again
 * (after `engine.reset()`) the next.
 * @param Scope of the package `rete`
 */
export function reteV2<S extends object>(
  Scope: ScopeClass<S>,
  options: ServerRunOptions,
): S & { run(): ServerRun } {
  let run: ServerRun | null = null;
  let asked = new Set<string>();
  const begin = (): ServerRun => {
    asked = new Set();
    run = new ServerRun(options);
    return run;
  };
  const runFor = (call: string): ServerRun => {
    const present = run === null || asked.has(call) ? begin() : run;
    asked.add(call);
    return present;
  };
  const wrap = (node: Node): void => {
    if (node.data !== undefined)
      node.data = async () => (await runFor(`data ${node.id}`).resultOf(node.id))?.outputs ?? {};
    if (node.execute !== undefined)
      node.execute = async (_input, forward) => {
        const result = await runFor(`execute ${node.id}`).resultOf(node.id);
        // The server's node may have outputs that the editor's lacks, and the engine takes none that it does not know.
        const mayFire = ({ outputs }: Node, socket: string): boolean =>
          outputs === undefined || Object.hasOwn(outputs, socket);
        for (const socket of result?.fired ?? []) if (mayFire(node, socket)) forward(socket);
      };
  };
  const scope = new Scope("spellrunner");
  (scope as unknown as Piped).addPipe((context) => {
    if (context.type === "nodecreated") wrap(context.data as Node);
    return context;
  });
  return Object.assign(scope, { run: begin });
}
