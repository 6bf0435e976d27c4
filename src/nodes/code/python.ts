import * as z from "zod";
import { SpellError } from "../../protocol/errors.ts";
import { defineComponent, trigger } from "../define.ts";

/** It ran in Pyodide, which is larger than a Worker may be. */
export const python = defineComponent({
  name: "Python",
  aliases: [],
  category: "Invoke/Languages",
  status: "retired",
  help: "Ran a function in Python, for which there is no interpreter here: a run that reaches this node fails. Write it anew as Javascript.",
  inputs: [trigger()],
  outputs: [trigger()],
  dynamicInputs: true,
  dynamicOutputs: true,
  data: z.object({ code: z.string().nullish() }),
  execute(context) {
    throw new SpellError(
      "not_configured",
      `${context.label}: there is no Python here. Write the function anew in a Javascript node.`,
    );
  },
});
