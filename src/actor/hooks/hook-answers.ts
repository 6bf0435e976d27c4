/** What the sender of a webhook is answered. */
import type { Json } from "../../protocol/values.ts";
import { SpellError } from "../../protocol/errors.ts";
import type { Idempotency } from "../idempotency-keys.ts";
import type { RunAnswer } from "../rpc.ts";
import type { RunAnswers } from "../run-answers.ts";
import type { HeldSpell } from "../held-spell.ts";
import type { HookKeys } from "./hook-keys.ts";
import { type PlayedSources, sourcesOf } from "../play/played-sources.ts";
import type { Player } from "../play/player.ts";
import type { Callbacks } from "./callbacks.ts";

/** Taken, and not waited for. */
export interface HookTaken {
  ok: true;
  taken: true;
  runId: string;
}

export interface HookCall {
  /** Of the address, behind its id. */
  part: string;
  mac: string;
  value: { body: Json; query: Record<string, Json>; headers: Record<string, Json> };
  idempotency?: Idempotency;
}

export interface HookAnswersOptions {
  hooks: HookKeys;
  callbacks: Callbacks;
  sources: PlayedSources;
  player: Player;
  spell: HeldSpell;
  answers: Pick<RunAnswers, "outcome">;
}

export class HookAnswers {
  readonly #options: HookAnswersOptions;

  constructor(options: HookAnswersOptions) {
    this.#options = options;
  }

  /** By which the addresses are known outside; undefined where none was ever given. */
  get id(): string | undefined {
    return this.#options.hooks.known;
  }

  /**
   * Fires the source that the address is of, or answers the question of a run.
   * @throws SpellError `not_found` for an address that was never given, or whose source is no more; what {@link Player.fire} throws
   */
  async take({ part, mac, value, idempotency }: HookCall): Promise<HookTaken | RunAnswer> {
    const { hooks, callbacks, sources, player, answers } = this.#options;
    const target = hooks.targetOf(part, mac);
    if (target !== undefined && "runId" in target)
      return { ok: true, taken: true, runId: callbacks.take(target, value) };
    const nodeId = target?.nodeId;
    const name = nodeId === undefined ? undefined : sources.nameOf(nodeId);
    if (nodeId === undefined || name === undefined) throw noHook();
    const awaits = player.isPlaying && (await this.#repliesWithOutputs(nodeId));
    const { runId, begun } = await player.fire("webhook", name, value, { idempotency, awaits });
    if (!awaits) return { ok: true, taken: true, runId };
    await begun;
    return answers.outcome(runId);
  }

  async #repliesWithOutputs(nodeId: string): Promise<boolean> {
    const { spell } = this.#options;
    const { plan } = spell.present ?? (await spell.get());
    const source = sourcesOf(plan).find((one) => one.nodeId === nodeId)?.source;
    return source?.kind === "webhook" && source.reply === "outputs";
  }
}

const noHook = (): SpellError => new SpellError("not_found", "There is no webhook at this address.");
