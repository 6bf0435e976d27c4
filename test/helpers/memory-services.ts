/** Every service in memory, for tests of nodes: real behaviour where rows are kept, set answers where a provider speaks. */
import { SpellError } from "../../src/protocol/errors.ts";
import {
  chatRequest,
  completionRequest,
  embedRequest,
  httpRequest,
  pushRequest,
  runSpellRequest,
  searchRequest,
  type ChatRequest,
  type CompletionRequest,
  type CompletionResult,
  type DocumentsService,
  type HttpRequest,
  type HttpResponse,
  type SearchHit,
  type SearchService,
  type ServiceCall,
  type ServiceName,
  type Services,
} from "../../src/protocol/services.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { parsed } from "./memory-rows.ts";
import { memoryStores } from "./memory-stores.ts";
import { embeddingOf, rankedOf } from "./vectors.ts";

export interface MemoryOptions {
  /** ms since 1970. */
  now?: () => number;
  /** What the model says; `"completion of: "` and the input unless set. May throw. */
  complete?: (input: string, request: CompletionRequest | ChatRequest) => string;
  /** What a Hugging Face model answers. Without it the service is there and has no key. */
  infer?: (model: string, inputs: Json, parameters: JsonObject | undefined) => Json;
  /** What the outside answers. */
  respond?: (request: HttpRequest) => HttpResponse;
  /** What the web's search finds. */
  web?: SearchHit[];
  /** What spells give, by id or name. */
  spells?: Record<string, (inputs: JsonObject) => JsonObject>;
  /** Services that are not bound. */
  without?: ServiceName[];
}

/** One call that a service got. */
export interface LoggedCall {
  service: ServiceName;
  verb: string;
  call: ServiceCall;
  args: unknown[];
}

export interface MemoryServices {
  services: Services;
  /** Every call, in order. */
  log: LoggedCall[];
  /** The arguments of every call of one verb, `events.record`, without the call itself. */
  asked: (name: string) => unknown[];
}

export function memoryServices(options: MemoryOptions = {}): MemoryServices {
  const now = options.now ?? (() => Date.UTC(2026, 0, 1));
  const stored = memoryStores(now);
  const all: Required<Services> = {
    ...stored,
    ...providing(options),
    completion: completion(options.complete ?? ((input) => `completion of: ${input}`)),
    search: search(stored.documents, options.web ?? []),
    spells: spells(options.spells ?? {}),
    users: { me: async (call) => ({ userId: call.userId }) },
  };
  const log: LoggedCall[] = [];
  const services = Object.fromEntries(
    Object.entries(all)
      .filter(([name]) => options.without?.includes(name as ServiceName) !== true)
      .map(([name, service]) => [name, logged(name as ServiceName, service, log)]),
  ) as Services;
  return {
    services,
    log,
    asked: (name) => log.flatMap(({ service, verb, args }) => (`${service}.${verb}` === name ? args : [])),
  };
}

function logged<S extends object>(service: ServiceName, target: S, log: LoggedCall[]): S {
  return new Proxy(target, {
    get(object, verb) {
      const member: unknown = Reflect.get(object, verb);
      if (typeof member !== "function") return member;
      return (call: ServiceCall, ...args: unknown[]): unknown => {
        log.push({ service, verb: String(verb), call, args: structuredClone(args) });
        return member.call(object, call, ...args) as unknown;
      };
    },
  });
}

function completion(say: NonNullable<MemoryOptions["complete"]>): Required<Services>["completion"] {
  const answer = (request: CompletionRequest | ChatRequest): CompletionResult => {
    const input = "prompt" in request ? request.prompt : (request.messages.at(-1)?.content ?? "");
    const text = say(input, request);
    return {
      text,
      model: request.model ?? "default",
      finishReason: "stop",
      usage: { inputTokens: input.length, outputTokens: text.length, calls: 1 },
    };
  };
  return {
    complete: async (_call, request) => answer(parsed(completionRequest, request)),
    chat: async (_call, request) => answer(parsed(chatRequest, request)),
    stream: async (_call, request) => {
      const result = answer(
        "prompt" in request ? parsed(completionRequest, request) : parsed(chatRequest, request),
      );
      const middle = Math.ceil(result.text.length / 2);
      const lines = [
        { type: "delta", text: result.text.slice(0, middle) },
        { type: "delta", text: result.text.slice(middle) },
        { type: "result", result },
      ];
      return new Blob([lines.map((line) => `${JSON.stringify(line)}\n`).join("")]).stream();
    },
    embed: async (_call, request) => {
      const { values, model } = parsed(embedRequest, request);
      return {
        embeddings: values.map(embeddingOf),
        model: model ?? "default",
        usage: { inputTokens: values.length, calls: 1 },
      };
    },
  };
}

