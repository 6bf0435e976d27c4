/** The components of this server, fetched once. */
import { createStore } from "zustand/vanilla";
import type { ComponentDescription } from "../../../src/protocol/components.ts";

export type { ComponentDescription };

interface CatalogueState {
  components: readonly ComponentDescription[];
  /** By name and by the names of other years. */
  byName: ReadonlyMap<string, ComponentDescription>;
  error: string | null;
}

export const catalogue = createStore<CatalogueState>(() => ({
  components: [],
  byName: new Map(),
  error: null,
}));

let loading: Promise<void> | null = null;

/** What fails is told in the store, and tried again by the next call. */
export function loadCatalogue(): Promise<void> {
  loading ??= fetchCatalogue().catch((error: unknown) => {
    loading = null;
    catalogue.setState({ error: `The components cannot be loaded: ${(error as Error).message}` });
  });
  return loading;
}

async function fetchCatalogue(): Promise<void> {
  const response = await fetch("/components");
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const { data } = (await response.json()) as { data: ComponentDescription[] };
  const byName = new Map<string, ComponentDescription>();
  for (const component of data) for (const alias of component.aliases) byName.set(alias, component);
  for (const component of data) byName.set(component.name, component);
  catalogue.setState({ components: data, byName, error: null });
}
