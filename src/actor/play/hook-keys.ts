/**
 * Addresses of webhooks: `/hooks/<id>.<node>.<mac>`. The id leads to the runner (D1 has its hash), the runner itself knows by the
 * mac that it gave this address for that node: who has one address of a spell has none of its others.
 */
import { decodeText, encodeText } from "../../platform/base64url.ts";
import { isMac, macOf, randomToken } from "../../platform/crypto.ts";

interface HookKey extends Record<string, SqlStorageValue> {
  id: string;
  secret: string;
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

  /** Path of the address that fires a source. */
  pathOf(nodeId: string): string {
    const { id, secret } = this.#key();
    return `/hooks/${id}.${encodeText(nodeId)}.${macOf(secret, nodeId)}`;
  }

  /** The node for which this runner gave the address; undefined for one that it never gave. */
  nodeOf(part: string, mac: string): string | undefined {
    const key = this.#find();
    const nodeId = decodeText(part);
    if (key === undefined || nodeId === null || !isMac(mac, key.secret, nodeId)) return undefined;
    return nodeId;
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
