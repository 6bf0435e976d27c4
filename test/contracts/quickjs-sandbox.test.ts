import { describe } from "vitest";
import { createSandbox, logsOf } from "../../src/actor/sandbox/index.ts";
import { sandboxContract } from "./sandbox.ts";

describe("QuickJS", () => {
  sandboxContract({ create: createSandbox, logsOf });
});
