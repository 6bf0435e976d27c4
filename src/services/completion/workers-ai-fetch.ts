/** Workers AI as a server of OpenAI's protocol, so that what is behind a `fetch` is the same for all providers. */
import * as z from "zod";
import { ended, type WorkersAi, workersAiStatus } from "../provider/workers-ai.ts";
import { eventData } from "./event-stream.ts";

type Body = Record<string, unknown> & { model: string; input?: unknown; stream?: boolean };

const usage = z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).partial();
/** Of the older models; newer ones answer as OpenAI's do. */
const textAnswer = z.object({
  response: z.unknown(),
  tool_calls: z.array(z.object({ name: z.string(), arguments: z.unknown() })).nullish(),
  usage: usage.nullish(),
});
const embeddings = z.object({ data: z.array(z.array(z.number())) });
/** Texts that a model takes at once: https://developers.cloudflare.com/workers-ai/models/bge-base-en-v1.5/ */
const maxTexts = 100;

/** Gives what a server at `/chat/completions` and `/embeddings` would. */
export const workersAiFetch =
  (ai: WorkersAi): typeof fetch =>
  async (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const {
      model,
      stream_options: _options,
      ...asked
    } = JSON.parse(typeof init?.body === "string" ? init.body : "{}") as Body;
    const signal = init?.signal ?? new AbortController().signal;
    const run = (inputs: Record<string, unknown>) => ended(signal, ai.run(model, inputs, { signal }));
    try {
      if (pathname.endsWith("/embeddings")) {
        const texts = [asked.input].flat();
        const vectors: number[][] = [];
        for (let from = 0; from < texts.length; from += maxTexts)
          vectors.push(...embeddings.parse(await run({ text: texts.slice(from, from + maxTexts) })).data);
        return json(embeddingsOf(vectors));
      }
      const answer = await run(asked);
      if (answer instanceof ReadableStream) return new Response(eventsOf(answer), events);
      return json(completionOf(answer));
    } catch (error) {
      signal.throwIfAborted();
      const message = error instanceof Error ? error.message : "failed";
      return json({ error: { message } }, workersAiStatus(error));
    }
  };

const events = { headers: { "content-type": "text/event-stream" } };
const json = (value: unknown, status = 200): Response => Response.json(value, { status });

const embeddingsOf = (vectors: readonly number[][]): unknown => ({
  object: "list",
  data: vectors.map((embedding, index) => ({ object: "embedding", index, embedding })),
});

const isOpenAis = (answer: unknown): boolean =>
  typeof answer === "object" && answer !== null && "choices" in answer;

function completionOf(answer: unknown): unknown {
  if (isOpenAis(answer)) return answer;
  const { response, tool_calls: calls, usage: used } = textAnswer.parse(answer);
  const message = { role: "assistant", content: textOf(response), ...toolsOf(calls) };
  const reason = calls == null || calls.length === 0 ? "stop" : "tool_calls";
  return { ...envelope, choices: [{ index: 0, message, finish_reason: reason }], usage: used ?? undefined };
}

/** A model that was asked for a shape gives the value itself. */
const textOf = (response: unknown): string =>
  typeof response === "string" ? response : response == null ? "" : JSON.stringify(response);

const toolsOf = (calls: z.infer<typeof textAnswer>["tool_calls"]) =>
  calls == null || calls.length === 0
    ? {}
    : {
        tool_calls: calls.map(({ name, arguments: given }, index) => ({
          index,
          id: `call-${index}`,
          type: "function",
          function: { name, arguments: typeof given === "string" ? given : JSON.stringify(given ?? {}) },
        })),
      };

const envelope = { id: "workers-ai", object: "chat.completion", created: 0, model: "workers-ai" };

/** Events as OpenAI sends them, of `{response: "…"}` each. */
function eventsOf(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const source = eventData(stream);
  let hasTools = false;
  const line = (value: unknown): Uint8Array => encoder.encode(`data: ${JSON.stringify(value)}\n\n`);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await source.next();
      if (next.done === true) {
        const reason = hasTools ? "tool_calls" : "stop";
        controller.enqueue(line({ ...envelope, choices: [{ index: 0, delta: {}, finish_reason: reason }] }));
        controller.enqueue(encoder.encode("data: [DONE]\n\n"));
        return controller.close();
      }
      const value = JSON.parse(next.value) as unknown;
      if (isOpenAis(value)) return controller.enqueue(encoder.encode(`data: ${next.value}\n\n`));
      const { response, tool_calls: calls, usage: used } = textAnswer.parse(value);
      hasTools ||= (calls?.length ?? 0) > 0;
      const delta = { content: textOf(response), ...toolsOf(calls) };
      controller.enqueue(
        line({
          ...envelope,
          choices: [{ index: 0, delta, finish_reason: null }],
          ...(used == null ? {} : { usage: used }),
        }),
      );
    },
    cancel: async (reason) => {
      await source.return(undefined);
      await stream.cancel(reason).catch(() => undefined);
    },
  });
}
