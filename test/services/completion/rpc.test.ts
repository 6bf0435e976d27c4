/** The service as the engine meets it: through a service binding, with everything crossing RPC. */
import { env } from "cloudflare:workers";
import { expect, inject, test, vi } from "vitest";
import type { CompletionService } from "../../../src/protocol/services.ts";
import { SpellError } from "../../../src/protocol/errors.ts";
import type { RecordedRequest } from "../../helpers/openai-server.ts";
import { call, readChunks } from "./loopback.ts";

const service = (env as unknown as { COMPLETION: CompletionService }).COMPLETION;

/** How the provider's request with that prompt ended. */
async function outcomeOf(prompt: string): Promise<string | undefined> {
  const response = await fetch(`${inject("openAiUrl")}/v1/__requests`);
  const requests: RecordedRequest[] = await response.json();
  return requests.find(({ body }) => (body as { prompt?: string }).prompt === prompt)?.outcome;
}

test("results cross RPC as plain data", async () => {
  const result = await service.complete(call, { prompt: "over RPC", model: "m" });
  expect({ ...result }).toEqual({
    text: " You said: over RPC\n",
    model: "m",
    finishReason: "stop",
    usage: {
      inputTokens: 2,
      outputTokens: 5,
      calls: 1,
      provider: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    },
  });
});

test("an error keeps code, message and retryable across RPC and is a SpellError again", async () => {
  const thrown = await service.complete(call, { prompt: "!429:9:30" }).catch((error: unknown) => error);
  expect(thrown).toMatchObject({ code: "provider_error", retryable: true, retryAfter: 30 });
  const restored = SpellError.from(thrown);
  expect(restored.message).toMatch(
    /^Provider 127\.0\.0\.1:\d+ answered 429: The server was told to answer 429\.$/,
  );
  expect(restored).toMatchObject({ code: "provider_error", retryable: true, retryAfter: 30 });
});

test("the paths of a bad request cross RPC", async () => {
  const thrown = await service.embed(call, { values: [] }).catch((error: unknown) => error);
  expect(SpellError.from(thrown)).toMatchObject({
    code: "bad_request",
    errors: [{ path: "request.values" }],
  });
});

test("a function that resolves in the caller's Worker cancels the call", async () => {
  const prompt = `!hang ${crypto.randomUUID()}`;
  const { promise, resolve } = Promise.withResolvers<void>();
  const work = service
    .complete({ ...call, cancelled: () => promise }, { prompt })
    .catch((error: unknown) => error);
  await vi.waitFor(async () => expect(await outcomeOf(prompt)).toBe("open"), { timeout: 5_000 });
  resolve();
  expect(await work).toMatchObject({ code: "cancelled" });
  await vi.waitFor(async () => expect(await outcomeOf(prompt)).toBe("aborted"), { timeout: 5_000 });
});

test("a stream crosses RPC chunk by chunk", async () => {
  const chunks = await readChunks(await service.stream(call, { prompt: "!slow a b", model: "m" }));
  expect(chunks.map(({ type }) => type)).toEqual([...Array.from({ length: 6 }, () => "delta"), "result"]);
});

test("a stream can be cancelled by its function after the method has answered", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stream = await service.stream(
    { ...call, cancelled: () => promise },
    { prompt: "!stall by function" },
  );
  resolve();
  expect((await readChunks(stream)).at(-1)).toMatchObject({ type: "error", code: "cancelled" });
});

test("cancelling a stream in the caller's Worker ends the provider's request", async () => {
  const prompt = `!stall ${crypto.randomUUID()}`;
  const reader = (await service.stream(call, { prompt })).getReader();
  expect((await reader.read()).done).toBe(false);
  await reader.cancel();
  await vi.waitFor(async () => expect(await outcomeOf(prompt)).toBe("aborted"), { timeout: 5_000 });
});
