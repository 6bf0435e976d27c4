/** Puts a chat together of what chat nodes have always had: a conversation, a directive, an input. */
import type { NodeContext } from "../../engine/component.ts";
import type { ChatRequest } from "../../protocol/services.ts";
import { isJsonObject, type Json } from "../../protocol/values.ts";
import { optionalText, parsedJson } from "../given.ts";
import { failed, shown, wrongKind } from "../inputs.ts";
import { SpellError } from "../../protocol/errors.ts";

export type Message = ChatRequest["messages"][number];

/**
 * The conversation's events, then the directive, then the input: the later a message, the more it weighs.
 * @throws SpellError `missing_input` where there is nothing to answer, `node_failed` for what is no conversation
 */
export function messagesOf(context: NodeContext): Message[] {
  const messages = conversationOf(context, context.value("conversation"));
  const directive = [optionalText(context, "system"), functionOf(context)].filter(
    (part) => part !== undefined && part !== "",
  );
  if (directive.length > 0) messages.push({ role: "system", content: directive.join("\n\n") });
  const input = optionalText(context, "input");
  if (input !== undefined && input !== "") messages.push({ role: "user", content: input });
  if (messages.length > 0) return messages;
  throw new SpellError(
    "missing_input",
    `${context.label} has nothing to answer: "input", "system" and "conversation" are empty.`,
  );
}

/** Of events: who is spoken to in an event is the agent, so an event whose sender is its observer was said by the agent. */
function conversationOf(context: NodeContext, value: Json | undefined): Message[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrongKind(context, "conversation", "a list of events", value);
  return value.map((event, i): Message => {
    const content = isJsonObject(event) ? event.content : undefined;
    if (!isJsonObject(event) || typeof content !== "string")
      throw failed(
        context,
        `event ${i + 1} of "conversation" must have a text "content", but is ${shown(event)}.`,
      );
    const isAgents = event.sender !== undefined && event.sender !== null && event.sender === event.observer;
    return { role: isAgents ? "assistant" : "user", content };
  });
}

/**
 * A function that the model may call, as OpenAI describes one in JSON. It is told in words, so that every model
 * understands it; the result is the arguments as JSON, as it was with theirs.
 */
function functionOf(context: NodeContext): string | undefined {
  const given = context.value("function");
  if (given === undefined || given === null || given === "") return undefined;
  const described = typeof given === "string" ? parsedJson(given) : given;
  if (!isJsonObject(described) || typeof described.name !== "string")
    throw wrongKind(context, "function", `a description of a function, such as {"name": …}`, given);
  return [
    `You can call the function "${described.name}", which is described by this JSON:`,
    JSON.stringify(described),
    "Where calling it serves the request, answer with nothing but one JSON object that holds its arguments.",
  ].join("\n");
}
