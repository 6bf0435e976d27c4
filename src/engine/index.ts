/** The front door of the engine. */
export type { Component, NodeContext, NodeOutcome } from "./component.ts";
export type { RunHandle } from "./execution-options.ts";
export { defaultLimits, type Limits } from "./limits.ts";
export type { EnginePlugin, PluginNode } from "./plugins.ts";
export type { Clock, EnginePorts, Journal } from "./ports.ts";
export { type Replayed, type ReplayOptions, replay } from "./replay.ts";
export {
  chooseTrigger,
  type ForkOptions,
  forkRun,
  type ParentRun,
  resumeRun,
  type ResumeOptions,
  type RunOptions,
  startRun,
} from "./run.ts";
export { callOfStart, startNames } from "./starts.ts";
export type { LogEntry, Sandbox, SandboxRequest, SandboxResult } from "./sandbox.ts";
