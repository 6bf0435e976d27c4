/** Has a model answer with JSON of a given type. */
import * as z from "zod";
import type { NodeContext, NodeOutcome } from "../../engine/component.ts";
import { SpellError } from "../../protocol/errors.ts";
import type { Usage } from "../../protocol/runs.ts";
import type { Json } from "../../protocol/values.ts";
import { bounded } from "../bounds.ts";
import { defineComponent, input, output, trigger } from "../define.ts";
import { optionalText, setText } from "../given.ts";
import { neededText, shown } from "../inputs.ts";
import type { Message } from "./chat.ts";
import { completeText } from "./completion.ts";
import { faultOf, jsonIn } from "./json-answer.ts";
import { samplingData, samplingOf } from "./sampling.ts";

const data = z.object({ model: z.string().nullish(), customModel: z.string().nullish(), ...samplingData });

/**
 * Asks once, and once more with the fault pointed out where the answer is no JSON.
 * @throws SpellError `provider_error` when the second answer is none either
 */
async function structured(context: NodeContext, directive: string): Promise<NodeOutcome> {
  const request = {
    model: setText(context.data.customModel) ?? setText(context.data.model),
    temperature: 0,
    ...samplingOf(context, context.data),
  };
  const messages: Message[] = [
    { role: "system", content: directive },
    { role: "user", content: neededText(context, "input") },
  ];
  const first = await completeText(context, { ...request, messages });
  const fault = faultOf(first.text);
  if (fault === undefined) return outcome(context, first.text, first.usage);
  const second = await completeText(context, {
    ...request,
    messages: [
      ...messages,
      { role: "assistant", content: first.text },
      { role: "user", content: `Your answer cannot be used. ${fault} Answer again, with the JSON alone.` },
    ],
  });
  const usage = added(first.usage, second.usage);
  const lasting = faultOf(second.text);
  if (lasting === undefined) return outcome(context, second.text, usage);
  throw new SpellError(
    "provider_error",
    `${context.label}: the model gave no JSON in two answers. ${lasting} It said ${shown(second.text)}. Try another model or a simpler type.`,
    { retryable: true },
  );
}

const outcome = (context: NodeContext, answer: string, usage: Usage): NodeOutcome => ({
  outputs: { result: bounded(context, jsonIn(answer) as Json) },
  usage,
});

const added = (a: Usage, b: Usage): Usage => ({
  inputTokens: (a.inputTokens ?? 0) + (b.inputTokens ?? 0),
  outputTokens: (a.outputTokens ?? 0) + (b.outputTokens ?? 0),
  calls: (a.calls ?? 1) + (b.calls ?? 1),
});

export const typeChat = defineComponent({
  name: "TypeChat",
  aliases: [],
  category: "AI/ML",
  status: "needs-service",
  help: "Has a chat model turn the input into a JSON value of a TypeScript type: 'schema' holds the type declarations, 'responseType' names the one to answer with.",
  inputs: [
    trigger(),
    input("input", "string", { required: true }),
    input("schema", "string", { required: true }),
    input("responseType", "string"),
  ],
  outputs: [trigger(), output("result", "object"), output("error", "string")],
  data,
  execute(context) {
    const name = optionalText(context, "responseType") ?? "";
    return structured(
      context,
      [
        name.trim() === ""
          ? "Turn what the user says into one JSON value of the type that these TypeScript declarations describe:"
          : `Turn what the user says into one JSON value of the type "${name.trim()}", by these TypeScript declarations:`,
        neededText(context, "schema"),
        "Leave out properties whose value would be undefined. Answer with the JSON alone.",
      ].join("\n"),
    );
  },
});

export const generateJson = defineComponent({
  name: "Generate Json",
  aliases: [],
  category: "AI/ML",
  status: "needs-service",
  help: "Has a chat model answer the input with a JSON value. 'schema', a JSON Schema or type declarations, says of what shape (2023-07; 'TypeChat' took its place).",
  inputs: [trigger(), input("input", "string", { required: true }), input("schema", "any")],
  outputs: [trigger(), output("result", "object"), output("error", "string")],
  data,
  execute(context) {
    const schema = context.value("schema");
    const shape = typeof schema === "string" ? schema : JSON.stringify(schema ?? "");
    return structured(
      context,
      schema === undefined || schema === null || schema === ""
        ? "Answer what the user says with one JSON object, and nothing beside it."
        : `Answer what the user says with one JSON value of this shape, and nothing beside it:\n${shape}`,
    );
  },
});
