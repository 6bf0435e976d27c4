/** Pictures from words, and words from pictures. */
import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import { SpellError } from "../../protocol/errors.ts";
import type { GenerateImagesRequest } from "../../protocol/services.ts";
import { isJsonObject } from "../../protocol/values.ts";
import { askService } from "../ask-service.ts";
import { defineComponent, input, output, trigger } from "../define.ts";
import { countSetting, optionalText, setText, someText } from "../given.ts";
import { storedNumber } from "../schemas.ts";

async function generated(context: NodeContext, request: GenerateImagesRequest): Promise<string[]> {
  const { images } = await askService(context, "images", (service, call) => service.generate(call, request));
  if (images.length > 0) return images.map(({ url }) => url);
  throw new SpellError("provider_error", `${context.label}: the model gave no picture.`);
}

/** The wired one of two names that a socket had. */
const wired = (context: NodeContext, name: string, other: string): string =>
  context.connected.includes(name) || !context.connected.includes(other) ? name : other;

const model = z.object({ model: z.string().nullish() });
const modelOf = (context: NodeContext) => ({ model: setText(context.data.model) });

export const generateImage = defineComponent({
  name: "Generate Image",
  aliases: [],
  category: "AI/Image",
  status: "needs-service",
  help: "Draws what the prompt says, starting from the image at the address where there is one, and lists the addresses of what came out.",
  inputs: [trigger(), input("prompt", "string", { required: true }), input("imageUrl", "string")],
  outputs: [trigger(), output("images", "array")],
  data: model,
  async execute(context) {
    const image = setText(optionalText(context, "imageUrl"));
    const prompt = someText(context, "prompt");
    return {
      outputs: {
        images: await generated(context, {
          ...modelOf(context),
          prompt,
          ...(image === undefined ? {} : { image }),
        }),
      },
    };
  },
});

export const generateImages = defineComponent({
  name: "Generate Images",
  aliases: ["Text to Image"],
  category: "AI/Image",
  status: "needs-service",
  help: "Draws what the input says by the chosen model, and lists the addresses of what came out.",
  inputs: [trigger(), input("input", "string"), input("prompt", "string")],
  outputs: [trigger(), output("result", "array"), output("error", "string")],
  data: z.object({ model: z.string().nullish(), n: storedNumber }),
  async execute(context, { n }) {
    const prompt = someText(context, wired(context, "input", "prompt"));
    const count = Math.min(Math.max(countSetting(context, "n", n, 1), 1), 10);
    return { outputs: { result: await generated(context, { ...modelOf(context), prompt, count }) } };
  },
});

export const imageToImage = defineComponent({
  name: "ImageToImage",
  aliases: [],
  category: "AI/Image",
  status: "needs-service",
  help: "Redraws the image as the input says, and lists the addresses of what came out.",
  inputs: [
    trigger(),
    input("image", "image", { required: true }),
    input("input", "string"),
    input("prompt", "string"),
  ],
  outputs: [trigger(), output("result", "array"), output("error", "string")],
  data: model,
  async execute(context) {
    const image = someText(context, "image");
    const prompt = optionalText(context, wired(context, "input", "prompt")) ?? "";
    return { outputs: { result: await generated(context, { ...modelOf(context), prompt, image }) } };
  },
});

export const imageToText = defineComponent({
  name: "Image to Text",
  aliases: [],
  category: "AI/Image",
  status: "needs-service",
  help: "Says in words what the image shows.",
  inputs: [trigger(), input("image", "image"), input("input", "image")],
  outputs: [trigger(), output("result", "string"), output("error", "string")],
  data: model,
  async execute(context) {
    const image = someText(context, wired(context, "image", "input"));
    const { text } = await askService(context, "images", (images, call) =>
      images.describe(call, { ...modelOf(context), image }),
    );
    return { outputs: { result: text } };
  },
});

export const imageGeneration = defineComponent({
  name: "Image Generation",
  aliases: [],
  category: "AI/Image",
  status: "needs-service",
  help: "Draws what the prompt says and gives the picture. 'endpoint' is the address of a Stable Diffusion server (Automatic1111's interface) to ask instead of the images service.",
  inputs: [trigger(), input("prompt", "string", { required: true }), input("endpoint", "string")],
  outputs: [trigger(), output("output", "string")],
  data: z.object({}),
  async execute(context) {
    const prompt = someText(context, "prompt");
    const endpoint = setText(optionalText(context, "endpoint"));
    const picture =
      endpoint === undefined
        ? (await generated(context, { prompt }))[0]
        : await askedAt(context, endpoint, prompt);
    return { outputs: { output: picture ?? "" } };
  },
});

async function askedAt(context: NodeContext, url: string, prompt: string): Promise<string> {
  const { status, body } = await askService(context, "http", (http, call) =>
    http.request(call, { method: "POST", url, body: { prompt } }),
  );
  const images = isJsonObject(body) ? body.images : undefined;
  const first = Array.isArray(images) ? images[0] : undefined;
  if (status < 400 && typeof first === "string") return first;
  throw new SpellError("provider_error", `${context.label}: ${url} answered ${status} and gave no picture.`);
}

export const visualGeneration = defineComponent({
  name: "VisualGeneration",
  aliases: [],
  category: "AI/Image",
  status: "needs-service",
  help: "Gives as many pictures of the caption as 'topK' says, as objects with 'imageUrl'. They are drawn anew: the cache of pictures that this once searched is gone.",
  inputs: [trigger(), input("caption", "string", { required: true })],
  outputs: [trigger(), output("images", "array")],
  data: z.object({ cacheTag: z.string().nullish(), topK: storedNumber }),
  async execute(context, { topK }) {
    const count = Math.min(Math.max(countSetting(context, "topK", topK, 1), 1), 10);
    const urls = await generated(context, { prompt: someText(context, "caption"), count });
    return { outputs: { images: urls.map((imageUrl) => ({ imageUrl })) } };
  },
});
