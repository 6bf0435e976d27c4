/**
 * What every implementation of the sandbox does. A test file calls this with a way to make its sandboxes; the cases of a noun
 * share one, as runs do, unless they want other limits.
 */
import { codeContract } from "./sandbox/code.ts";
import { consoleContract } from "./sandbox/console.ts";
import { errorsContract } from "./sandbox/errors.ts";
import { isolationContract } from "./sandbox/isolation.ts";
import { limitsContract } from "./sandbox/limits.ts";
import { nodesContract } from "./sandbox/nodes.ts";
import { promisesContract } from "./sandbox/promises.ts";
import { timeAndChanceContract } from "./sandbox/time-and-chance.ts";
import { valuesContract } from "./sandbox/values.ts";
import type { SandboxesUnderTest } from "./sandbox/calls.ts";

export function sandboxContract(sandboxes: SandboxesUnderTest): void {
  codeContract(sandboxes);
  valuesContract(sandboxes);
  promisesContract(sandboxes);
  errorsContract(sandboxes);
  consoleContract(sandboxes);
  isolationContract(sandboxes);
  timeAndChanceContract(sandboxes);
  limitsContract(sandboxes);
  nodesContract(sandboxes);
}
