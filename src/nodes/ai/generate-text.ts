import * as z from "zod";
import { defineComponent, input, output, trigger } from "../define.ts";
import { neededText } from "../inputs.ts";
import { setText } from "../given.ts";
import { messagesOf } from "./chat.ts";
import { completeText } from "./completion.ts";
import { samplingData, samplingOf } from "./sampling.ts";

/** Models that go on with a text. Every other answers a chat. */
const continues =
  /^(text-|code-|davinci|curie|babbage|ada(-|$)|vanilla-|j1-|gpt-(2|j|neo)|.*-instruct(-|$))/i;

export const generateText = defineComponent({
  name: "Generate Text",
  aliases: [],
  category: "AI/ML",
  status: "needs-service",
  help: "Has a language model answer. A chat model gets the conversation's events (those of the agent as its own words), the directive and the input; an older text model goes on with the input.",
  inputs: [
    trigger(),
    input("input", "string"),
    input("system", "string"),
    input("conversation", "array"),
    input("function", "string"),
  ],
  outputs: [trigger(), output("result", "string"), output("error", "string")],
  data: z.object({
    model: z.string().nullish(),
    /** A model of the author's own, asked in the way of `model`. */
    customModel: z.string().nullish(),
    ...samplingData,
  }),
  async execute(context, data) {
    const model = setText(data.model);
    const asked = { model: setText(data.customModel) ?? model };
    const sampling = { temperature: 0, ...samplingOf(context, context.data) };
    const isChat =
      model === undefined ||
      !continues.test(model) ||
      chatOnly.some((socket) => hasValue(context.value(socket)));
    const completed = await completeText(
      context,
      isChat
        ? { ...asked, ...sampling, messages: messagesOf(context) }
        : { ...asked, maxTokens: 100, ...sampling, prompt: neededText(context, "input") },
    );
    return { outputs: { result: completed.text }, usage: completed.usage };
  },
});

const chatOnly = ["system", "conversation", "function"];
const hasValue = (value: unknown): boolean => value !== undefined && value !== null && value !== "";

export const chatCompletion = defineComponent({
  name: "Chat Completion",
  aliases: [],
  category: "AI/ML",
  status: "needs-service",
  help: "Has a chat model answer the input after a directive and a conversation of events (2023-03; 'Generate Text' took its place).",
  inputs: [
    trigger(),
    input("system", "string"),
    input("conversation", "array"),
    input("input", "string", { required: true }),
  ],
  outputs: [trigger(), output("result", "string"), output("error", "string")],
  data: z.object({ model: z.string().nullish() }),
  async execute(context, { model }) {
    neededText(context, "input");
    const messages = messagesOf(context);
    const completed = await completeText(context, { model: setText(model) ?? "gpt-3.5-turbo", messages });
    return { outputs: { result: completed.text }, usage: completed.usage };
  },
});
