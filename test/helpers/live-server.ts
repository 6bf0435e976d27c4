/** A server of its own on a temporary data folder, as `npm start` has it, with a provider of completions beside it. */
import { SpellrunnerClient } from "../../client/lib/index.ts";
import { randomSecret, signToken } from "../../scripts/identity.ts";
import { startRuntime } from "../../scripts/runtime.ts";
import { type CutProxy, startCutProxy } from "./cut-proxy.ts";
import { startOpenAiServer } from "./openai-server.ts";

export interface LiveServer {
  url: string;
  /** The same server, by a line that can be cut. */
  proxy: CutProxy;
  provider: Awaited<ReturnType<typeof startOpenAiServer>>;
  tokenOf(user: string, hours?: number): Promise<string>;
  /** A client of that user; `cuttable` by the proxy. */
  client(user: string, how?: "direct" | "cuttable"): Promise<SpellrunnerClient>;
  close(): Promise<void>;
}

export async function startLiveServer(vars: Record<string, string> = {}): Promise<LiveServer> {
  const provider = await startOpenAiServer();
  const all = { AUTH_SECRET: randomSecret(), OPENAI_BASE_URL: `${provider.url}/v1`, ...vars };
  const runtime = await startRuntime({ vars: all });
  const proxy = await startCutProxy(runtime.url);
  const tokenOf = (user: string, hours = 1): Promise<string> => signToken(all, user, hours);
  return {
    url: runtime.url,
    proxy,
    provider,
    tokenOf,
    client: async (user, how = "direct") =>
      new SpellrunnerClient({
        url: how === "direct" ? runtime.url : proxy.url,
        token: await tokenOf(user),
      }),
    close: async () => {
      await proxy.close();
      await runtime.close();
      await provider.close();
    },
  };
}
