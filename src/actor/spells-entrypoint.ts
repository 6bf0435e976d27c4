/** The spells service: the runner itself, for nodes that learn only at run time which spell to run. */
import { WorkerEntrypoint } from "cloudflare:workers";
import type * as z from "zod";
import { defaultSession, publicIdOf, runnerName } from "./address.ts";
import { loadPublished, loadSpell } from "./loaded-spell.ts";
import { interfaceOf } from "./spell-interface.ts";
import type { RpcFailure, RunnerRpc } from "./rpc.ts";
import { SpellRepository } from "../db/spells.ts";
import type { StoredSpell } from "../db/stored-spell.ts";
import type { Env } from "../env.ts";
import { now } from "../platform/clock.ts";
import { sha256Hex } from "../platform/crypto.ts";
import { canonicalJson } from "../platform/json.ts";
import { fromStub } from "../platform/retry.ts";
import { SpellError } from "../protocol/errors.ts";
import type { RunRequest, RunResult } from "../protocol/runs.ts";
import {
  idOrName,
  type Page,
  type PushedValue,
  type PushRequest,
  pushRequest,
  query,
  type Query,
  type RanSpell,
  type RunSpellRequest,
  runSpellRequest,
  serviceCall,
  type ServiceCall,
  type SpellInterface,
  type SpellsService,
} from "../protocol/services.ts";
import type { SpellDocument, SpellSummary } from "../protocol/spell.ts";
import { parseArgument } from "../platform/parse-argument.ts";

/** Runs of spells that run each other by this service, one within the other. */
const maxDepth = 16;

/** Every method throws SpellErrors: `bad_request`, `not_found`, `overloaded`, `recursion_limit`, and the run's own failure. */
export class SpellsEntrypoint extends WorkerEntrypoint<Env> implements SpellsService {
  async find(call: ServiceCall, asked: Query = {}): Promise<Page<SpellSummary>> {
    const { userId } = checkedAs("call", serviceCall, call);
    return this.#spells().find(userId, checkedAs("query", query, asked));
  }

  async get(call: ServiceCall, id: string): Promise<SpellDocument> {
    const { userId } = checkedAs("call", serviceCall, call);
    return (await this.#stored(userId, checkedAs("id", idOrName, id))).document;
  }

  async interface(call: ServiceCall, spell: string): Promise<SpellInterface> {
    const { userId } = checkedAs("call", serviceCall, call);
    const asked = checkedAs("spell", idOrName, spell);
    const publicId = publicIdOf(asked);
    if (publicId !== undefined) {
      const published = await loadPublished(this.env.DB, publicId);
      return { id: asked, version: published.version, ...interfaceOf(published.spell.plan) };
    }
    const { id, version } = (await this.#stored(userId, asked)).document;
    const { plan } = await loadSpell(this.#spells(), userId, id);
    return { id, version, ...interfaceOf(plan) };
  }

  async run(call: ServiceCall, request: RunSpellRequest): Promise<RanSpell> {
    const {
      userId,
      runId,
      idempotencyKey,
      deadlineAt,
      depth = 0,
      traceparent,
      cancelled,
    } = checkedAs("call", serviceCall, call);
    const { spell, inputs, trigger, state, session } = checkedAs("request", runSpellRequest, request);
    if (session !== undefined && runId !== undefined)
      throw new SpellError("bad_request", "spells: a run within a run has a session of its own. Name none.");
    if (depth >= maxDepth)
      throw new SpellError(
        "recursion_limit",
        `spells: runs are nested ${maxDepth} deep. Look for spells that run each other.`,
      );
    const { id } = (await this.#stored(userId, spell)).document;
    const order: RunRequest = {
      inputs,
      ...(trigger === undefined ? {} : { trigger }),
      ...(state === undefined ? {} : { state }),
      ...(deadlineAt === undefined ? {} : { timeoutMs: Math.max(1, Math.floor(deadlineAt - now())) }),
    };
    // A session for each depth: a run waits only for those that are deeper, so that they never wait for each other in a circle.
    const runner = this.#runner(userId, id, session ?? `sub-${depth + 1}`);
    const asked = runner.run(order, {
      depth: depth + 1,
      ...(traceparent === undefined ? {} : { traceparent }),
      ...(cancelled === undefined ? {} : { cancelled }),
      ...(idempotencyKey === undefined
        ? {}
        : { idempotency: await idempotencyOf(idempotencyKey, [id, inputs, trigger, state]) }),
    });
    const answer = await asked.catch(refused);
    if (!answer.ok) throw failureOf(answer);
    if (answer.waiting === true)
      throw new SpellError(
        "conflict",
        `spells: "${spell}" waits for a human (run ${answer.runId}), and another run cannot wait for that.`,
      );
    const { runId: made, outputs, state: left } = JSON.parse(answer.json) as RunResult;
    return { runId: made, outputs, state: left };
  }

  async push(call: ServiceCall, request: PushRequest): Promise<PushedValue> {
    const { userId, runId, idempotencyKey } = checkedAs("call", serviceCall, call);
    const { spell, source, session = defaultSession, value } = checkedAs("request", pushRequest, request);
    const { id } = (await this.#stored(userId, spell)).document;
    const asked = this.#runner(userId, id, session).pushFromSpell(
      source,
      { value, ...(runId === undefined ? {} : { runId }) },
      idempotencyKey === undefined ? undefined : await idempotencyOf(idempotencyKey, [source, value]),
    );
    const answer = await asked.catch(refused);
    if (!answer.ok) throw failureOf(answer);
    return JSON.parse(answer.json) as PushedValue;
  }

  /** By id, else the newest of exactly that name. */
  async #stored(userId: string, ref: string): Promise<StoredSpell> {
    const spells = this.#spells();
    const found = (await spells.get(userId, ref)) ?? (await spells.findByName(userId, ref));
    if (found !== null) return found;
    throw new SpellError("not_found", `spells: there is no spell "${ref.slice(0, 100)}".`);
  }

  #spells(): SpellRepository {
    return new SpellRepository(this.env.DB);
  }

  #runner(userId: string, spellId: string, session: string): RunnerRpc {
    return this.env.SPELL_RUNNER.getByName(runnerName({ caller: userId, owner: userId, spellId, session }));
  }
}

const checkedAs = <T>(name: string, schema: z.ZodType<T>, value: unknown): T =>
  parseArgument("spells", name, schema, value);

const idempotencyOf = async (key: string, request: unknown) => ({
  key: `service ${key}`,
  fingerprint: await sha256Hex(canonicalJson(request)),
});

const refused = (error: unknown): never => {
  throw fromStub(error);
};

function failureOf({ error }: RpcFailure): SpellError {
  const { code, message, errors, retryAfter, errorId } = error;
  return new SpellError(code, message, {
    ...(errors === undefined ? {} : { errors }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(errorId === undefined ? {} : { errorId }),
  });
}
