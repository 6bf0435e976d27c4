import * as z from "zod";
import { compileTemplate } from "../../engine/template/index.ts";
import { defineComponent, flattened, output, trigger } from "../define.ts";
import { storedText, textIn } from "../schemas.ts";

export const textTemplate = defineComponent({
  name: "Text Template",
  aliases: ["Prompt Template"],
  category: "Data/Text",
  help: "Fills a Handlebars template with the inputs: {{name}} stands for the input of that name.",
  inputs: [trigger()],
  outputs: [trigger(), output("prompt", "string")],
  dynamicInputs: true,
  data: z.object({ fewshot: storedText }),
  execute: (context, { fewshot }) => ({
    // The first line end alone, as prompts have it (see Generator).
    outputs: { prompt: compileTemplate(textIn(fewshot).replace("\r\n", "\n")).render(flattened(context)) },
  }),
});
