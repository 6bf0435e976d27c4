/** How a command ends that holds something: in order after a signal, at once after a second one, and when its npm is gone. */
import { constants } from "node:os";
import { isAlive, npmAncestors } from "./processes.ts";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
type Signal = (typeof signals)[number];

const watchMs = 500;

export interface SignalsOptions {
  /** Called at the first signal; the process ends after it. */
  stop: () => Promise<void>;
  /** Called when the process ends in any other way, without time to wait for anything. */
  leave: () => void;
  exitCode?: number;
}

export interface Signals {
  /** Calls `make` and takes away the handlers that it sets: those end the process at once. */
  keepFrom<T>(make: () => T): T;
  /** Signals do again what they do by themselves. */
  release(): void;
}

export function takeSignals({ stop, leave, exitCode }: SignalsOptions): Signals {
  let isStopping = false;
  const onSignal = (signal: Signal): void => {
    const code = exitCode ?? 128 + constants.signals[signal];
    if (isStopping) process.exit(128 + constants.signals[signal]);
    isStopping = true;
    void stop().finally(() => process.exit(code));
  };
  const handlers = signals.map((signal) => ({ signal, handler: () => onSignal(signal) }));
  for (const { signal, handler } of handlers) process.on(signal, handler);
  process.on("exit", leave);
  // npm passes SIGTERM on to the shell that it runs a script with, and that shell dies without passing it on.
  const ancestors = npmAncestors();
  const watch = setInterval(() => {
    if (!isStopping && ancestors.some((pid) => !isAlive(pid))) onSignal("SIGTERM");
  }, watchMs).unref();
  return {
    keepFrom(make) {
      const before = signals.map((signal) => new Set(process.listeners(signal)));
      const made = make();
      for (const [i, signal] of signals.entries())
        for (const listener of process.listeners(signal))
          if (!before[i]?.has(listener)) process.off(signal, listener);
      return made;
    },
    release() {
      clearInterval(watch);
      for (const { signal, handler } of handlers) process.off(signal, handler);
      process.off("exit", leave);
    },
  };
}
