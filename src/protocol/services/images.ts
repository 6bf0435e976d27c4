/** The images service: pictures from words, words from pictures. */
import * as z from "zod";
import type { ServiceCall } from "./call.ts";

/** An http(s) or data: address. */
const source = z.string().min(1).max(28_000_000);

export const generateImagesRequest = z.strictObject({
  prompt: z.string().max(32_000),
  model: z.string().max(200).optional(),
  count: z.number().int().positive().max(10).optional(),
  /** `1024x1024`. */
  size: z
    .string()
    .regex(/^\d{2,4}x\d{2,4}$/)
    .optional(),
  /** A picture to start from. */
  image: source.optional(),
});
export type GenerateImagesRequest = z.infer<typeof generateImagesRequest>;

/** One picture, by its http(s) or data: address. */
export const image = z.object({ url: z.string() });
export const imagesResult = z.object({ images: z.array(image) });
export type ImagesResult = z.infer<typeof imagesResult>;

export const describeImageRequest = z.strictObject({
  image: source,
  model: z.string().max(200).optional(),
  /** What to say of it; the service asks for a caption otherwise. */
  prompt: z.string().max(32_000).optional(),
});
export type DescribeImageRequest = z.infer<typeof describeImageRequest>;
export const imageDescription = z.object({ text: z.string() });
export type ImageDescription = z.infer<typeof imageDescription>;

export interface ImagesService {
  generate(call: ServiceCall, request: GenerateImagesRequest): Promise<ImagesResult>;
  describe(call: ServiceCall, request: DescribeImageRequest): Promise<ImageDescription>;
}
