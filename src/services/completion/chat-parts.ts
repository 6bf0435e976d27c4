/** What a chat has beside its text: tools that the model wants, their answers, and JSON of a shape that was asked for. */
import type { OpenAICompatibleProvider } from "@ai-sdk/openai-compatible";
import type { ChatMessage, ChatRequest, CompletionResult, ToolCall } from "../../protocol/services.ts";
import type { Json } from "../../protocol/values.ts";
import { parseJson } from "../../platform/json.ts";
import { unusable } from "./failures.ts";
import { shapeOf } from "./json-shape.ts";
import type { ProviderRequest } from "./transport.ts";

type ChatModel = ReturnType<OpenAICompatibleProvider["chatModel"]>;
type PromptPart = Parameters<ChatModel["doGenerate"]>[0]["prompt"][number];

/** A tool as the SDK tells it: `input` is JSON. */
export interface WantedTool {
  toolCallId: string;
  toolName: string;
  input: string;
}

/** A message as the SDK takes it. */
export function promptPart(message: ChatMessage): PromptPart {
  if (message.role === "tool") {
    const { toolCallId, name: toolName, content } = message;
    const output = { type: "text" as const, value: content };
    return { role: "tool", content: [{ type: "tool-result", toolCallId, toolName, output }] };
  }
  const { role, content, toolCalls = [] } = message;
  if (role === "system") return { role, content };
  if (role === "user") return { role, content: [{ type: "text", text: content }] };
  return {
    role,
    content: [
      ...(content === "" && toolCalls.length > 0 ? [] : [{ type: "text" as const, text: content }]),
      ...toolCalls.map(({ id, name, arguments: input }) => ({
        type: "tool-call" as const,
        toolCallId: id,
        toolName: name,
        input,
      })),
    ],
  };
}

type Checker = (text: string) => { value: Json } | { fault: string };

/**
 * What tells whether an answer is of the shape that was asked for; undefined where none was.
 * @throws SpellError `bad_request` for a schema that says nothing
 */
export function checkerOf(format: ChatRequest["format"]): Checker | undefined {
  if (format === undefined) return undefined;
  const shape = shapeOf(format.schema);
  return (text) => {
    let value: Json;
    try {
      value = parseJson(unfenced(text)) as Json;
    } catch {
      return { fault: "no JSON" };
    }
    const fault = shape.faultOf(value);
    return fault === undefined ? { value } : { fault };
  };
}

/** Some models put a fence around JSON even where they were asked for nothing else. */
const unfenced = (text: string): string => /^\s*```(?:json)?\s*\n(.*)\n\s*```\s*$/s.exec(text)?.[1] ?? text;

/** @throws SpellError `provider_error` for tools with broken arguments, and an answer of another shape */
export function withParts(
  to: ProviderRequest,
  result: CompletionResult,
  wanted: readonly WantedTool[],
  check: Checker | undefined,
): CompletionResult {
  const { host } = to.settings;
  const toolCalls = wanted.map(({ toolCallId, toolName, input }): ToolCall => {
    try {
      const given = input.trim() === "" ? {} : (parseJson(input) as Json);
      return { id: toolCallId, name: toolName, arguments: given };
    } catch {
      throw unusable(host, `wants the tool "${toolName}" with arguments that are no JSON.`);
    }
  });
  const parts = { ...result, ...(toolCalls.length === 0 ? {} : { toolCalls }) };
  // A model that wants a tool first has not answered yet.
  if (check === undefined || toolCalls.length > 0) return parts;
  const checked = check(result.text);
  if ("fault" in checked)
    throw unusable(host, `answered with something of another shape than was asked for (${checked.fault}).`);
  return { ...parts, object: checked.value };
}