function providing(options: MemoryOptions) {
  return {
    huggingface: {
      infer: async (_call: ServiceCall, model: string, inputs: Json, parameters?: JsonObject) => {
        if (options.infer === undefined)
          throw new SpellError("not_configured", "Hugging Face needs a key. Set HUGGINGFACE_API_KEY.");
        return options.infer(model, inputs, parameters);
      },
    },
    http: {
      request: async (_call: ServiceCall, request: HttpRequest) => {
        const checked = parsed(httpRequest, request);
        return (
          options.respond?.(checked) ?? { status: 200, headers: {}, body: `${checked.method} ${checked.url}` }
        );
      },
    },
    images: {
      generate: async (_call: ServiceCall, request: { prompt: string; count?: number | undefined }) => ({
        images: Array.from({ length: request.count ?? 1 }, (_, i) => ({
          url: `https://images.test/${i + 1}/${encodeURIComponent(request.prompt.toWellFormed())}`,
        })),
      }),
      describe: async (_call: ServiceCall, request: { image: string }) => ({
        text: `a picture at ${request.image}`,
      }),
    },
    speech: {
      speak: async (_call: ServiceCall, request: { text: string }) => ({
        mimeType: "audio/mpeg",
        audio: base64(request.text),
      }),
      transcribe: async (_call: ServiceCall, request: { audio: string }) => ({
        text: unbase64(request.audio),
      }),
      timings: async () => ({ data: [], isPartial: false }),
    },
  };
}

const base64 = (text: string): string =>
  btoa(String.fromCodePoint(...new TextEncoder().encode(text.slice(0, 1000))));

function unbase64(audio: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(audio), (letter) => letter.codePointAt(0) ?? 0));
  } catch {
    throw new SpellError("bad_request", "audio: must be base64.");
  }
}

const search = (documents: DocumentsService, web: SearchHit[]): SearchService => ({
  query: async (call, request) => {
    const asked = parsed(searchRequest, request);
    if (asked.in === "web") return { results: web.slice(0, asked.limit) };
    const { data } = await documents.find(call, {
      $limit: 1000,
      isIncluded: { $ne: false },
      ...(asked.type === undefined ? {} : { type: asked.type }),
      ...(asked.storeId === undefined ? {} : { storeId: asked.storeId }),
    });
    const hits = rankedOf(data, (row) => `${row.title ?? ""} ${row.content}`, asked.query);
    return {
      results: hits
        .slice(0, asked.limit)
        .map(({ id, title, content, score }) => ({ id, title: title ?? "", text: content, score })),
    };
  },
});

function spells(known: NonNullable<MemoryOptions["spells"]>): Required<Services>["spells"] {
  const named = (name: string) => {
    const found = Object.hasOwn(known, name) ? known[name] : undefined;
    if (found === undefined) throw new SpellError("not_found", `There is no spell "${name}".`);
    return found;
  };
  const summary = (name: string) => ({ id: name, name, version: 1, createdAt: 0, updatedAt: 0 });
  let runs = 0;
  return {
    find: async (_call, asked = {}) => {
      const data = Object.keys(known)
        .map(summary)
        .filter((row) => asked.name === undefined || asked.name === row.name);
      return { total: data.length, limit: 100, skip: 0, data };
    },
    get: async (_call, name) => {
      named(name);
      return { format: "spellrunner@1", id: name, name, version: 1, nodes: {}, edges: {} };
    },
    interface: async (_call, name) => {
      named(name);
      return { id: name, version: 1, inputs: [], outputs: [], triggers: [] };
    },
    push: async (_call, request) => {
      named(parsed(pushRequest, request).spell);
      return { runId: `push-${(runs += 1)}` };
    },
    run: async (_call, request) => {
      const { spell, inputs, state } = parsed(runSpellRequest, request);
      const outputs = named(spell)(inputs);
      runs += 1;
      return { runId: `sub-run-${runs}`, outputs, state: state ?? {} };
    },
  };
}
