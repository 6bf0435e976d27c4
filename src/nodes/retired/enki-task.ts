/**
 * Latitude's Enki kept tasks as examples and put them before a model. The service is gone, but a node carries its task: the
 * examples and the texts that stand around them. So the prompt that Enki wrote is written here, for the completion service.
 */
import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import { SpellError } from "../../protocol/errors.ts";
import { isJsonObject, json, type Json, type JsonObject } from "../../protocol/values.ts";
import { completeText } from "../ai/completion.ts";
import { checkSearch, joined } from "../bounds.ts";
import { defineComponent, needed, trigger } from "../define.ts";
import { textOf } from "../text.ts";

const text = z.string().nullish();
const texts = z.array(z.string()).nullish();

const task = z.object({
  data: z.array(z.object({ inputs: z.array(z.string()), outputs: z.array(z.string()) })),
  serialization: z.object({
    introduction: text,
    beforeEachInput: texts,
    inBetween: text,
    beforeEachOutput: texts,
    atTheEnd: text,
  }),
});
type Task = z.infer<typeof task>;

export const enkiTask = defineComponent({
  name: "Enki Task",
  aliases: [],
  category: "AI/ML",
  status: "needs-service",
  help: "Has a language model go on with the examples of an Enki task that the node carries: the inputs in order, then output1, output2 … A node without examples fails, since the service that kept them is gone: use Generator with examples in its template.",
  inputs: [trigger()],
  outputs: [trigger()],
  dynamicInputs: true,
  dynamicOutputs: true,
  data: z.object({ name: text, activetask: json.optional() }),
  async execute(context) {
    const kept = taskOf(context);
    const stop = kept.serialization.atTheEnd?.trim() ?? "";
    const asked = context.connected.map((socket) => textOf(needed(context, socket)));
    const completed = await completeText(context, {
      model: "vanilla-jumbo",
      prompt: promptOf(context, kept, asked),
      maxTokens: 100,
      temperature: 0,
      ...(stop === "" ? {} : { stop: [stop] }),
    });
    return { outputs: answered(context, kept, completed.text), usage: completed.usage };
  },
});

/** The editor kept the task under `activetask`, or beside the sockets under `throughputs-<node>`. */
function taskOf(context: NodeContext): Task {
  const { activetask, ...others } = context.data;
  const kept = Object.entries(others).flatMap(([key, value]): (Json | undefined)[] =>
    key.startsWith("throughputs-") && isJsonObject(value) ? [value.activeTask] : [],
  );
  for (const candidate of [activetask, ...kept]) {
    const found = task.safeParse(candidate);
    if (found.success && found.data.data.length > 0) return found.data;
  }
  throw new SpellError(
    "not_configured",
    `${context.label}: this component asked Latitude's Enki, a service that is gone, and the node carries no examples of its task. Use Generator with examples in its template instead.`,
  );
}

function promptOf(context: NodeContext, { data, serialization }: Task, asked: readonly string[]): string {
  const { introduction, beforeEachInput, inBetween, beforeEachOutput, atTheEnd } = serialization;
  const before = (labels: string[] | null | undefined, values: readonly string[]): string[] =>
    values.flatMap((value, i) => [labels?.[i] ?? "", value]);
  const examples = data.flatMap(({ inputs, outputs }) => [
    ...before(beforeEachInput, inputs),
    inBetween ?? "",
    ...before(
      beforeEachOutput,
      outputs.map((output) => output.trimEnd()),
    ),
    atTheEnd ?? "",
  ]);
  const last = [...before(beforeEachInput, asked), inBetween ?? "", beforeEachOutput?.[0] ?? ""];
  // Models go on better after a label than after the blank behind it.
  return joined(context, [introduction ?? "", ...examples, ...last], "").trimEnd();
}

/** Cuts the text at the labels of the further outputs. */
function answered(context: NodeContext, { serialization }: Task, completion: string): JsonObject {
  const parts: string[] = [];
  let rest = completion;
  for (const label of (serialization.beforeEachOutput ?? []).slice(1)) {
    const mark = label.trim();
    checkSearch(context, rest.length, mark.length);
    const at = mark === "" ? -1 : rest.indexOf(mark);
    if (at === -1) break;
    parts.push(rest.slice(0, at));
    rest = rest.slice(at + mark.length);
  }
  parts.push(rest);
  const known = new Set(context.node.outs.map(([, socket]) => socket));
  return Object.fromEntries(
    parts
      .map((part, i): [string, Json] => [`output${i + 1}`, part.trim()])
      .filter(([socket]) => known.has(socket)),
  );
}
