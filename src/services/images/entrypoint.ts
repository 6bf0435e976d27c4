/** The images service: pictures from words, words from pictures, by a provider that speaks OpenAI's protocol. */
import { WorkerEntrypoint } from "cloudflare:workers";
import * as z from "zod";
import type { Env } from "../../env.ts";
import { parseArgument } from "../../platform/parse-argument.ts";
import { SpellError } from "../../protocol/errors.ts";
import {
  describeImageRequest,
  type DescribeImageRequest,
  generateImagesRequest,
  type GenerateImagesRequest,
  type ImageDescription,
  type ImagesResult,
  type ImagesService,
  serviceCall,
  type ServiceCall,
} from "../../protocol/services.ts";
import { askProvider, jsonOf } from "../provider/ask-provider.ts";
import { withOwnKeys } from "../provider/own-keys.ts";
import { withinCall } from "../provider/call-scope.ts";
import { type WorkersAi, workersAiFor } from "../provider/workers-ai.ts";
import { openAiQuestion, openAiSettingsOf } from "../provider/openai.ts";
import { describeByWorkersAi, generateByWorkersAi } from "./by-workers-ai.ts";

const maxImageBytes = 24 * 1024 * 1024;
const generated = z.object({
  data: z.array(z.object({ url: z.string().optional(), b64_json: z.string().optional() })).min(1),
});
const described = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1),
});

export class ImagesEntrypoint extends WorkerEntrypoint<Env> implements ImagesService {
  async generate(call: ServiceCall, request: GenerateImagesRequest): Promise<ImagesResult> {
    const checked = parseArgument("images", "call", serviceCall, call);
    const asked = parseArgument("images", "request", generateImagesRequest, request);
    const { prompt, model, count, size, image } = asked;
    const ai = await this.#workersAiFor(checked, model);
    if (ai !== undefined) return withinCall(checked, (scope) => generateByWorkersAi(ai, asked, scope));
    if (image !== undefined)
      throw new SpellError(
        "not_configured",
        "images: no provider that starts from a picture is configured. Bind Workers AI as AI and name one of its models.",
      );
    const answer = await this.#ask(checked, "/images/generations", {
      model: model ?? "gpt-image-1",
      prompt,
      ...(count === undefined ? {} : { n: count }),
      ...(size === undefined ? {} : { size }),
    });
    const parsed = generated.safeParse(answer);
    const images = (parsed.data?.data ?? []).flatMap(({ url, b64_json: data }) => {
      if (data !== undefined) return [{ url: `data:image/png;base64,${data}` }];
      return url === undefined ? [] : [{ url }];
    });
    if (images.length > 0) return { images };
    throw new SpellError("provider_error", "images: the provider's answer has no picture.");
  }

  async describe(call: ServiceCall, request: DescribeImageRequest): Promise<ImageDescription> {
    const checked = parseArgument("images", "call", serviceCall, call);
    const asked = parseArgument("images", "request", describeImageRequest, request);
    const { image, model, prompt = "Say in one sentence what this picture shows." } = asked;
    const ai = await this.#workersAiFor(checked, model);
    if (ai !== undefined)
      return withinCall(checked, (scope) => describeByWorkersAi(ai, { ...asked, prompt }, scope));
    const answer = await this.#ask(checked, "/chat/completions", {
      model: model ?? "gpt-4o-mini",
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: prompt },
            { type: "image_url", image_url: { url: image } },
          ],
        },
      ],
    });
    const text = described.safeParse(answer).data?.choices[0]?.message.content;
    if (text !== undefined) return { text };
    throw new SpellError("provider_error", "images: the provider's answer has no text.");
  }

  async #workersAiFor({ userId }: ServiceCall, model: string | undefined): Promise<WorkersAi | undefined> {
    return workersAiFor(await withOwnKeys(this.env, userId), model);
  }

  async #ask(checked: ServiceCall, path: string, body: unknown): Promise<unknown> {
    const question = openAiQuestion(
      openAiSettingsOf(await withOwnKeys(this.env, checked.userId), "images"),
      path,
    );
    return withinCall(checked, async (scope) => {
      const answer = await askProvider({
        ...question,
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        scope,
        idempotencyKey: checked.idempotencyKey,
        maxBytes: maxImageBytes,
      });
      return jsonOf(answer, new URL(question.url).host);
    });
  }
}
