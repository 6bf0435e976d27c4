import * as z from "zod";
import { defineComponent, input, needed, output, trigger } from "../define.ts";
import { finite, numberFrom } from "../inputs.ts";
import { storedNumber } from "../schemas.ts";

const category = "AI/ML";

export const logprobToProb = defineComponent({
  name: "LogprobToProb",
  aliases: [],
  category,
  help: "Gives the probability that belongs to a logarithmic one: e to the power of it.",
  inputs: [input("logprob", "number", { required: true }), trigger()],
  outputs: [trigger(), output("prob", "number")],
  data: z.object({}),
  execute(context) {
    const logprob = numberFrom(context, "logprob", needed(context, "logprob"));
    return { outputs: { prob: finite(context, Math.exp(logprob)) } };
  },
});

export const probThreshold = defineComponent({
  name: "ProbThreshold",
  aliases: [],
  category,
  help: "Tells whether the probability is above the threshold of the node.",
  inputs: [input("prob", "number", { required: true }), trigger()],
  outputs: [trigger(), output("meetsThreshold", "boolean")],
  data: z.object({ threshold: storedNumber }),
  execute(context, data) {
    const threshold = numberFrom(context, "threshold", data.threshold ?? undefined);
    const prob = numberFrom(context, "prob", needed(context, "prob"));
    return { outputs: { meetsThreshold: prob > threshold } };
  },
});
