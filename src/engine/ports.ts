/** What the engine needs of the world. Everything it does to the world goes through `journal` or a service call. */
import type { RunEvent } from "../protocol/events.ts";
import type { Services } from "../protocol/services.ts";
import type { Component } from "./component.ts";
import type { LogEntry, Sandbox } from "./sandbox.ts";

/** The one port that is written. Both are synchronous: between `append` and `commit` nothing may be awaited. */
export interface Journal {
  /** Gives the bytes that it takes, for the run's budget; 0 where that is not known. */
  append(event: RunEvent): number;
  /** Makes what was appended durable, then shows it. Called at the end of every turn, and within long ones. */
  commit(): void;
}

export interface Clock {
  /** ms since 1970; stands still within pure work when deployed, so it decides nothing. */
  now(): number;
}

export interface EnginePorts {
  journal: Journal;
  clock: Clock;
  components: (name: string) => Component | undefined;
  services: Services;
  sandbox: Sandbox;
  /** Calls `done` after that many ms, unless what it gives is called first. */
  after: (ms: number, done: () => void) => () => void;
  /**
   * Calls `done` at that time (ms since 1970), unless what this gives is called first. For what can be taken up again from its
   * record, so a host may sleep meanwhile; `after` where absent.
   */
  until?: (at: number, done: () => void) => () => void;
  /**
   * Lets others have the processor, and clocks and cancels be seen. Asked every `visitsPerTurn` visits of a run that
   * never waits; without it such a run is one turn.
   */
  pause?: () => Promise<void>;
  /** Address at which the question of a run that is called so is answered. */
  callback?: (runId: string, name: string) => string;
  /** Text that a node streams while it runs: shown, never kept. */
  delta?: (nodeId: string, visit: string, text: string) => void;
  /** What user code had logged before it failed with this. */
  logsOf?: (thrown: unknown) => readonly LogEntry[];
  /** A fault of ours: logged with its cause, and told to users by the id that this gives. */
  fault?: (thrown: unknown, nodeId: string) => string;
}
