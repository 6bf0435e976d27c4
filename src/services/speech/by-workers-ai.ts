/** Speech by models of Workers AI: MeloTTS or Aura speak, Whisper listens. */
import * as z from "zod";
import { Buffer } from "node:buffer";
import { SpellError } from "../../protocol/errors.ts";
import type { Spoken, Transcribed } from "../../protocol/services.ts";
import type { CallScope } from "../provider/call-scope.ts";
import { askWorkersAi, type WorkersAi } from "../provider/workers-ai.ts";

export const speechModels = {
  speak: "@cf/myshell-ai/melotts",
  transcribe: "@cf/openai/whisper-large-v3-turbo",
};

const spoken = z.object({ audio: z.string().min(1) });
const heard = z.object({
  text: z.string(),
  transcription_info: z.object({ language: z.string().optional() }).nullish(),
});

/** https://developers.cloudflare.com/workers-ai/models/melotts/, /aura-1/ */
export async function speakByWorkersAi(
  ai: WorkersAi,
  {
    text,
    model = speechModels.speak,
    voice,
  }: { text: string; model: string | undefined; voice: string | undefined },
  scope: CallScope,
): Promise<Spoken> {
  const isMelo = model.includes("melotts");
  const inputs = isMelo
    ? { prompt: text, ...(voice === undefined ? {} : { lang: voice }) }
    : { text, ...(voice === undefined ? {} : { speaker: voice }) };
  const answer = await askWorkersAi(ai, model, inputs, scope);
  const parsed = spoken.safeParse(answer);
  if (parsed.success) return { mimeType: "audio/mpeg", audio: parsed.data.audio };
  if (answer instanceof ReadableStream) {
    const bytes = await new Response(answer).arrayBuffer();
    return { mimeType: "audio/mpeg", audio: Buffer.from(bytes).toString("base64") };
  }
  throw new SpellError("provider_error", "speech: Workers AI answered with something that is no sound.");
}

/** https://developers.cloudflare.com/workers-ai/models/whisper-large-v3-turbo/ */
export async function transcribeByWorkersAi(
  ai: WorkersAi,
  {
    audio,
    model = speechModels.transcribe,
    language,
  }: { audio: string; model: string | undefined; language: string | undefined },
  scope: CallScope,
): Promise<Transcribed> {
  const inputs = {
    audio,
    ...(language === undefined ? {} : { language: language.split("-")[0] ?? language }),
  };
  const parsed = heard.safeParse(await askWorkersAi(ai, model, inputs, scope));
  if (!parsed.success) throw new SpellError("provider_error", "speech: Workers AI's answer has no text.");
  const { text, transcription_info: info } = parsed.data;
  return { text, ...(info?.language === undefined ? {} : { language: info.language }) };
}
