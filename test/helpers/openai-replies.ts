/**
 * What the loopback server of openai-server.ts answers. The usual reply is ` You said: <prompt>` and a line end, cut by `stop` and
 * `max_tokens` as a model would, counted in words.
 *
 * A prompt (or last message, or first value) that begins with `!<fault>`, or such a model name, gets that fault instead.
 * `!<fault>:<n>` gives it to the first n requests of that very prompt only, `!<fault>:<n>:<seconds>` with Retry-After:
 *
 * | fault | answer |
 * |---|---|
 * | `!400` … `!599` | that status, with an error in OpenAI's shape |
 * | `!leak` | 400 whose message repeats the request's key and another one |
 * | `!html` | 200, a web page |
 * | `!redirect` | 302 to another path of this server |
 * | `!malformed` | 200, half of a JSON text |
 * | `!shape` | 200, JSON of another shape |
 * | `!inside` | 200, `{error}`; in a stream an event of that kind after the first words |
 * | `!huge` | 11 MB |
 * | `!hang` | nothing, ever |
 * | `!stall` | the beginning of an answer, then nothing |
 * | `!drop` | the connection is closed before an answer |
 * | `!cut` | the connection is closed in the middle of the answer |
 * | `!end` | a stream that ends well formed, but without finish_reason and `[DONE]` |
 * | `!done` | a stream that ends with `[DONE]`, but without finish_reason |
 * | `!plain` | whole JSON although a stream was asked for |
 * | `!slow` | a stream with a pause before each word |
 */
