/** Runs the code of users in QuickJS: the sandbox behind `engine/sandbox.ts`. */
export { CodeTurns } from "./code-turns.ts";
export { createSandbox, type LoadableSandbox } from "./create-sandbox.ts";
export { logsOf } from "./failures.ts";
export { defaultSandboxLimits, type SandboxLimits } from "./limits.ts";
