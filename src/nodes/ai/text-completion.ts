/** The completions of 2022 and early 2023: a prompt by wire, settings in the node or by wire. */
import * as z from "zod";
import type { NodeContext, NodeOutcome } from "../../engine/component.ts";
import { joined } from "../bounds.ts";
import { defineComponent, flattened, input, output, trigger } from "../define.ts";
import { optionalObject, optionalText, setText } from "../given.ts";
import { neededText, textFrom } from "../inputs.ts";
import { completeText } from "./completion.ts";
import { samplingData, samplingOf } from "./sampling.ts";

const data = z.object({ modelName: z.string().nullish(), ...samplingData });

async function completed(context: NodeContext, prompt: string, stops: string[] = []): Promise<NodeOutcome> {
  const settings = optionalObject(context, "settings");
  const { stop = [], ...sampling } = samplingOf(context, context.data, settings);
  const allStops = [...stop, ...stops];
  const answer = await completeText(context, {
    model: setText(settings?.modelName) ?? setText(context.data.modelName) ?? "text-davinci-002",
    prompt,
    ...sampling,
    ...(allStops.length === 0 ? {} : { stop: allStops }),
  });
  return { outputs: { output: answer.text }, usage: answer.usage };
}

export const textCompletion = defineComponent({
  name: "Text Completion",
  aliases: ["Agent Text Completion"],
  category: "AI/ML",
  status: "needs-service",
  help: "Has a language model go on with the text. Settings given by wire stand above those of the node.",
  inputs: [trigger(), input("string", "string", { required: true }), input("settings", "object")],
  outputs: [trigger(), output("output", "string")],
  data,
  execute: (context) => completed(context, neededText(context, "string")),
});

const ownSockets = new Set(["agent", "speaker", "settings", "Chat", "Static Chat"]);

export const customTextCompletion = defineComponent({
  name: "Custom Text Completion",
  aliases: [],
  category: "AI/ML",
  status: "needs-service",
  help: "Writes a prompt of its own inputs ('Facts' under a heading), of 'Static Chat' and 'Chat', and has a language model say what the agent says next to the speaker.",
  inputs: [
    trigger(),
    input("agent", "string", { required: true }),
    input("speaker", "string", { required: true }),
    input("settings", "object"),
  ],
  outputs: [trigger(), output("output", "string")],
  dynamicInputs: true,
  data,
  execute(context) {
    const agent = neededText(context, "agent");
    const speaker = neededText(context, "speaker");
    const lines: string[] = [];
    for (const [socket, value] of Object.entries(flattened(context))) {
      if (ownSockets.has(socket) || value === null) continue;
      if (socket === "Facts") lines.push(`Facts about ${agent}:`);
      lines.push(textFrom(context, socket, value));
    }
    lines.push(`A conversation of ${agent} with ${speaker}:`);
    for (const socket of ["Static Chat", "Chat"]) {
      const text = optionalText(context, socket);
      if (text !== undefined && text !== "") lines.push(text);
    }
    return completed(context, joined(context, [...lines, `${agent}:`], "\n"), ["\n\n"]);
  },
});
