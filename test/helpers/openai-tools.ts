/** What the loopback server answers to chats with tools, or with a shape for the answer. */
import type { Scripted } from "./openai-server.ts";

interface Body {
  stream?: boolean;
  messages?: { role: string; content?: string }[];
  tools?: { function: { name: string } }[];
  tool_choice?: unknown;
  response_format?: { type: string };
}

const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };

/** Asks for the first tool with what was said last; says back what was said where a shape was asked for. Undefined for other chats. */
export function toolReply(given: unknown): Scripted {
  const {
    stream = false,
    messages = [],
    tools = [],
    tool_choice: choice,
    response_format: format,
  } = given as Body;
  const last = messages.at(-1);
  if (tools.length > 0 && choice !== "none" && last?.role === "user") {
    const input = last.content === "broken" ? "{cut" : JSON.stringify({ said: last.content });
    const call = {
      index: 0,
      id: "call-1",
      type: "function",
      function: { name: tools[0]?.function.name, arguments: input },
    };
    return reply({ role: "assistant", content: null, tool_calls: [call] }, "tool_calls", stream);
  }
  if (format?.type === "json_schema")
    return reply({ role: "assistant", content: last?.content }, "stop", stream);
  return undefined;
}

function reply(message: object, reason: string, isStream: boolean): Scripted {
  if (!isStream) {
    const choices = [{ index: 0, message, finish_reason: reason }];
    return {
      status: 200,
      body: JSON.stringify({ id: "1", object: "chat.completion", created: 0, model: "m", choices, usage }),
    };
  }
  const event = (delta: object, end: string | null) =>
    `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", created: 0, model: "m", choices: [{ index: 0, delta, finish_reason: end }] })}\n\n`;
  return {
    status: 200,
    headers: { "content-type": "text/event-stream" },
    body: `${event(message, null)}${event({}, reason)}data: [DONE]\n\n`,
  };
}
