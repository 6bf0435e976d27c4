import * as z from "zod";
import { askService } from "../ask-service.ts";
import { defineComponent, input, output, trigger } from "../define.ts";
import { setText, someText } from "../given.ts";

export const speechToText = defineComponent({
  name: "Speech To Text",
  aliases: [],
  category: "AI/Audio",
  status: "needs-service",
  help: "Writes down what is said in the sound, given as base64, a data: address or an http address.",
  inputs: [input("audio", "audio", { required: true }), trigger()],
  outputs: [trigger(), output("output", "string")],
  data: z.object({ model: z.string().nullish() }),
  async execute(context, data) {
    const audio = someText(context, "audio");
    const model = setText(data.model);
    const { text } = await askService(context, "speech", (speech, call) =>
      speech.transcribe(call, { audio, ...(model === undefined ? {} : { model }) }),
    );
    return { outputs: { output: text } };
  },
});
