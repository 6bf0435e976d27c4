import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import { askService } from "../ask-service.ts";
import { defineComponent, input, output, trigger } from "../define.ts";
import { optionalText, setText, someText } from "../given.ts";

export const textToSpeech = defineComponent({
  name: "Text to Speech",
  aliases: [],
  category: "AI/Audio",
  status: "needs-service",
  help: "Speaks the text and gives the sound as a data: address. A text that begins with '/' is a command: it is passed on unspoken.",
  inputs: [
    trigger(),
    input("input", "string"),
    input("string", "string"),
    input("voiceProvider", "string"),
    input("character", "string"),
    input("languageCode", "string"),
  ],
  // `output` and `Voice` are the names of 2022.
  outputs: [
    trigger(),
    output("result", "audio"),
    output("output", "audio"),
    output("Voice", "audio"),
    output("error", "string"),
  ],
  data: z.object({ model: z.string().nullish(), voice_id: z.string().nullish() }),
  async execute(context, { model, voice_id: voiceId }) {
    const isEarly = context.connected.includes("string") && !context.connected.includes("input");
    const text = someText(context, isEarly ? "string" : "input");
    if (text.startsWith("/")) return told(text);
    const request = {
      text,
      ...named("model", setText(model) ?? setText(optionalText(context, "voiceProvider"))),
      ...named("voice", setText(voiceId) ?? setText(optionalText(context, "character"))),
      ...named("language", setText(optionalText(context, "languageCode"))),
    };
    return told(await spoken(context, request));
  },
});

const told = (sound: string) => ({ outputs: { result: sound, output: sound, Voice: sound } });

const named = <Name extends string>(name: Name, value: string | undefined): { [K in Name]?: string } =>
  value === undefined ? {} : ({ [name]: value } as { [K in Name]: string });

async function spoken(context: NodeContext, request: { text: string }): Promise<string> {
  const { mimeType, audio } = await askService(context, "speech", (speech, call) =>
    speech.speak(call, request),
  );
  return `data:${mimeType};base64,${audio}`;
}
