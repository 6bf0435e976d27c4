/** What a runner gives the engine of the world. */
import type { EnginePorts } from "../engine/index.ts";
import type { Env } from "../env.ts";
import { catalogue } from "../nodes/index.ts";
import { boundServices } from "../platform/bound-services.ts";
import { now } from "../platform/clock.ts";
import { askedServices } from "./asked-services.ts";
import type { Failures } from "./failures.ts";
import { CodeTurns, createSandbox, type LoadableSandbox, logsOf } from "./sandbox/index.ts";
import type { Watchdog } from "./watchdog.ts";

/** One for all runners of an isolate: its module is large, its calls share nothing. */
export const sandbox: LoadableSandbox = createSandbox();
export const codeTurns = new CodeTurns({ sandbox, now, wait: (ms) => scheduler.wait(ms) });

export const enginePorts = (
  env: Env,
  userId: string,
  watchdog: Pick<Watchdog, "until">,
  failures: Pick<Failures, "bug">,
): Omit<EnginePorts, "journal" | "delta"> => ({
  clock: { now },
  components: (name) => catalogue.find(name),
  pause: () => scheduler.wait(0),
  services: askedServices(boundServices(env)),
  sandbox: codeTurns.of(userId),
  after: (ms, done) => {
    const timer = setTimeout(done, ms);
    return () => clearTimeout(timer);
  },
  until: (at, done) => watchdog.until(at, done),
  logsOf,
  fault: (thrown, nodeId) => failures.bug(thrown, { nodeId }),
});
