/** The speech service: text to sound and back, by a provider that speaks OpenAI's audio protocol or Workers AI; and how long things took. */
import { Buffer } from "node:buffer";
import { WorkerEntrypoint } from "cloudflare:workers";
import * as z from "zod";
import type { Env } from "../../env.ts";
import { parseArgument } from "../../platform/parse-argument.ts";
import { SpellError } from "../../protocol/errors.ts";
import {
  serviceCall,
  type ServiceCall,
  speakRequest,
  type SpeakRequest,
  type SpeechService,
  type Spoken,
  timingsRequest,
  type TimingsRequest,
  type TimingsResult,
  transcribeRequest,
  type TranscribeRequest,
  type Transcribed,
} from "../../protocol/services.ts";
import { managerOf } from "../base/manager.ts";
import { askProvider, base64Of, jsonOf } from "../provider/ask-provider.ts";
import { boundedStream } from "../provider/bounded-body.ts";
import { withOwnKeys } from "../provider/own-keys.ts";
import { type CallScope, withinCall } from "../provider/call-scope.ts";
import { openAiQuestion, openAiSettingsOf } from "../provider/openai.ts";
import { workersAiFor } from "../provider/workers-ai.ts";
import { speakByWorkersAi, transcribeByWorkersAi } from "./by-workers-ai.ts";
import { checkedAddress, guardSettingsOf } from "../provider/address-guard.ts";
import { fetchOutside } from "../provider/outside-fetch.ts";

const maxAudioBytes = 20 * 1024 * 1024;
const mimeTypes = { mp3: "audio/mpeg", wav: "audio/wav", opus: "audio/ogg", flac: "audio/flac" } as const;
const transcription = z.object({ text: z.string(), language: z.string().optional() });

export class SpeechEntrypoint extends WorkerEntrypoint<Env> implements SpeechService {
  async speak(call: ServiceCall, request: SpeakRequest): Promise<Spoken> {
    const checked = parseArgument("speech", "call", serviceCall, call);
    const asked = parseArgument("speech", "request", speakRequest, request);
    const { text, model, voice, format = "mp3" } = asked;
    const env = await withOwnKeys(this.env, checked.userId);
    const ai = workersAiFor(env, model);
    if (ai !== undefined) return withinCall(checked, async (scope) => speakByWorkersAi(ai, asked, scope));
    const settings = openAiSettingsOf(env, "speech");
    return withinCall(checked, async (scope) => {
      const { type, bytes } = await askProvider({
        ...openAiQuestion(settings, "/audio/speech"),
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          model: model ?? "gpt-4o-mini-tts",
          voice: voice ?? "alloy",
          input: text,
          response_format: format,
        }),
        scope,
        idempotencyKey: checked.idempotencyKey,
        maxBytes: maxAudioBytes,
      });
      if (!type.startsWith("audio/") && type !== "application/octet-stream")
        throw new SpellError(
          "provider_error",
          `speech: the provider answered with ${type || "something"}, no sound.`,
        );
      return { mimeType: type.startsWith("audio/") ? type : mimeTypes[format], audio: base64Of(bytes) };
    });
  }

  async transcribe(call: ServiceCall, request: TranscribeRequest): Promise<Transcribed> {
    const checked = parseArgument("speech", "call", serviceCall, call);
    const asked = parseArgument("speech", "request", transcribeRequest, request);
    const env = await withOwnKeys(this.env, checked.userId);
    const ai = workersAiFor(env, asked.model);
    if (ai !== undefined)
      return withinCall(checked, async (scope) =>
        transcribeByWorkersAi(ai, await this.#audioOf(asked, scope), asked, scope),
      );
    const settings = openAiSettingsOf(env, "speech");
    return withinCall(checked, async (scope) => {
      const { type, bytes } = await this.#audioOf(asked, scope);
      const form = new FormData();
      form.set("file", new File([bytes], `audio.${extensionOf(type)}`, { type }));
      form.set("model", asked.model ?? "gpt-4o-mini-transcribe");
      if (asked.language !== undefined) form.set("language", asked.language.split("-")[0] ?? asked.language);
      const question = openAiQuestion(settings, "/audio/transcriptions");
      const answer = await askProvider({
        ...question,
        body: form,
        scope,
        idempotencyKey: checked.idempotencyKey,
      });
      const parsed = transcription.safeParse(jsonOf(answer, new URL(question.url).host));
      if (parsed.success) return parsed.data;
      throw new SpellError("provider_error", "speech: the provider's answer has no text.");
    });
  }

  async timings(call: ServiceCall, request: TimingsRequest = {}): Promise<TimingsResult> {
    const { userId } = parseArgument("speech", "call", serviceCall, call);
    const asked = parseArgument("speech", "request", timingsRequest, request);
    const manager = managerOf(this.env, userId);
    if (manager === undefined)
      throw new SpellError(
        "not_configured",
        "speech: times are kept by the runners, and SPELL_MANAGER is not bound.",
      );
    return JSON.parse((await manager.timings(asked)).json) as TimingsResult;
  }

  /** Of base64, a `data:` address, or an address outside, which is fetched. */
  async #audioOf(
    { audio, mimeType }: TranscribeRequest,
    scope: CallScope,
  ): Promise<{ type: string; bytes: Uint8Array<ArrayBuffer> }> {
    if (/^https?:/i.test(audio)) return this.#fetched(audio, mimeType, scope);
    const [, stated, data = audio] = /^data:([^;,]*)(?:;[^,]*)?;base64,(.*)$/s.exec(audio) ?? [];
    if (!/^[A-Za-z0-9+/_=\s-]*$/.test(data))
      throw new SpellError("bad_request", "speech: the sound is no base64, data: or http(s) address.", {
        errors: [{ path: "request.audio", message: "not base64" }],
      });
    const bytes = Uint8Array.from(Buffer.from(data, "base64"));
    return { type: mimeType ?? (stated === undefined || stated === "" ? "audio/wav" : stated), bytes };
  }

  async #fetched(
    address: string,
    mimeType: string | undefined,
    { signal }: CallScope,
  ): Promise<{ type: string; bytes: Uint8Array<ArrayBuffer> }> {
    const settings = guardSettingsOf(this.env);
    const url = checkedAddress(address, settings, "speech");
    const unfetched = new SpellError(
      "provider_error",
      `speech: the sound at ${url.host} could not be fetched.`,
    );
    try {
      const request = { method: "GET", headers: new Headers(), body: null, signal };
      const response = await fetchOutside(url, request, settings, "speech");
      if (!response.ok) throw unfetched;
      const body = boundedStream(response.body, url.host, maxAudioBytes);
      const bytes = new Uint8Array(await new Response(body).arrayBuffer());
      return { type: mimeType ?? response.headers.get("content-type") ?? "audio/wav", bytes };
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof SpellError ? error : unfetched;
    }
  }
}

/** Providers go by the name of the file. */
function extensionOf(type: string): string {
  const known: Record<string, string> = {
    mpeg: "mp3",
    "x-wav": "wav",
    wave: "wav",
    "x-m4a": "m4a",
    "x-flac": "flac",
  };
  const name = /^audio\/([\w-]+)/.exec(type)?.[1] ?? "wav";
  return known[name] ?? name;
}
