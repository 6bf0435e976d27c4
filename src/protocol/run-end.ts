/** How the end of a run is told, and by which rules it was run. Without zod, for the engine in a page. */
import type { RunEnded } from "./events.ts";

/** Version of the engine's rules; raised when the same plan and records would give other events. */
export const engineVersion = "1";

const terminalTypes = new Set<string>(["run.completed", "run.failed", "run.cancelled", "run.interrupted"]);
/** Exactly one such event ends every run. */
export const isRunEnded = (event: { type: string }): event is RunEnded => terminalTypes.has(event.type);
