/** The front door of `spellrunner/rete`. */
export { reteV1 } from "./rete-v1.ts";
export { reteV2 } from "./rete-v2.ts";
export { type NodeResult, ServerRun, type ServerRunOptions } from "./server-run.ts";
