import type { NodeContext } from "../../engine/component.ts";
import { SpellError } from "../../protocol/errors.ts";

/** For an input of the spell that the run does not give and that has nothing in its place. */
export const missingInput = (context: NodeContext, name: string): SpellError =>
  new SpellError(
    "missing_input",
    `${context.label}: the run gives no input ${JSON.stringify(name)} and the node has no value for it.`,
    { errors: [{ path: `inputs.${name}`, message: "required" }] },
  );
