/** The actor that knows a user's runners. */
import type { Env } from "../../env.ts";
import type { ServiceChanged } from "../../protocol/down.ts";
import type { TimingsRequest } from "../../protocol/services.ts";

/** What services ask of it. The runtime's own stub types are deeper than the compiler follows. */
interface Manager {
  serviceChanged(change: ServiceChanged, row: unknown): Promise<void>;
  /** `json`: {@link file://../../protocol/services/speech.ts} `timingsResult`. */
  timings(query: TimingsRequest): Promise<{ json: string }>;
}

/** Undefined in a Worker without the actors. */
export const managerOf = (
  { SPELL_MANAGER: managers }: Partial<Pick<Env, "SPELL_MANAGER">>,
  userId: string,
): Manager | undefined =>
  // Named as actor/address.ts has it.
  managers?.getByName(JSON.stringify([1, userId])) as unknown as Manager | undefined;
