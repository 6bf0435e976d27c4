/** Names of actors. Joined strings could be forged by a separator in a part, so a name is a JSON array. */
import { SpellError } from "../protocol/errors.ts";

export interface RunnerAddress {
  /** The verified user whose runner this is. */
  caller: string;
  /** Whose spell it is; of one that is published, whoever published it. */
  owner: string;
  /** `@<publicId>` of a published spell, which so is no spell of the caller's, whatever its owner calls it. */
  spellId: string;
  session: string;
}

export const defaultSession = "main";

export const runnerName = (address: RunnerAddress): string =>
  JSON.stringify([1, address.caller, address.owner, address.spellId, address.session]);

/** @throws SpellError `internal` when `name` was not made by {@link runnerName}. */
export function parseRunnerName(name: string | undefined): RunnerAddress {
  const parts: unknown = name === undefined ? undefined : JSON.parse(name);
  if (
    !Array.isArray(parts) ||
    parts.length !== 5 ||
    parts[0] !== 1 ||
    parts.some((part, i) => i > 0 && typeof part !== "string")
  )
    throw new SpellError("internal", "This runner has no proper name.");
  const [, caller, owner, spellId, session] = parts as [1, string, string, string, string];
  return { caller, owner, spellId, session };
}

/** Of a published spell its public id, whoever runs it, its owner too; undefined for a user's own. */
export const publicIdOf = (spellId: string): string | undefined =>
  spellId.startsWith("@") ? spellId.slice(1) : undefined;

export const managerName = (userId: string): string => JSON.stringify([1, userId]);

/** Whose manager it is. @throws SpellError `internal` when `name` was not made by {@link managerName} */
export function parseManagerName(name: string | undefined): string {
  const parts: unknown = name === undefined ? undefined : JSON.parse(name);
  if (Array.isArray(parts) && parts.length === 2 && parts[0] === 1 && typeof parts[1] === "string")
    return parts[1];
  throw new SpellError("internal", "This manager has no proper name.");
}
