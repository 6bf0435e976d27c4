import type { CatalogueEntry } from "../define.ts";
import { speechToText } from "./speech-to-text.ts";
import { textToSpeech } from "./text-to-speech.ts";

export const speechComponents: CatalogueEntry[] = [textToSpeech, speechToText];
