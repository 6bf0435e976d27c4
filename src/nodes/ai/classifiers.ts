/** Which label fits a text best, by a zero-shot model of Hugging Face. */
import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import { SpellError } from "../../protocol/errors.ts";
import { isJsonObject, type Json } from "../../protocol/values.ts";
import { defineComponent, input, output, trigger, type CatalogueEntry } from "../define.ts";
import { numberSetting, someText } from "../given.ts";
import { failed, wrongKind } from "../inputs.ts";
import { storedNumber } from "../schemas.ts";
import { infer } from "./huggingface.ts";

const zeroShotModel = "facebook/bart-large-mnli";

export interface Scored {
  label: string;
  score: number;
}

/** Labels with their scores, the best first. @throws SpellError `provider_error` for an answer without them */
export async function classified(context: NodeContext, text: string, labels: string[]): Promise<Scored[]> {
  const answer = await infer(context, zeroShotModel, text, { candidate_labels: labels });
  const found = scoresIn(answer);
  if (found.length === 0)
    throw new SpellError("provider_error", `${context.label}: the model gave no labels for the text.`);
  return found.toSorted((a, b) => b.score - a.score);
}

/** Of `{ labels, scores }`, and of the list of labels with scores that newer servers give. */
function scoresIn(answer: Json): Scored[] {
  if (Array.isArray(answer)) return answer.flatMap(scoresIn);
  if (!isJsonObject(answer)) return [];
  const { labels, scores } = answer;
  if (!Array.isArray(labels) || !Array.isArray(scores)) return scored(answer.label, answer.score);
  return labels.flatMap((label, i) => scored(label, scores[i]));
}

const scored = (label: Json | undefined, score: Json | undefined): Scored[] =>
  typeof label === "string" && typeof score === "number" ? [{ label, score }] : [];

export const classifier = defineComponent({
  name: "Classifier",
  aliases: [],
  category: "AI/ML",
  status: "needs-service",
  help: "Gives the label that fits the input best. The labels come by wire, as a list or a text with commas between them, else from the node.",
  inputs: [trigger(), input("input", "string", { required: true }), input("labels", "any")],
  outputs: [trigger(), output("output", "string")],
  data: z.object({ labels: z.string().nullish() }),
  async execute(context, node) {
    const labels = labelsOf(context, context.value("labels") ?? node.labels ?? "");
    if (labels.length === 0)
      throw failed(context, `"labels" is empty; write some, with commas between them.`);
    const [best] = await classified(context, someText(context, "input"), labels);
    return { outputs: { output: best?.label ?? "" } };
  },
});

function labelsOf(context: NodeContext, given: Json): string[] {
  const parts = typeof given === "string" ? given.split(",") : given;
  if (!Array.isArray(parts) || !parts.every((part) => typeof part === "string"))
    throw wrongKind(context, "labels", "a list of texts, or a text with commas between them", given);
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/** Is the first label surely truer than the second? */
async function isSurely(context: NodeContext, yes: string, no: string): Promise<boolean> {
  const least = numberSetting(context, "minDiff", context.data.minDiff) ?? 0.4;
  const scores = await classified(context, someText(context, "string"), [yes, no]);
  const of = (label: string): number => scores.find((row) => row.label === label)?.score ?? 0;
  return of(yes) - of(no) > least;
}

const detector = (name: string, yes: string, no: string, what: string): CatalogueEntry =>
  defineComponent({
    name,
    aliases: [],
    category: "AI/ML",
    status: "needs-service",
    help: `Fires 'true' when the text is surely ${what}, else 'false'. 'minDiff' says how much surer than the opposite.`,
    inputs: [trigger(), input("string", "string", { required: true })],
    outputs: [trigger("true"), trigger("false")],
    data: z.object({ minDiff: storedNumber }),
    execute: async (context) => ({ fired: [String(await isSurely(context, yes, no))] }),
  });

export const mlGreetingDetector = detector("ML Greeting Detector", "Greeting", "Not Greeting", "a greeting");
export const mlQuestionDetector = detector("ML Question Detector", "Question", "Not Question", "a question");

const kindsOfProfanity = ["Violent", "Sexual", "Offensive", "Questionable"];

export const mlProfanityDetector = defineComponent({
  name: "ML Profanity Detector",
  aliases: [],
  category: "AI/ML",
  status: "needs-service",
  help: "Fires 'true' when the text is surely profane and tells of which kind: violent, sexual, offensive or questionable; else 'false'.",
  inputs: [trigger(), input("string", "string", { required: true })],
  outputs: [trigger("true"), trigger("false"), output("output", "string")],
  data: z.object({ minDiff: storedNumber }),
  async execute(context) {
    if (!(await isSurely(context, "Profane", "Not Profane")))
      return { fired: ["false"], outputs: { output: "" } };
    const [kind] = await classified(context, someText(context, "string"), kindsOfProfanity);
    return { fired: ["true"], outputs: { output: (kind?.label ?? "").toLowerCase() } };
  },
});
