/** Speech by models of Workers AI: MeloTTS or Aura speak, Whisper or Nova listen. */
import * as z from "zod";
import { SpellError } from "../../protocol/errors.ts";
import type { SpeakRequest, Spoken, Transcribed, TranscribeRequest } from "../../protocol/services.ts";
import { base64Of } from "../provider/ask-provider.ts";
import type { CallScope } from "../provider/call-scope.ts";
import { mediaOf, numbersOf } from "../provider/workers-ai-media.ts";
import { askWorkersAi, type WorkersAi } from "../provider/workers-ai.ts";

export const speechModels = {
  speak: "@cf/myshell-ai/melotts",
  transcribe: "@cf/openai/whisper-large-v3-turbo",
};

const maxAudioBytes = 20 * 1024 * 1024;

/** What Aura is told of a format: https://developers.cloudflare.com/workers-ai/models/aura-1/ */
const encodings = {
  mp3: { encoding: "mp3" },
  wav: { encoding: "linear16", container: "wav" },
  opus: { encoding: "opus", container: "ogg" },
  flac: { encoding: "flac" },
} as const;
/** MeloTTS has names of its own for two languages. */
const meloLanguages: Readonly<Record<string, string>> = { ja: "jp", ko: "kr" };

const primary = (language: string): string => language.split("-")[0] ?? language;

function speechInputs(
  { text, voice, language, format = "mp3" }: SpeakRequest,
  model: string,
): Record<string, unknown> {
  if (model.includes("melotts")) {
    const lang = voice ?? (language === undefined ? undefined : primary(language));
    return { prompt: text, ...(lang === undefined ? {} : { lang: meloLanguages[lang] ?? lang }) };
  }
  return { text, ...(voice === undefined ? {} : { speaker: voice }), ...encodings[format] };
}

/** In the format that was asked for where the model has a choice; `mimeType` is what came. */
export async function speakByWorkersAi(
  ai: WorkersAi,
  request: SpeakRequest,
  scope: CallScope,
): Promise<Spoken> {
  const { model = speechModels.speak } = request;
  const answer = await askWorkersAi(ai, model, speechInputs(request, model), scope);
  const sound = await mediaOf(answer, {
    field: "audio",
    type: "audio/mpeg",
    maxBytes: maxAudioBytes,
    scope,
  });
  if (sound !== undefined) return { mimeType: sound.type, audio: sound.base64 };
  throw new SpellError("provider_error", "speech: Workers AI answered with something that is no sound.");
}

const heard = z.object({
  text: z.string(),
  transcription_info: z.object({ language: z.string().optional() }).nullish(),
});
const heardByNova = z.object({
  results: z.object({
    channels: z
      .array(
        z.object({
          detected_language: z.string().optional(),
          alternatives: z.array(z.object({ transcript: z.string() })).min(1),
        }),
      )
      .min(1),
  }),
});

/** Each family takes the sound in its own way. */
function soundInputs(
  { type, bytes }: Sound,
  language: string | undefined,
  model: string,
): Record<string, unknown> {
  if (model.includes("/nova"))
    return {
      audio: { body: new Blob([bytes]).stream(), contentType: type },
      ...(language === undefined ? { detect_language: true } : { language }),
    };
  // https://developers.cloudflare.com/workers-ai/models/whisper/, without a language and without base64.
  if (!model.includes("whisper-large")) return { audio: numbersOf(bytes, "speech", model) };
  return { audio: base64Of(bytes), ...(language === undefined ? {} : { language: primary(language) }) };
}

export interface Sound {
  type: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** @throws SpellError `too_large` for models that take less, a provider's failures */
export async function transcribeByWorkersAi(
  ai: WorkersAi,
  sound: Sound,
  { model = speechModels.transcribe, language }: Pick<TranscribeRequest, "model" | "language">,
  scope: CallScope,
): Promise<Transcribed> {
  // A stream is read once: each attempt gets its own.
  const answer = await askWorkersAi(ai, model, () => soundInputs(sound, language, model), scope);
  const whisper = heard.safeParse(answer).data;
  if (whisper !== undefined) return transcribed(whisper.text, whisper.transcription_info?.language);
  const channel = heardByNova.safeParse(answer).data?.results.channels[0];
  const best = channel?.alternatives[0];
  if (best !== undefined) return transcribed(best.transcript, channel?.detected_language);
  throw new SpellError("provider_error", "speech: Workers AI's answer has no text.");
}

const transcribed = (text: string, language: string | undefined): Transcribed => ({
  text,
  ...(language === undefined ? {} : { language }),
});
