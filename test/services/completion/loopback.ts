/** The entrypoint with settings of a test's own, and what the loopback server saw of it. */
import { createExecutionContext } from "cloudflare:test";
import { inject } from "vitest";
import type { Env } from "../../../src/env.ts";
import type { CompletionChunk, ReadableStreamOf, ServiceCall } from "../../../src/protocol/services.ts";
import { SpellError } from "../../../src/protocol/errors.ts";
import { CompletionEntrypoint } from "../../../src/services/completion/entrypoint.ts";
import type { CompletionEnv } from "../../../src/services/completion/settings.ts";
import type { RecordedRequest } from "../../helpers/openai-server.ts";

export const call: ServiceCall = { userId: "alice" };

/** A space of its own on the server, so that tests that run at once do not read each other's requests. */
export class Loopback {
  readonly #url = `${inject("openAiUrl")}/${crypto.randomUUID()}`;

  get baseUrl(): string {
    return `${this.#url}/v1`;
  }

  /** The service, pointed at this space unless the settings say otherwise. */
  service(settings: CompletionEnv = {}): CompletionEntrypoint {
    const env = { OPENAI_BASE_URL: this.baseUrl, ...settings } as Env;
    return new CompletionEntrypoint(createExecutionContext(), env);
  }

  async requests(): Promise<RecordedRequest[]> {
    const response = await fetch(`${this.#url}/__requests`);
    return response.json();
  }

  /** The one request that was made. */
  async request(): Promise<RecordedRequest> {
    const requests = await this.requests();
    if (requests.length !== 1 || requests[0] === undefined)
      throw new Error(`${requests.length} requests were made`);
    return requests[0];
  }
}

/** The SpellError that a call fails with. */
export async function failure(work: Promise<unknown>): Promise<SpellError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof SpellError) return error;
    throw error;
  }
  throw new Error("The call did not fail.");
}

/** Every chunk of a stream, read to its end. */
export async function readChunks(stream: ReadableStreamOf<Uint8Array>): Promise<CompletionChunk[]> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let text = "";
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    text += decoder.decode(next.value, { stream: true });
  }
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as CompletionChunk);
}
