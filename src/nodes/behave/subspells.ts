/** Spells within spells. The engine runs the inner one; its input and output nodes stand for the sockets of the outer node. */
import * as z from "zod";
import { SpellError } from "../../protocol/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../protocol/values.ts";
import { type CatalogueEntry, outputs } from "../define.ts";
import { behaveComponent } from "./behave-component.ts";

const category = "Behave/Spells";

const text = (value: Json | undefined): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

function spellOf(data: JsonObject): string | undefined {
  const configuration = isJsonObject(data.configuration) ? data.configuration : {};
  return text(data.spellId) ?? text(configuration.spellName) ?? text(configuration.spellId);
}

const run = behaveComponent({
  name: "action/subspell/run",
  category,
  help: "Runs another spell with this node's inputs. Its sockets are that spell's inputs and outputs; of its flows those fire that the spell comes out at.",
  in: { event: "object" },
  isDynamic: true,
  role: "spell",
  spellOf,
  data: { spellId: z.string().nullish() },
  run() {
    throw new SpellError("internal", "A sub-spell is run by the engine.");
  },
});

const input = behaveComponent({
  name: "events/subspells/input",
  category,
  help: "Starts a spell that another one runs, and gives what that one passes in: its outputs are the spell's inputs.",
  out: { event: "object" },
  isDynamic: true,
  role: "input",
  run({ context, trigger }) {
    const { node } = context;
    const values = node.outs.map(([, socket]): [string, Json | undefined] => [
      socket,
      context.runInput(socket),
    ]);
    const flows = node.next.map(([socket]) => socket);
    return {
      outputs: outputs(Object.fromEntries(values)),
      // The way in by which the outer spell came; from outside there is but the first.
      fired: flows.includes(trigger) ? [trigger] : flows.slice(0, 1),
    };
  },
});

const output = behaveComponent({
  name: "events/subspells/output",
  category,
  help: "Ends a spell that another one runs: its inputs are the spell's outputs, and the flow that reaches it is the one by which the outer spell goes on.",
  out: { $results: "flow" },
  isDynamic: true,
  run(call) {
    const values = call.context.node.outs.map(([, socket]): [string, Json | undefined] => [
      socket,
      call.given(socket),
    ]);
    return { outputs: outputs(Object.fromEntries(values)), fired: ["$results", call.trigger] };
  },
});

export const subspellComponents: CatalogueEntry[] = [run, input, output];
