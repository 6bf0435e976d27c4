/** What an execution is made of, and what of it a host sees. */
import type { SpellError } from "../protocol/spell-error.ts";
import type { RunEnded, RunEvent } from "../protocol/events.ts";
import type { Plan } from "../protocol/plan.ts";
import type { Json, JsonObject } from "../protocol/values.ts";
import type { Limits } from "./limits.ts";
import type { Question } from "./performer.ts";
import type { EnginePlugin } from "./plugins.ts";
import type { EnginePorts } from "./ports.ts";
import type { ReuseSource } from "./reuse.ts";

export interface ExecutionOptions {
  plan: Plan;
  userId: string;
  ports: EnginePorts;
  /** Records to follow, `run.started` among them; without any the run starts anew. */
  records?: readonly RunEvent[];
  /** An earlier run, whose clean nodes need not execute. */
  reuse?: ReuseSource;
  /** Follow the records and stop at their end. */
  isReplay?: boolean;
  /** Why a run goes on behind its records, told as `run.resumed`. */
  resumeReason?: string;
  limits?: Partial<Limits>;
  /** ms since 1970 after which no answer is of use. */
  deadlineAt?: number;
  /** Those who watch. */
  plugins?: readonly EnginePlugin[];
  /** Called once, after the terminal event is committed. */
  onEnd?: (end: RunEnded) => void;
}

/** A run as its host sees it. */
export interface RunHandle {
  /** The terminal event, once there is one. */
  readonly end: RunEnded | null;
  /** The run's state as it is now. */
  readonly state: JsonObject;
  /** Nodes that wait for a human. */
  readonly questions: Question[];
  /** @throws SpellError `not_found` when that visit asks nothing, `bad_request` for an answer that does not fit it */
  answer(nodeId: string, visit: string, value: Json): void;
  /** Gives a value to the streaming nodes of that path or name. False when none is open. */
  push(source: string, value: Json): boolean;
  /** Ends those streams. */
  close(source: string): boolean;
  /** Ends the run from outside. Nothing happens once it has ended. */
  stop(how: "cancelled" | "failed" | "interrupted", error: SpellError): void;
}
