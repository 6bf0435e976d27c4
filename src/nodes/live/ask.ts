import * as z from "zod";
import { SpellError } from "../../protocol/errors.ts";
import { json } from "../../protocol/values.ts";
import { defineComponent, input, output, outputs, trigger } from "../define.ts";

const data = z.object({
  name: z.string().nullish(),
  /** Asked where nothing is wired to `prompt`. */
  prompt: json.optional(),
  /** The answers to choose from; any answer, when there are none. */
  options: z.array(z.string()).nullish(),
  /** An answer that takes longer fails the node with `node_timeout`. */
  timeoutMs: z.number().int().positive().max(2_000_000_000).nullish(),
});

export const ask = defineComponent({
  name: "Ask",
  aliases: [],
  category: "I/O",
  help: "Asks a human and waits for the answer. With options it takes one of them alone. Without an answer in time it fails, or fires 'error' where that is wired.",
  inputs: [trigger(), input("prompt")],
  outputs: [trigger(), output("answer"), trigger("error")],
  data,
  execute(context, { prompt, options, timeoutMs }) {
    const asked = context.value("prompt") ?? prompt ?? "";
    return {
      waiting: {
        prompt: options == null || options.length === 0 ? asked : { prompt: asked, options },
        ...(timeoutMs == null ? {} : { until: context.now + timeoutMs }),
      },
    };
  },
  answered(context, { options }, answer) {
    if (options != null && options.length > 0 && !options.some((option) => option === answer))
      throw new SpellError(
        "bad_request",
        `${context.label} takes one of ${options.map((option) => JSON.stringify(option)).join(", ")}.`,
      );
    return { outputs: outputs({ answer }), fired: ["trigger"] };
  },
});
