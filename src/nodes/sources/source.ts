/** What fires a source while its spell is played. A host asks `catalogue.find(component).sourceOf(data)`. */
import type { NodeContext } from "../../engine/component.ts";
import type { Json, JsonObject } from "../../protocol/values.ts";

/** Fires at times of its own. */
export interface TimerSource {
  kind: "interval" | "cron";
  /**
   * When it fires next, in ms since 1970; undefined when it is done.
   * @param after the time of its last firing, at first that at which the spell was played
   * @param fired how often it has fired
   */
  next(after: number, fired: number): number | undefined;
}

/** Fires when somebody outside asks for its address. */
export interface WebhookSource {
  kind: "webhook";
  /** What the asker gets: word that it was taken, or what the run gives. */
  reply: "accepted" | "outputs";
}

/** Fires with what is pushed to its name: by a connection (`push`), or another spell's Spell Out; or with events that are recorded. */
export interface PushedSource {
  kind: "client" | "spell" | "event";
}

export type Source = TimerSource | WebhookSource | PushedSource;

/** What the firing brought: the run's input of the source's name, else its first. */
export function brought(context: NodeContext): Json | undefined {
  const { name, id } = context.node;
  // Null is a value like any other.
  for (const key of name === undefined ? [id] : [name, id]) {
    const own = context.runInput(key);
    if (own !== undefined) return own;
  }
  return Object.values(context.runInputs)[0];
}

/** The same of sources whose firings are objects; empty for a run that somebody started by hand. */
export function broughtObject(context: NodeContext): JsonObject {
  const value = brought(context);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
