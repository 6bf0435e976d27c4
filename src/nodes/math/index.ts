import type { CatalogueEntry } from "../define.ts";
import { add, divide, multiply, number, subtract } from "./arithmetic.ts";
import { equal, greaterThan, greaterThanOrEqual, lessThan, lessThanOrEqual } from "./comparisons.ts";
import { cosineSimilarity, extractRelationship } from "./embeddings.ts";
import { isANumber } from "./is-a-number.ts";
import { logprobToProb, probThreshold } from "./probabilities.ts";
import { randomNumber } from "./random-number.ts";

export const mathComponents: CatalogueEntry[] = [
  add,
  divide,
  multiply,
  number,
  subtract,
  equal,
  greaterThan,
  greaterThanOrEqual,
  lessThan,
  lessThanOrEqual,
  cosineSimilarity,
  extractRelationship,
  isANumber,
  logprobToProb,
  probThreshold,
  randomNumber,
];
