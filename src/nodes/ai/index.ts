import type { CatalogueEntry } from "../define.ts";
import { classifier, mlGreetingDetector, mlProfanityDetector, mlQuestionDetector } from "./classifiers.ts";
import { detectors } from "./detectors.ts";
import { createEmbedding, createTextEmbedding } from "./embeddings.ts";
import { chatCompletion, generateText } from "./generate-text.ts";
import { generator } from "./generator.ts";
import { huggingface, huggingFace, namedEntityRecognition, summarizeFacts } from "./huggingface.ts";
import {
  generateImage,
  generateImages,
  imageGeneration,
  imageToImage,
  imageToText,
  visualGeneration,
} from "./images.ts";
import { keywordExtractor } from "./keyword-extractor.ts";
import { rawGenerator } from "./raw-generator.ts";
import { sentenceMatcher } from "./sentence-matcher.ts";
import { customTextCompletion, textCompletion } from "./text-completion.ts";
import { generateJson, typeChat } from "./typechat.ts";

export const aiComponents: CatalogueEntry[] = [
  generateText,
  generator,
  chatCompletion,
  textCompletion,
  customTextCompletion,
  rawGenerator,
  typeChat,
  generateJson,
  createTextEmbedding,
  createEmbedding,
  ...detectors,
  classifier,
  mlGreetingDetector,
  mlProfanityDetector,
  mlQuestionDetector,
  sentenceMatcher,
  huggingface,
  huggingFace,
  summarizeFacts,
  namedEntityRecognition,
  keywordExtractor,
  generateImage,
  generateImages,
  imageToImage,
  imageToText,
  imageGeneration,
  visualGeneration,
];
