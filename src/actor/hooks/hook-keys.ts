/**
 * Addresses of webhooks: `/hooks/<id>.<target>.<mac>`. The id leads to the runner (D1 has its hash), the runner itself knows by the
 * mac that it gave this address for that target: who has one address of a spell has none of its others.
 */
import { decodeText, encodeText } from "../../platform/base64url.ts";
import { isMac, macOf, randomToken } from "../../platform/crypto.ts";

/** What an address stands for: a source of the spell, or what a run calls so and waits for. */
export type HookTarget = { nodeId: string } | { runId: string; name: string };

interface HookKey extends Record<string, SqlStorageValue> {
  id: string;
  secret: string;
}

/** No id of a node or a run has a colon. */
const textOf = (target: HookTarget): string =>
  "nodeId" in target ? target.nodeId : `${target.runId}:${target.name}`;

function targetOf(text: string): HookTarget {
  const colon = text.indexOf(":");
  return colon === -1 ? { nodeId: text } : { runId: text.slice(0, colon), name: text.slice(colon + 1) };
}

export class HookKeys {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The runner's own key, made when it is first asked for. */
  get id(): string {
    return this.#key().id;
  }

  /** The id, if one was ever made. */
  get known(): string | undefined {
    return this.#find()?.id;
  }

  /** Path of the address that stands for it. */
  pathOf(target: HookTarget): string {
    const { id, secret } = this.#key();
    const text = textOf(target);
    return `/hooks/${id}.${encodeText(text)}.${macOf(secret, text)}`;
  }

  /** What this runner gave the address for; undefined for one that it never gave. */
  targetOf(part: string, mac: string): HookTarget | undefined {
    const key = this.#find();
    const text = decodeText(part);
    return key === undefined || text === null || !isMac(mac, key.secret, text) ? undefined : targetOf(text);
  }

  /** No address of before leads here any more. */
  clear(): void {
    this.#sql.exec("DELETE FROM hook_keys");
  }

  #find(): HookKey | undefined {
    return this.#sql.exec<HookKey>("SELECT id, secret FROM hook_keys").toArray()[0];
  }

  #key(): HookKey {
    const known = this.#find();
    if (known !== undefined) return known;
    const key = { id: randomToken(18), secret: randomToken(32) };
    this.#sql.exec("INSERT INTO hook_keys (id, secret) VALUES (?, ?)", key.id, key.secret);
    return key;
  }
}
