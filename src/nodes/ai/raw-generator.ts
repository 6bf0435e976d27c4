import * as z from "zod";
import { compileTemplate } from "../../engine/template/index.ts";
import { defineComponent, flattened, output, trigger } from "../define.ts";
import { countSetting } from "../given.ts";
import { failed } from "../inputs.ts";
import { storedNumber } from "../schemas.ts";
import { completeText } from "./completion.ts";
import { samplingOf, stopsOf } from "./sampling.ts";

/** Each is a request of its own. */
const maxCompletions = 16;

export const rawGenerator = defineComponent({
  name: "RawGenerator",
  aliases: [],
  category: "AI/ML",
  status: "needs-service",
  help: "Fills the template with the inputs and gives all that the model answered as an object: its choices with their texts and why they ended, the model, the tokens used. 'n' asks for several.",
  inputs: [trigger()],
  outputs: [trigger(), output("response", "object")],
  dynamicInputs: true,
  data: z.object({
    fewshot: z.string().nullish(),
    stop: z.string().nullish(),
    temp: storedNumber,
    maxTokens: storedNumber,
    n: storedNumber,
  }),
  async execute(context, node) {
    const prompt = compileTemplate(node.fewshot ?? "").render(flattened(context));
    const count = countSetting(context, "n", node.n, 1);
    if (count < 1 || count > maxCompletions)
      throw failed(context, `"n" must be between 1 and ${maxCompletions}, but is ${count}.`);
    const { maxTokens = 50 } = samplingOf(context, { maxTokens: node.maxTokens ?? null });
    const { temperature = 0.7 } = samplingOf(context, { temperature: node.temp ?? null });
    const stop = stopsOf(context, node.stop);
    const request = { prompt, maxTokens, temperature, ...(stop.length === 0 ? {} : { stop }) };
    const answers = await Promise.all(Array.from({ length: count }, () => completeText(context, request)));
    const sum = (field: "inputTokens" | "outputTokens"): number =>
      answers.reduce((total, { usage }) => total + (usage[field] ?? 0), 0);
    const usage = { inputTokens: sum("inputTokens"), outputTokens: sum("outputTokens"), calls: count };
    const choices = answers.map(({ text, finishReason }, index) => ({
      text,
      index,
      finish_reason: finishReason,
    }));
    const response = {
      model: answers[0]?.model ?? "",
      choices,
      usage: {
        prompt_tokens: usage.inputTokens,
        completion_tokens: usage.outputTokens,
        total_tokens: usage.inputTokens + usage.outputTokens,
      },
    };
    return { outputs: { response }, usage };
  },
});
