import * as z from "zod";
import { bounded } from "../bounds.ts";
import { defineComponent, input, output, trigger } from "../define.ts";
import { asNumber, neededText, wrongKind } from "../inputs.ts";
import { storedNumber } from "../schemas.ts";

/** What fits into a tweet was the editor's default. */
const usualLength = 280;

export const splitBySentence = defineComponent({
  name: "Split By Sentence",
  aliases: [],
  category: "Data/Text",
  help: "Cuts the text into its sentences. One that is longer than the maximum (280 characters unless set) is cut into pieces of that length.",
  inputs: [input("string", "string", { required: true }), trigger()],
  outputs: [trigger(), output("output", "array")],
  data: z.object({ stringMaxLength: storedNumber }),
  execute(context, data) {
    const text = neededText(context, "string");
    const given = data.stringMaxLength ?? usualLength;
    const maxLength = given === "" ? usualLength : asNumber(given);
    if (maxLength === undefined || maxLength < 1)
      throw wrongKind(context, "stringMaxLength", "a number of at least 1", data.stringMaxLength ?? null);
    const chunks = sentencesOf(text).flatMap((sentence) => pieces(sentence, Math.floor(maxLength)));
    return { outputs: { output: bounded(context, chunks) } };
  },
});

const isBlank = (text: string, at: number): boolean => /\s/.test(text.charAt(at));
const isLineEnd = (sign: string): boolean => sign === "\n" || sign === "\r";
const ends = new Set([".", "!", "?", "…"]);
/** Ends of scripts that put no blank behind them. */
const wideEnds = new Set(["。", "！", "？"]);
const closers = new Set(['"', "'", ")", "]", "”", "’", "»", "」", "』"]);

/** Sentences end behind their marks where a blank follows, and at line ends. Linear, whatever the text. */
function sentencesOf(text: string): string[] {
  const sentences: string[] = [];
  let start = 0;
  const cut = (end: number): void => {
    const sentence = text.slice(start, end).trim();
    if (sentence !== "") sentences.push(sentence);
    start = end;
  };
  for (let i = 0; i < text.length; i++) {
    const sign = text.charAt(i);
    if (isLineEnd(sign)) cut(i);
    if (!ends.has(sign) && !wideEnds.has(sign)) continue;
    const isWide = wideEnds.has(sign);
    let end = i + 1;
    while (ends.has(text.charAt(end)) || wideEnds.has(text.charAt(end)) || closers.has(text.charAt(end)))
      end += 1;
    if (isWide || end === text.length || isBlank(text, end)) cut(end);
    i = end - 1;
  }
  cut(text.length);
  return sentences;
}

function pieces(sentence: string, maxLength: number): string[] {
  const found: string[] = [];
  let start = 0;
  while (sentence.length - start > maxLength) {
    let end = start + maxLength;
    // Not between the two halves of a sign beyond the first 65 536, unless there is no other way.
    if (end - start > 1 && /[\uD800-\uDBFF]/.test(sentence.charAt(end - 1))) end -= 1;
    found.push(sentence.slice(start, end));
    start = end;
  }
  found.push(sentence.slice(start));
  return found;
}
