import type { CatalogueEntry } from "../define.ts";
import { combineText } from "./combine-text.ts";
import { evaluateText } from "./evaluate-text.ts";
import { getLength } from "./get-length.ts";
import { randomGreetingResponse, randomPhraseFromList, randomProfanityResponse } from "./random-phrase.ts";
import { regularExpression } from "./regular-expression.ts";
import { replaceText } from "./replace-text.ts";
import { complexStringMatcher, fastClassifier, textRuleMatcher } from "./rule-matchers.ts";
import { splitBySentence } from "./split-by-sentence.ts";
import { stringAdder } from "./string-adder.ts";
import { stringCombiner } from "./string-combiner.ts";
import { textTemplate } from "./text-template.ts";
import { trim } from "./trim.ts";
import { uuidGenerator } from "./uuid-generator.ts";
import { variableReplacer } from "./variable-replacer.ts";
import {
  fastGreetingDetector,
  fastProfanityDetector,
  fastQuestionDetector,
  profanityFilter,
} from "./word-detectors.ts";

export const textComponents: CatalogueEntry[] = [
  combineText,
  evaluateText,
  getLength,
  randomGreetingResponse,
  randomPhraseFromList,
  randomProfanityResponse,
  regularExpression,
  replaceText,
  complexStringMatcher,
  fastClassifier,
  textRuleMatcher,
  splitBySentence,
  stringAdder,
  stringCombiner,
  textTemplate,
  trim,
  uuidGenerator,
  variableReplacer,
  fastGreetingDetector,
  fastProfanityDetector,
  fastQuestionDetector,
  profanityFilter,
];
