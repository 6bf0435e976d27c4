/** The spells that are open as tabs, each with its own connection, which ends with its tab. */
import { createStore } from "zustand/vanilla";
import type { SpellrunnerClient } from "../../lib/index.ts";
import { RunStore } from "./run-store.ts";
import { SpellStore } from "./spell-store.ts";
import { createUi, type WorkspaceUi } from "./workspace-ui.ts";

export interface OpenSpell {
  readonly id: string;
  readonly spell: SpellStore;
  readonly runs: RunStore;
  readonly ui: WorkspaceUi;
}

export const openSpells = createStore<{ list: readonly OpenSpell[] }>(() => ({ list: [] }));

/** The tab of the spell; opened where it is not. */
export function openSpell(client: SpellrunnerClient, userId: string, id: string): OpenSpell {
  const known = openSpells.getState().list.find((open) => open.id === id);
  if (known !== undefined) return known;
  const runs = new RunStore(client, id);
  const spell = new SpellStore(client, runs.connection, id, userId);
  const opened: OpenSpell = { id, spell, runs, ui: createUi() };
  openSpells.setState({ list: [...openSpells.getState().list, opened] });
  return opened;
}

/** Saves what is not saved and ends the connection. */
export async function closeSpell(id: string): Promise<void> {
  const { list } = openSpells.getState();
  const closing = list.find((open) => open.id === id);
  if (closing === undefined) return;
  openSpells.setState({ list: list.filter((open) => open !== closing) });
  // What cannot be saved now is kept by the browser and taken up when the spell is opened again.
  await closing.spell.flush().catch(() => {});
  closing.spell.dispose();
  closing.runs.close();
}

export async function closeAll(): Promise<void> {
  await Promise.all(openSpells.getState().list.map(({ id }) => closeSpell(id)));
}
