/**
 * For editors on Rete v1, as Thoth's was: `engine.use(reteV1, { connection })`. From then on `engine.process(graph)` runs the
 * spell on the server, and each component's `worker` gives what its node gave there, as the socket plugin of that time did.
 */
import { ServerRun, type ServerRunOptions } from "./server-run.ts";

/** The part of Rete v1's types that is used. Workers may return their outputs, as Thoth's do. */
interface Component {
  name: string;
  worker(node: { id: number | string }, inputs: never, outputs: never, ...args: never[]): unknown;
}
interface Engine {
  components: Map<string, Component>;
  on(event: "componentregister", handler: (component: Component) => void): unknown;
  process(data: unknown, startId?: number | string | null, ...args: never[]): Promise<unknown>;
}

export const reteV1 = {
  name: "spellrunner",

  /** Wraps the workers of components that are registered, and of those that will be. */
  // oxlint-disable-next-line typescript/no-explicit-any -- Rete's own plugin type has it so, and its engine's type is not ours
  install(context: any, options: ServerRunOptions): void {
    const engine = context as Engine;
    let run: ServerRun | null = null;
    const process = engine.process.bind(engine);
    engine.process = (data, ...rest) => {
      run = new ServerRun(options, data);
      return process(data, ...rest);
    };
    const wrapped = new WeakSet<Component>();
    const wrap = (component: Component): void => {
      if (wrapped.has(component)) return;
      wrapped.add(component);
      component.worker = async ({ id }, _inputs, outputs: Record<string, unknown>) => {
        const result = await run?.resultOf(String(id));
        return Object.assign(outputs, result?.outputs);
      };
    };
    for (const component of engine.components.values()) wrap(component);
    engine.on("componentregister", wrap);
  },
};