import type { ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { RecordedRequest } from "./openai-server.ts";

export interface Fault {
  name: string;
  prompt: string;
}

interface Ways {
  /** Instead of the echo. */
  text?: string | undefined;
  /** Counts this fault, and says how often it was asked for. */
  countFault(fault: Fault): number;
}

interface Body {
  model?: string;
  prompt?: string;
  messages?: { content: string }[];
  input?: string | string[];
  stop?: string[];
  max_tokens?: number;
  stream?: boolean;
}

interface Reply {
  /** The words of the answer, each with the blanks before it. */
  words: string[];
  finishReason: string;
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
}

const json = { "content-type": "application/json" };
const slowPauseMs = 20;

export async function answer(request: RecordedRequest, outgoing: ServerResponse, ways: Ways): Promise<void> {
  const body: Body = typeof request.body === "object" && request.body !== null ? request.body : {};
  const values = body.input === undefined ? [] : [body.input].flat();
  const prompt = body.prompt ?? body.messages?.at(-1)?.content ?? values[0] ?? "";
  const fault = findFault(prompt, body.model ?? "", outgoing, ways);
  if (fault !== undefined && giveFault(fault, request, outgoing)) return;
  if (request.path.endsWith("/embeddings")) return embed(body, values, fault, outgoing);
  const isChat = request.path.endsWith("/chat/completions");
  if (!isChat && !request.path.endsWith("/completions")) {
    refuse(outgoing, 404, `Unknown request URL: ${request.method} ${request.path}`);
    return;
  }
  const reply = write(ways.text ?? ` You said: ${prompt}\n`, prompt, body);
  if (body.stream === true && fault !== "plain") return stream(reply, isChat, body, fault, outgoing);
  const text = reply.words.join("");
  const choice = isChat ? { message: { role: "assistant", content: text } } : { text };
  const whole = JSON.stringify({
    id: "cmpl-loopback",
    object: isChat ? "chat.completion" : "text_completion",
    created: 1_700_000_000,
    model: body.model,
    choices: [{ index: 0, ...choice, finish_reason: reply.finishReason }],
    usage: reply.usage,
  });
  if (fault === "stall" || fault === "cut") return giveHalf(whole, fault, outgoing);
  outgoing.writeHead(200, json).end(whole);
}

/** The fault that this request is to meet; one that has been given often enough is none. */
function findFault(prompt: string, model: string, outgoing: ServerResponse, ways: Ways): string | undefined {
  const found =
    /^!([\w-]+)(?::(\d+))?(?::(\d+))?/.exec(prompt) ?? /^!([\w-]+)(?::(\d+))?(?::(\d+))?/.exec(model);
  const name = found?.[1];
  if (name === undefined) return undefined;
  if (found?.[3] !== undefined) outgoing.setHeader("retry-after", found[3]);
  if (found?.[2] === undefined) return name;
  return ways.countFault({ name, prompt }) <= Number(found[2]) ? name : undefined;
}

/** Gives the faults that are the same for every kind of request; false for one that changes the usual answer. */
function giveFault(fault: string, request: RecordedRequest, outgoing: ServerResponse): boolean {
  if (/^[45]\d\d$/.test(fault)) {
    refuse(outgoing, Number(fault), `The server was told to answer ${fault}.`);
    return true;
  }
  switch (fault) {
    case "leak": {
      const key = request.headers["authorization"] ?? "Bearer none";
      refuse(
        outgoing,
        400,
        `Bad request by "${key}" for project sk-proj-Zz12345678abcdefgh. ${"Details follow. ".repeat(40)}`,
      );
      return true;
    }
    case "html":
      outgoing
        .writeHead(200, { "content-type": "text/html" })
        .end("<!doctype html><title>Welcome</title><p>It works!");
      return true;
    case "redirect":
      outgoing.writeHead(302, { location: "/elsewhere" }).end();
      return true;
    case "malformed":
      outgoing.writeHead(200, json).end('{"choices": [{"te');
      return true;
    case "shape":
      outgoing.writeHead(200, json).end('{"result": "of another protocol"}');
      return true;
    case "huge":
      outgoing.writeHead(200, json).end(JSON.stringify({ padding: "x".repeat(11 * 1024 * 1024) }));
      return true;
    case "drop":
      outgoing.destroy();
      return true;
    case "hang":
      return true;
    case "inside":
      if ((request.body as Body).stream === true) return false;
      outgoing.writeHead(200, json).end(JSON.stringify({ error: { message: "The model fell over." } }));
      return true;
    default:
      return false;
  }
}

function refuse(outgoing: ServerResponse, status: number, message: string): void {
  const error = { message, type: "loopback_error", param: null, code: null };
  outgoing.writeHead(status, json).end(JSON.stringify({ error }));
}

function write(text: string, prompt: string, { stop = [], max_tokens }: Body): Reply {
  const ends = stop.map((sequence) => text.indexOf(sequence)).filter((at) => at >= 0);
  const words = text.slice(0, Math.min(text.length, ...ends)).match(/\s*\S+|\s+$/g) ?? [];
  const isCut = max_tokens !== undefined && words.length > max_tokens;
  const kept = isCut ? words.slice(0, max_tokens) : words;
  const counts = { prompt_tokens: prompt.split(/\s+/).length, completion_tokens: kept.length };
  return {
    words: kept,
    finishReason: isCut ? "length" : "stop",
    usage: { ...counts, total_tokens: counts.prompt_tokens + counts.completion_tokens },
  };
}

async function giveHalf(whole: string, fault: "stall" | "cut", outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(200, json);
  await new Promise((resolve) => outgoing.write(whole.slice(0, whole.length / 2), resolve));
  if (fault === "cut") outgoing.destroy();
}

async function stream(
  reply: Reply,
  isChat: boolean,
  body: Body & { stream_options?: { include_usage?: boolean } },
  fault: string | undefined,
  outgoing: ServerResponse,
): Promise<void> {
  outgoing.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  const send = (value: unknown) =>
    new Promise<void>((resolve) => outgoing.write(`data: ${JSON.stringify(value)}\n\n`, () => resolve()));
  const chunk = (text: string, finish_reason: string | null) => ({
    id: "cmpl-loopback",
    object: isChat ? "chat.completion.chunk" : "text_completion",
    model: body.model,
    choices: [{ index: 0, ...(isChat ? { delta: { content: text } } : { text }), finish_reason }],
  });
  for (const [index, word] of reply.words.entries()) {
    if (outgoing.destroyed) return;
    if (fault === "slow") await pause(slowPauseMs);
    await send(chunk(word, null));
    // The others break off in the middle: after two words the client has surely read something.
    if (index < 1) continue;
    if (fault === "stall") return;
    if (fault === "cut") {
      await pause(slowPauseMs);
      outgoing.destroy();
      return;
    }
    if (fault === "inside") {
      await send({ error: { message: "The model fell over." } });
      outgoing.end();
      return;
    }
  }
  if (fault !== "end") {
    if (fault !== "done") await send(chunk("", reply.finishReason));
    if (body.stream_options?.include_usage === true)
      await send({ id: "cmpl-loopback", choices: [], usage: reply.usage });
    outgoing.write("data: [DONE]\n\n");
  }
  outgoing.end();
}

/** Vectors of three numbers that follow from the text alone, so that equal texts are equal and others are not. */
function embed(body: Body, values: string[], fault: string | undefined, outgoing: ServerResponse): void {
  const data = values.map((value, index) => ({ object: "embedding", index, embedding: vectorOf(value) }));
  const tokens = values.join(" ").split(/\s+/).length;
  outgoing.writeHead(200, json).end(
    JSON.stringify({
      object: "list",
      model: body.model,
      // The fault of this endpoint: one vector too few.
      data: fault === "cut" ? data.slice(1) : data,
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    }),
  );
}

function vectorOf(text: string): number[] {
  const sums = [0, 0, 0];
  for (let at = 0; at < text.length; at += 1) sums[at % 3] = (sums[at % 3] ?? 0) + text.charCodeAt(at);
  return sums;
}
