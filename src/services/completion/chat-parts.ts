/** What a chat has beside its text: tools that the model wants, their answers, and JSON of a shape that was asked for. */
import * as z from "zod";
import type { OpenAICompatibleProvider } from "@ai-sdk/openai-compatible";
import { SpellError } from "../../protocol/errors.ts";
import type { ChatMessage, ChatRequest, CompletionResult, ToolCall } from "../../protocol/services.ts";
import type { Json } from "../../protocol/values.ts";
import { unusable } from "./failures.ts";
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
  let schema: z.ZodType;
  try {
    schema = z.fromJSONSchema(format.schema);
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 200) : "";
    throw new SpellError("bad_request", `completion: request.format.schema is no JSON Schema: ${why}`, {
      errors: [{ path: "request.format.schema", message: why }],
    });
  }
  return (text) => {
    let value: unknown;
    try {
      value = JSON.parse(unfenced(text));
    } catch {
      return { fault: "no JSON" };
    }
    const parsed = schema.safeParse(value);
    if (parsed.success) return { value: value as Json };
    const [issue] = parsed.error.issues;
    return { fault: `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "another shape"}` };
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
      const given = input.trim() === "" ? {} : (JSON.parse(input) as Json);
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
