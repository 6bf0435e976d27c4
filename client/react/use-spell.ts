/** A spell in a React component: a connection for as long as it is shown, and how all stands. */
import { useEffect, useState, useSyncExternalStore } from "react";
import type { Connection, ConnectionOptions } from "../lib/connection.ts";
import type { SpellrunnerClient } from "../lib/client.ts";
import { runViewsOf, type SpellView } from "../lib/run-views.ts";
import { noStore } from "./no-store.ts";

export interface UsedSpell extends SpellView {
  /** To run, edit, play. Null until the component is mounted. */
  connection: Connection | null;
}

const nothing: SpellView = { state: "connecting", playing: false, version: 0, runs: [] };

/**
 * Connects while the component is mounted, anew where the client, the spell or the session is another. `options` of the first
 * call count; those of later ones do not.
 */
export function useSpell(
  client: Pick<SpellrunnerClient, "connect">,
  spellId: string,
  options: ConnectionOptions = {},
): UsedSpell {
  const [first] = useState(options);
  const { session } = options;
  const [connection, setConnection] = useState<Connection | null>(null);
  useEffect(() => {
    const made = client.connect(spellId, { ...first, session });
    // From its beginning, so that nothing it tells is missed.
    runViewsOf(made);
    setConnection(made);
    return () => {
      setConnection(null);
      made.close();
    };
  }, [client, spellId, session, first]);
  const store = connection === null ? null : runViewsOf(connection);
  const subscribe = store === null ? noStore.subscribe : subscribeTo(store);
  const view = useSyncExternalStore(
    subscribe,
    () => store?.get() ?? nothing,
    () => nothing,
  );
  return { ...view, connection };
}

type Subscribe = (listener: () => void) => () => void;
const subscriptions = new WeakMap<object, Subscribe>();

/** The same function for the same store: another one would subscribe anew at each render. */
export function subscribeTo(store: { subscribe: Subscribe }): Subscribe {
  let subscribe = subscriptions.get(store);
  if (subscribe === undefined)
    subscriptions.set(store, (subscribe = (listener) => store.subscribe(listener)));
  return subscribe;
}
