/** A spell that does what a test of routes needs, with a mark of its author in every part. */
import type { SpellDocument } from "../../src/protocol/spell.ts";
import { any, spell } from "./spells.ts";

/** Runs to its end, waits or fails, as it is started; has a source that can be played, and one that other spells can fire. */
export const marked = (id: string, mark: string): SpellDocument =>
  spell(
    {
      go: "Trigger In:go",
      wait: { is: "Trigger In:wait", y: 100 },
      fail: { is: "Trigger In:fail", y: 200 },
      tell: { is: "Spell In:tell", y: 300 },
      in: "Universal Input:text",
      note: { is: "Text Template", data: { fewshot: `${mark} {{text}}` }, inputs: [any("text")] },
      ask: { is: "Ask", data: { prompt: mark } },
      error: { is: "Error", data: { message: mark } },
      out: "Output:text",
      said: "Output:said",
    },
    `go.trigger > out.trigger
     in.output > note.text
     note.prompt > out.input
     wait.trigger > ask.trigger
     ask.answer > said.input
     ask.trigger > said.trigger
     fail.trigger > error.trigger`,
    { id, name: mark, state: { mark } },
  );
