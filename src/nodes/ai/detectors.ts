/** Questions that were put to a language model by examples: the node's own `fewshot`, else those of `fewshots.ts`. */
import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import type { CompletionRequest } from "../../protocol/services.ts";
import type { JsonObject } from "../../protocol/values.ts";
import type { CatalogueEntry } from "../define.ts";
import { defineComponent, input, output, outputs, trigger } from "../define.ts";
import { setText, someText } from "../given.ts";
import type { Socket } from "../../protocol/spell.ts";
import { completeText } from "./completion.ts";
import { fewshots } from "./fewshots.ts";

interface Detector {
  name: string;
  help: string;
  /** Its inputs that are asked about, in the order of the prompt. */
  inputs: string[];
  /** What the first input was called in 2021. */
  early?: string;
  outputs: Socket[];
  fewshot: string;
  /** What follows the examples. */
  question: (...texts: string[]) => string;
  request?: Partial<CompletionRequest>;
  /** Outputs of the trimmed answer. */
  read: (answer: string) => JsonObject;
}

/** The first input by its present name, else by the early one where that is wired. */
function socketOf(context: NodeContext, name: string, early: string | undefined): string {
  return early !== undefined && !context.connected.includes(name) && context.connected.includes(early)
    ? early
    : name;
}

const define = (detector: Detector): CatalogueEntry =>
  defineComponent({
    name: detector.name,
    aliases: [],
    category: "AI/ML",
    status: "needs-service",
    help: `${detector.help} The examples that it goes by can be replaced by the node's own.`,
    inputs: [
      trigger(),
      ...detector.inputs.map((name) =>
        input(name, "string", detector.early === undefined ? { required: true } : {}),
      ),
      ...(detector.early === undefined ? [] : [input(detector.early, "string")]),
    ],
    outputs: [trigger(), ...detector.outputs],
    data: z.object({ fewshot: z.string().nullish() }),
    async execute(context, { fewshot }) {
      const texts = detector.inputs.map((name, i) =>
        someText(context, i === 0 ? socketOf(context, name, detector.early) : name),
      );
      const completed = await completeText(context, {
        prompt: (setText(fewshot) ?? detector.fewshot) + detector.question(...texts),
        maxTokens: 100,
        temperature: 0,
        stop: ["\n"],
        ...detector.request,
      });
      return { outputs: outputs(detector.read(completed.text.trim())), usage: completed.usage };
    },
  });

const afterComma = (text: string): string => `${text},`;

/** Names on one line, their types on the next, behind `Types:`. Words that somebody says are no entities. */
function entitiesOf(answer: string): JsonObject[] {
  const [names = "", types] = answer.replace("\n", " ").split("Types:");
  if (types === undefined) return [];
  const parts = (list: string): string[] => list.split(",").map((part) => part.trim());
  const typeNames = parts(types);
  return parts(names)
    .map((name, i) => ({ name, type: typeNames[i] ?? "" }))
    .filter(({ name, type }) => name !== "" && name !== "none" && !type.includes("(dialog)"));
}

export const detectors: CatalogueEntry[] = [
  define({
    name: "Action Type Classifier",
    help: "Says of what type an action is: look, get, use, craft, dialog, movement, travel, combat, consume or other.",
    inputs: ["action"],
    outputs: [output("actionType", "string")],
    fewshot: fewshots.actionType,
    question: afterComma,
    read: (actionType) => ({ actionType }),
  }),
  define({
    name: "Difficulty Detector",
    help: "Says how hard an action is, out of 20, and which ability it takes.",
    inputs: ["action"],
    outputs: [output("difficulty", "string"), output("category", "string")],
    fewshot: fewshots.difficulty,
    question: afterComma,
    read: (answer) => {
      const [difficulty = "", category] = answer.split(",").map((part) => part.trim());
      return { difficulty, ...(category === undefined ? {} : { category }) };
    },
  }),
  define({
    name: "Entity Detector",
    help: "Lists the things and beings of an action, each with its type.",
    inputs: ["action"],
    outputs: [output("entities", "array")],
    fewshot: fewshots.entities,
    question: (action) => `${action}\nEntities:`,
    request: { stop: ["\n\n"], maxTokens: 50 },
    read: (answer) => ({ entities: entitiesOf(answer) }),
  }),
  define({
    name: "Item Detector",
    help: "Names the item that an action takes.",
    inputs: ["string"],
    outputs: [output("detectedItem", "string")],
    fewshot: fewshots.item,
    question: afterComma,
    read: (detectedItem) => ({ detectedItem }),
  }),
  define({
    name: "Time Detector",
    help: "Says how long an action lasts, from seconds to years.",
    inputs: ["string"],
    outputs: [output("detectedTime", "string")],
    fewshot: fewshots.time,
    question: afterComma,
    read: (detectedTime) => ({ detectedTime }),
  }),
  define({
    name: "Safety Verifier",
    help: "True unless a text is fit for nobody's eyes, by a rating that a model gives it.",
    inputs: ["string"],
    early: "action",
    outputs: [output("boolean", "boolean")],
    fewshot: fewshots.safety,
    question: (text) => `${text}\nRating:`,
    request: { maxTokens: 10 },
    read: (rating) => ({ boolean: rating !== "X" }),
  }),
  define({
    name: "Tense Transformer",
    help: "Puts what somebody says or does into the third person and the present.",
    inputs: ["name", "text"],
    outputs: [output("action", "string")],
    fewshot: fewshots.tense,
    question: (name, text) => `${name}: ${text}\nThird Person:`,
    request: { model: "vanilla-davinci" },
    read: (action) => ({ action }),
  }),
  define({
    name: "Prose to Script",
    help: "Turns prose into lines of a script, each with who says it.",
    inputs: ["string"],
    outputs: [output("script", "string")],
    fewshot: fewshots.script,
    question: (prose) => `${prose}\nScript:`,
    request: { stop: ["\nProse:"], maxTokens: 300 },
    read: (script) => ({ script }),
  }),
];
