/** Nodes that ask the outside: a language model, a web address. */
import type { ChatRequest } from "../../protocol/services.ts";
import { httpMethod } from "../../protocol/services.ts";
import { isJsonObject, type Json, type JsonObject } from "../../protocol/values.ts";
import { completeText } from "../ai/completion.ts";
import { stopsOf } from "../ai/sampling.ts";
import { askService } from "../ask-service.ts";
import type { CatalogueEntry } from "../define.ts";
import { failed } from "../inputs.ts";
import { textOf } from "../text.ts";
import { type BehaveCall, behaveComponent } from "./behave-component.ts";

type Message = ChatRequest["messages"][number];

/** A message whose content came in parts has its texts one after the other. */
function messageOf(call: BehaveCall, entry: Json): Message {
  const { role, content } = isJsonObject(entry) ? entry : {};
  if (role !== "system" && role !== "user" && role !== "assistant")
    throw failed(call.context, `each of the "messages" must have the role system, user or assistant.`);
  const parts = Array.isArray(content) ? content : [content];
  const text = parts.map((part) => textOf(isJsonObject(part) ? part.text : part)).join("");
  return { role, content: text };
}

function requestOf(call: BehaveCall): ChatRequest {
  const messages = call.list("messages").map((entry) => messageOf(call, entry));
  // The prompt is what the user says now: kept histories often end with it.
  if (messages.at(-1)?.role === "user") messages.pop();
  const system = call.text("system");
  const { model } = call.configuration;
  const chosen = call.text("modelOverride") || (typeof model === "string" ? model : "");
  const stop = stopsOf(call.context, call.text("stop"));
  return {
    ...(chosen === "" ? {} : { model: chosen }),
    messages: [
      ...(system === "" ? [] : [{ role: "system" as const, content: system }]),
      ...messages,
      { role: "user", content: call.text("prompt") },
    ],
    // Zero stood for a field that nobody filled.
    temperature: call.number("temperature") || 0.5,
    topP: call.number("top_p") || 1,
    maxTokens: Math.max(1, call.count("maxTokens") || 256),
    ...(stop.length === 0 ? {} : { stop }),
  };
}

const generateText = behaveComponent({
  name: "magick/generateText",
  category: "Behave/AI",
  status: "needs-service",
  help: "Has a language model answer the prompt, after what the system text and earlier messages say. Whoever listens sees the text as it comes; 'onStream' fires once, with the whole of it, then 'done'. Without a prompt it asks nobody.",
  in: {
    flow: "flow",
    prompt: "string",
    system: "string",
    messages: "array",
    modelOverride: "string",
    stop: "string",
    temperature: { type: "float", default: 0.5 },
    maxRetries: { type: "integer", default: 3 },
    top_p: { type: "float", default: 1 },
    seed: { type: "integer", default: 42 },
    maxTokens: { type: "integer", default: 256 },
  },
  out: { response: "string", completionResponse: "object", done: "flow", onStream: "flow", stream: "string" },
  run(call) {
    if (call.text("prompt") === "") return { outputs: { response: "" }, fired: ["done"] };
    return generated(call, requestOf(call));
  },
});

async function generated(call: BehaveCall, request: ChatRequest) {
  const { text, model, finishReason, usage } = await completeText(call.context, request);
  const completionResponse: JsonObject = {
    model,
    choices: [{ index: 0, finish_reason: finishReason, message: { role: "assistant", content: text } }],
    usage: { ...usage },
  };
  return {
    outputs: { response: text.trim(), completionResponse, stream: text },
    fired: ["onStream", "done"],
    usage,
  };
}

const fetchNode = behaveComponent({
  name: "actions/http/fetch",
  category: "Behave/Web",
  status: "needs-service",
  help: "Sends a request to a web address and gives the answer: parsed where it is JSON, else its text. A token goes into the header that is named, Authorization unless set.",
  in: {
    url: "string",
    method: { type: "string", default: "GET" },
    headers: "object",
    body: "any",
    authToken: "string",
    authTokenHeader: "string",
    flow: "flow",
  },
  out: { response: "object", flow: "flow" },
  async run(call) {
    const method = httpMethod.safeParse(call.text("method").toUpperCase() || "GET");
    if (!method.success)
      throw failed(call.context, `"method" must be one of ${httpMethod.options.join(", ")}.`);
    const url = call.text("url");
    if (url === "") throw failed(call.context, '"url" is empty; it needs an address.');
    const sendsBody = ["POST", "PUT", "PATCH"].includes(method.data);
    const { body } = await askService(call.context, "http", (http, ask) =>
      http.request(ask, {
        method: method.data,
        url,
        headers: headersOf(call),
        ...(sendsBody ? { body: bodyOf(call) } : {}),
      }),
    );
    return { outputs: { response: body } };
  },
});

/** JSON, also of a text that is one: a text alone would be sent as it is. */
function bodyOf(call: BehaveCall): Json {
  const given = call.given("body") ?? {};
  return typeof given === "string" ? call.value("body", "object") : given;
}

function headersOf(call: BehaveCall): Record<string, string> {
  const headers = new Map(
    Object.entries(call.object("headers")).map(([name, value]) => [name, textOf(value)]),
  );
  const token = call.text("authToken");
  if (token !== "") headers.set(call.text("authTokenHeader") || "Authorization", `Bearer ${token}`);
  return Object.fromEntries(headers);
}

export const outsideComponents: CatalogueEntry[] = [generateText, fetchNode];
