/** Starting a run as the form stands, whoever asks: the button, the key, or the form itself. */
import { useStore } from "zustand";
import { useEffect } from "react";
import type { SpellrunnerClient } from "../../../lib/index.ts";
import { tell, tellError } from "../../stores/notices.ts";
import type { OpenSpell } from "../../stores/open-spells.ts";
import { fetchRunForm, inputsOf } from "../../stores/run-form.ts";

/** Saves what is not saved, then runs. What is wrong is told. */
export async function startRun(open: OpenSpell): Promise<void> {
  const { form, texts, trigger } = open.ui.getState();
  try {
    const inputs = inputsOf(
      texts,
      (form?.inputs ?? []).map(({ name }) => name),
    );
    await open.spell.flush();
    await open.runs.start({ inputs, ...(trigger === "" ? {} : { trigger }) });
  } catch (error) {
    tellError(error);
  }
}

/** Keeps the form as the newest saved version says. */
export function useRunForm(open: OpenSpell, client: SpellrunnerClient): void {
  const version = useStore(open.spell.state, (state) => state.version);
  useEffect(() => {
    if (version === 0) return undefined;
    let isWanted = true;
    const timer = setTimeout(
      () => {
        fetchRunForm(client, open.id, version).then(
          (form) => isWanted && open.ui.setState({ form }),
          // A draft that does not compile has no form; what is wrong with it is among its warnings.
          () =>
            isWanted && open.ui.setState({ form: { version, inputs: [], triggers: [], hasSources: false } }),
        );
      },
      open.ui.getState().form === null ? 0 : 400,
    );
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [open, client, version]);
}

export function togglePlay({ runs }: OpenSpell): void {
  const { playing, connection } = runs.state.getState();
  if (connection !== "live") return tell("The server cannot be reached now. Try again when it is there.");
  if (playing) runs.pause();
  else runs.play();
}
