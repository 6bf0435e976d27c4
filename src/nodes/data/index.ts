import type { CatalogueEntry } from "../define.ts";
import { extractFromArray, getValueFromArray, remapArray } from "./arrays.ts";
import { cast } from "./cast.ts";
import { joinList } from "./join-list.ts";
import { arrayToJson, inputsToJson, jsonToArray, jsonToObject, objectToJson } from "./json.ts";
import { composeObject, getValuesFromObject, mergeObjects, spread } from "./objects.ts";
import {
  arrayVariable,
  booleanVariable,
  imageVariable,
  numberVariable,
  stringVariable,
  textVariable,
} from "./variables.ts";

export const dataComponents: CatalogueEntry[] = [
  joinList,
  extractFromArray,
  getValueFromArray,
  remapArray,
  cast,
  arrayToJson,
  inputsToJson,
  jsonToArray,
  jsonToObject,
  objectToJson,
  composeObject,
  getValuesFromObject,
  mergeObjects,
  spread,
  arrayVariable,
  booleanVariable,
  imageVariable,
  numberVariable,
  stringVariable,
  textVariable,
];
