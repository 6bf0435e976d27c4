/**
 * AttemptCounter: one for each account that people try to sign in to, and for each address they try from. Counts exactly, since
 * all attempts of one kind come here, one after the other; keeps nothing when its time is over.
 */
import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env.ts";
import { now } from "../platform/clock.ts";
import type { AttemptRpc } from "./rpc.ts";

interface Attempts {
  count: number;
  /** ms since 1970 at which they are forgotten. */
  endsAt: number;
}

const key = "attempts";

export class AttemptCounter extends DurableObject<Env> implements AttemptRpc {
  async take(limit: number, windowMs: number): Promise<number> {
    const at = now();
    const kept = this.#kept(at);
    if (kept !== undefined && kept.count >= limit) return kept.endsAt - at;
    const endsAt = kept?.endsAt ?? at + windowMs;
    this.ctx.storage.kv.put(key, { count: (kept?.count ?? 0) + 1, endsAt } satisfies Attempts);
    if (kept === undefined) await this.ctx.storage.setAlarm(endsAt);
    return 0;
  }

  async giveBack(all: boolean): Promise<void> {
    const kept = this.#kept(now());
    if (kept === undefined) return;
    const count = all ? 0 : Math.max(0, kept.count - 1);
    this.ctx.storage.kv.put(key, { ...kept, count } satisfies Attempts);
  }

  override async alarm(): Promise<void> {
    if (this.#kept(now()) === undefined) await this.ctx.storage.deleteAll();
  }

  #kept(at: number): Attempts | undefined {
    const kept = this.ctx.storage.kv.get<Attempts>(key);
    return kept !== undefined && kept.endsAt > at ? kept : undefined;
  }
}
