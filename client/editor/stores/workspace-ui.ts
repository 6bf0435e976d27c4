/** What the author has before him in a spell: what is selected and which panels are open. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { OpenEnd } from "../core/search.ts";
import type { InputText, RunForm } from "./run-form.ts";

export interface Palette {
  /** Where the node goes, on the canvas. */
  position: readonly [number, number];
  end?: OpenEnd;
}

export interface UiState {
  nodes: readonly string[];
  edges: readonly string[];
  /** Indices of comments. */
  comments: readonly number[];
  palette: Palette | null;
  drawer: "console" | "runs" | null;
  dialog: "keys" | null;
  /** What a run takes; null until the plan is there. */
  form: RunForm | null;
  /** What is written in its fields, by input. */
  texts: Readonly<Record<string, InputText>>;
  /** Where a run starts; empty for the topmost. */
  trigger: string;
  /** The path of a node within the selected one's sub-spell, whose visits are shown. */
  inside: string | null;
  /** The visit shown; null for the latest. */
  visit: string | null;
}

export type WorkspaceUi = StoreApi<UiState>;

export const createUi = (): WorkspaceUi =>
  createStore<UiState>(() => ({
    nodes: [],
    edges: [],
    comments: [],
    palette: null,
    drawer: null,
    dialog: null,
    form: null,
    texts: {},
    trigger: "",
    inside: null,
    visit: null,
  }));

/** Selects nodes, and nothing else. */
export const selectNodes = (ui: WorkspaceUi, nodes: readonly string[]): void =>
  ui.setState({ nodes, edges: [], comments: [], inside: null, visit: null });
