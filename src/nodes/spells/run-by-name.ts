/** Runs a spell that is known only at run time, as a run of its own. */
import type { NodeContext } from "../../engine/component.ts";
import type { Json, JsonObject } from "../../protocol/values.ts";
import { askService } from "../ask-service.ts";

/** Magick's spells begin at the input of this name. */
export const defaultInput = "Input - Default";

/** @throws SpellError `not_configured`, `not_found` for an unknown spell, what its run failed with */
export async function runByName(
  context: NodeContext,
  spell: string,
  inputs: JsonObject,
): Promise<JsonObject> {
  const { outputs } = await askService(context, "spells", (spells, call) =>
    spells.run(call, { spell, inputs }),
  );
  return outputs;
}

export const firstOf = (outputs: JsonObject): Json | undefined => Object.values(outputs)[0];
