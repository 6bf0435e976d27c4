/** What a connection tells its listeners, by name. */
import type { SpellError } from "../../src/protocol/spell-error.ts";
import type { ServerMessage, Snapshot } from "../../src/protocol/down.ts";
import type { StampedEvent } from "../../src/protocol/events.ts";
import type { LocalRun } from "./local-run.ts";

/**
 * `connecting`: a connection is being made. `behind`: it is there, and what was missed is coming. `live`: everything up to now has
 * come. `offline`: it is gone; another is tried, unless it was closed.
 */
export type ConnectionState = "connecting" | "behind" | "live" | "offline";

type OfType<T extends ServerMessage["type"]> = Extract<ServerMessage, { type: T }>;

/** Every message by its type, and what the connection itself has to say. */
export type ConnectionEvents = { [T in ServerMessage["type"]]: OfType<T> } & {
  /** Every event of the journal, each once and in order. */
  event: StampedEvent;
  state: ConnectionState;
  /** A gap is no longer kept: how things stand instead. */
  snapshot: Snapshot;
  /** A run has ended on the server, and was run here. */
  replayed: LocalRun;
  /** Something went wrong that no call is answered with; what a closed connection ended with is its last. */
  fault: SpellError;
};
