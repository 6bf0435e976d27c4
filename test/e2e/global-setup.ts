/** The server as `npm start` runs it, with providers on loopback, for all tests of this folder. */
import type { TestProject } from "vitest/node";
import { start as startProviders } from "../../examples/providers.ts";
import { randomSecret, signToken } from "../../scripts/identity.ts";
import { startRuntime } from "../../scripts/runtime.ts";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const providers = await startProviders();
  const vars = { ...providers.settings, AUTH_SECRET: randomSecret() };
  const runtime = await startRuntime({ vars });
  project.provide("serverUrl", runtime.url);
  project.provide("serverToken", await signToken(vars, "traveller", 1));
  return async () => {
    await runtime.close();
    providers.close();
  };
}
