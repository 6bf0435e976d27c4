import * as z from "zod";
import { compileTemplate } from "../../engine/template/index.ts";
import type { NodeContext } from "../../engine/component.ts";
import { SpellError } from "../../protocol/errors.ts";
import type { CompletionRequest } from "../../protocol/services.ts";
import { completeText } from "./completion.ts";
import { defineComponent, flattened, output, trigger } from "../define.ts";

/** Editors kept numbers as text. */
const number = z.union([z.number(), z.string()]).nullish();

const data = z.object({
  fewshot: z.string().nullish(),
  stop: z.string().nullish(),
  model: z.string().nullish(),
  modelName: z.string().nullish(),
  maxTokens: number,
  max_tokens: number,
  temp: number,
  temperature: number,
  topP: number,
  top_p: number,
  frequencyPenalty: number,
  frequency_penalty: number,
  presence_penalty: number,
});
type Data = z.infer<typeof data>;

export const generator = defineComponent({
  name: "Generator",
  aliases: [],
  category: "AI/ML",
  help: "Fills the template with the inputs, has a language model go on with it, and gives the continuation as 'result' and both together as 'composed'.",
  inputs: [trigger()],
  outputs: [trigger(), output("result", "string"), output("composed", "string")],
  dynamicInputs: true,
  data,
  async execute(context, node) {
    const prompt = promptOf(context, node.fewshot ?? "");
    const completed = await completeText(context, requestOf(context, node, prompt));
    return {
      outputs: { result: completed.text, composed: prompt + completed.text },
      usage: completed.usage,
    };
  },
});

function promptOf(context: NodeContext, fewshot: string): string {
  // The first line end alone, as Thoth had it: spells were tuned on the prompts that this gave.
  return compileTemplate(fewshot.replace("\r\n", "\n")).render(flattened(context));
}

function requestOf(context: NodeContext, node: Data, prompt: string): CompletionRequest {
  const numberOf = (name: string, value: string | number | null | undefined): number | undefined => {
    if (value === undefined || value === null || value === "") return undefined;
    const parsed = typeof value === "string" ? Number.parseFloat(value) : value;
    if (Number.isNaN(parsed))
      throw new SpellError(
        "node_failed",
        `${context.label}: "${name}" must be a number, but is ${JSON.stringify(value)}.`,
      );
    return parsed;
  };
  const stop = stopOf(node.stop ?? "");
  const topP = numberOf("topP", node.topP ?? node.top_p);
  const presencePenalty = numberOf("presence_penalty", node.presence_penalty);
  return {
    model: node.model ?? node.modelName ?? "vanilla-jumbo",
    prompt,
    // A limit of no tokens is no limit that anyone sets.
    maxTokens: Math.trunc(numberOf("maxTokens", node.maxTokens ?? node.max_tokens) || 50),
    temperature: numberOf("temp", node.temp ?? node.temperature) ?? 0.7,
    frequencyPenalty: numberOf("frequencyPenalty", node.frequencyPenalty ?? node.frequency_penalty) ?? 0,
    ...(stop.length === 0 ? {} : { stop }),
    ...(topP === undefined ? {} : { topP }),
    ...(presencePenalty === undefined ? {} : { presencePenalty }),
  };
}

/** Parts between commas, trimmed; one that contains the two characters `\n` is a line end. */
function stopOf(text: string): string[] {
  if (text === "") return [];
  return text
    .split(",")
    .map((part) => (part.includes("\\n") ? "\n" : part.trim()))
    .filter((part) => part !== "");
}
