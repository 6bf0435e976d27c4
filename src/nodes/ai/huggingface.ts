/** Any model of Hugging Face: a request by template, or the input as it is. */
import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import { compileTemplate } from "../../engine/template/index.ts";
import { isJsonObject, type Json, type JsonObject } from "../../protocol/values.ts";
import { askService } from "../ask-service.ts";
import { defineComponent, flattened, input, needed, output, trigger } from "../define.ts";
import { optionalText, parsedJson, setText } from "../given.ts";
import { failed } from "../inputs.ts";

/** @throws SpellError `not_configured`, `provider_error` */
export const infer = (
  context: NodeContext,
  model: string,
  inputs: Json,
  parameters?: JsonObject,
): Promise<Json> =>
  askService(context, "huggingface", (huggingface, call) =>
    parameters === undefined
      ? huggingface.infer(call, model, inputs)
      : huggingface.infer(call, model, inputs, parameters),
  );

export const huggingface = defineComponent({
  name: "Huggingface",
  aliases: [],
  category: "AI/ML",
  status: "needs-service",
  help: "Fills the request's template with the inputs and sends it to a model of Hugging Face. A request that is JSON with 'inputs' and 'parameters' is sent as that, any other as the inputs. 'error' fires when the model fails.",
  inputs: [trigger()],
  outputs: [trigger(), output("result", "any"), trigger("error")],
  dynamicInputs: true,
  data: z.object({
    model: z.string().nullish(),
    modelName: z.string().nullish(),
    request: z.string().nullish(),
  }),
  async execute(context, { model, modelName, request }) {
    const rendered = compileTemplate(request ?? "").render(flattened(context));
    const body = parsedJson(rendered);
    const name = setText(model) ?? setText(modelName) ?? "roberta-large-mnli";
    const result =
      isJsonObject(body) && body.inputs !== undefined
        ? await infer(context, name, body.inputs, isJsonObject(body.parameters) ? body.parameters : undefined)
        : await infer(context, name, rendered);
    return { outputs: { result } };
  },
});

export const huggingFace = defineComponent({
  name: "Hugging Face",
  aliases: [],
  category: "AI/ML",
  status: "needs-service",
  help: "Sends the input to the chosen model of Hugging Face and gives its answer.",
  inputs: [trigger(), input("input", "any", { required: true })],
  outputs: [trigger(), output("result", "any"), output("error", "string")],
  data: z.object({ model: z.string().nullish(), taskType: z.string().nullish() }),
  async execute(context, { model }) {
    const name = setText(model);
    if (name === undefined) throw failed(context, `choose a model: "model" is empty.`);
    return { outputs: { result: await infer(context, name, needed(context, "input")) } };
  },
});

export const summarizeFacts = defineComponent({
  name: "Summarize Facts",
  aliases: [],
  category: "AI/ML",
  status: "needs-service",
  help: "Sums up the facts of the node and of the input in a few sentences, by a model of Hugging Face made for it.",
  inputs: [trigger(), input("string", "string")],
  outputs: [trigger(), output("output", "string")],
  data: z.object({ fewshot: z.string().nullish() }),
  async execute(context, { fewshot }) {
    const facts = [setText(fewshot), setText(optionalText(context, "string"))].filter(
      (part) => part !== undefined,
    );
    if (facts.length === 0)
      throw failed(context, `there are no facts: "string" and the node's own are empty.`);
    const answer = await infer(context, "toloka/t5-large-for-text-aggregation", facts.join("\n"));
    return { outputs: { output: writtenIn(answer) } };
  },
});

/** The text of an answer such as `[{ summary_text }]`; JSON of any other. */
export function writtenIn(answer: Json): string {
  const first = Array.isArray(answer) ? (answer[0] ?? "") : answer;
  if (typeof first === "string") return first;
  if (isJsonObject(first))
    for (const key of ["summary_text", "generated_text", "translation_text"])
      if (typeof first[key] === "string") return first[key];
  return JSON.stringify(answer);
}

export const namedEntityRecognition = defineComponent({
  name: "Named Entity Recognition",
  aliases: [],
  category: "AI/ML",
  status: "needs-service",
  help: "Says what the first name in the text stands for: 'Alive Object' (a person), 'Location', or 'Not Alive Object' where there is no name.",
  inputs: [trigger(), input("string", "string", { required: true })],
  outputs: [trigger(), output("output", "string")],
  data: z.object({}),
  async execute(context) {
    const text = optionalText(context, "string") ?? "";
    const answer = await infer(context, "dslim/bert-large-NER", text);
    const first = Array.isArray(answer) ? answer[0] : undefined;
    if (!isJsonObject(first)) return { outputs: { output: "Not Alive Object" } };
    return { outputs: { output: first.entity_group === "PER" ? "Alive Object" : "Location" } };
  },
});
