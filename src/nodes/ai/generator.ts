import * as z from "zod";
import { compileTemplate } from "../../engine/template/index.ts";
import type { NodeContext } from "../../engine/component.ts";
import type { CompletionRequest } from "../../protocol/services.ts";
import { completeText } from "./completion.ts";
import { defineComponent, flattened, output, trigger } from "../define.ts";
import { numberSetting } from "../given.ts";
import { storedNumber } from "../schemas.ts";

const data = z.object({
  fewshot: z.string().nullish(),
  stop: z.string().nullish(),
  model: z.string().nullish(),
  modelName: z.string().nullish(),
  maxTokens: storedNumber,
  max_tokens: storedNumber,
  temp: storedNumber,
  temperature: storedNumber,
  topP: storedNumber,
  top_p: storedNumber,
  frequencyPenalty: storedNumber,
  frequency_penalty: storedNumber,
  presence_penalty: storedNumber,
});
type Data = z.infer<typeof data>;

export const generator = defineComponent({
  name: "Generator",
  aliases: [],
  category: "AI/ML",
  status: "needs-service",
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
  const numberOf = (name: string, value: string | number | null | undefined): number | undefined =>
    numberSetting(context, name, value ?? undefined);
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
