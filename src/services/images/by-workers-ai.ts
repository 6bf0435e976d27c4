/** Pictures by models of Workers AI. */
import * as z from "zod";
import { Buffer } from "node:buffer";
import { SpellError } from "../../protocol/errors.ts";
import type {
  DescribeImageRequest,
  GenerateImagesRequest,
  ImageDescription,
  ImagesResult,
} from "../../protocol/services.ts";
import type { CallScope } from "../provider/call-scope.ts";
import { mediaOf, numbersOf } from "../provider/workers-ai-media.ts";
import { askWorkersAi, type WorkersAi } from "../provider/workers-ai.ts";

export const imageModels = {
  generate: "@cf/black-forest-labs/flux-1-schnell",
  /** From a picture. */
  change: "@cf/runwayml/stable-diffusion-v1-5-img2img",
  describe: "@cf/meta/llama-4-scout-17b-16e-instruct",
};

const maxImageBytes = 16 * 1024 * 1024;
/** Of all pictures of one answer, as RPC carries no more than 32 MiB. */
const maxAnswerLength = 28_000_000;

/** One picture a question: as many questions as pictures. @throws SpellError a provider's failures, `bad_request` */
export async function generateByWorkersAi(
  ai: WorkersAi,
  { prompt, model, count = 1, size, image }: GenerateImagesRequest,
  scope: CallScope,
): Promise<ImagesResult> {
  const asked = model ?? (image === undefined ? imageModels.generate : imageModels.change);
  const [width, height] = size?.split("x").map(Number) ?? [];
  // Flux has one size, and refuses what it does not know.
  const sizes = width === undefined || asked.includes("/flux-1-") ? {} : { width, height };
  const from = image === undefined ? {} : { image_b64: base64In(image) };
  const images: { url: string }[] = [];
  let length = 0;
  while (images.length < count) {
    const answer = await askWorkersAi(ai, asked, { prompt, ...sizes, ...from }, scope);
    const picture = await mediaOf(answer, {
      field: "image",
      type: "image/jpeg",
      maxBytes: maxImageBytes,
      scope,
    });
    if (picture === undefined)
      throw new SpellError("provider_error", "images: Workers AI's answer has no picture.");
    length += picture.base64.length;
    if (length > maxAnswerLength)
      throw new SpellError("too_large", "images: the pictures are too large together. Ask for fewer.");
    images.push({ url: `data:${picture.type};base64,${picture.base64}` });
  }
  return { images };
}

const captioned = z.object({ description: z.string() });
const answered = z.object({ response: z.string() });
const chatted = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1),
});

/** By a model that chats, or by one that knows captions alone. @throws SpellError a provider's failures, `bad_request` */
export async function describeByWorkersAi(
  ai: WorkersAi,
  { image, model = imageModels.describe, prompt }: DescribeImageRequest & { prompt: string },
  scope: CallScope,
): Promise<ImageDescription> {
  const inputs = /llava|uform/.test(model)
    ? { image: numbersOf(Buffer.from(base64In(image), "base64"), "images", model), prompt, max_tokens: 512 }
    : {
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: prompt },
              { type: "image_url", image_url: { url: image } },
            ],
          },
        ],
      };
  const answer = await askWorkersAi(ai, model, inputs, scope);
  const text =
    captioned.safeParse(answer).data?.description ??
    answered.safeParse(answer).data?.response ??
    chatted.safeParse(answer).data?.choices[0]?.message.content;
  if (text !== undefined) return { text };
  throw new SpellError("provider_error", "images: Workers AI's answer has no text.");
}

/** @throws SpellError `bad_request` for an address that is not the picture itself */
function base64In(image: string): string {
  const [, base64] = /^data:[^,]*;base64,(.*)$/s.exec(image) ?? [];
  if (base64 !== undefined) return base64;
  throw new SpellError(
    "bad_request",
    "images: this model of Workers AI takes a picture as a data: address.",
    {
      errors: [{ path: "request.image", message: "no data: address with base64" }],
    },
  );
}
