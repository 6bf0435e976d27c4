/**
 * Brings a backup to a server. What is there already is left as it is, so a restore that was cut off is simply done again:
 * a spell goes on behind the versions that are the same, a row that is there with the same content counts as restored. Nothing
 * is overwritten: what differs is a conflict, and told.
 */
import { createHash } from "node:crypto";
import { isSameJson } from "../../../src/graph/same-json.ts";
import { canonicalJson } from "../../../src/platform/json.ts";
import { SpellError } from "../../../src/protocol/errors.ts";
import type { SpellDocument } from "../../../src/protocol/spell.ts";
import type { Json, JsonObject } from "../../../src/protocol/values.ts";
import type { SpellrunnerClient } from "../../lib/client.ts";
import { authored, count, type Counts, type Line, type RowKind, rowKinds } from "./lines.ts";
import { rowsOf, storesOf, versionsOf } from "./take.ts";

export interface Restored {
  /** By kind: versions of spells, rows. */
  restored: Counts;
  /** Was there already, with the same content. */
  same: Counts;
  conflicts: string[];
  /** Names of secrets that the server does not have: their values have to be set by hand. */
  missingSecrets: string[];
}

export class Restore {
  readonly result: Restored = { restored: {}, same: {}, conflicts: [], missingSecrets: [] };
  readonly #client: SpellrunnerClient;
  #spell: { id: string; known: number[]; done: number; isInConflict: boolean } | undefined;
  /** The server's stores by name, and the id of each of the backup's. */
  #stores: Map<string, string> | undefined;
  readonly #storeIds = new Map<string, string>();
  readonly #rows = new Map<RowKind, Map<string, number>>();
  #agents: Map<string, string> | undefined;
  #secrets: Set<string> | undefined;
  /** No agent answers the events that are restored. */
  #isSilent = false;

  constructor(client: SpellrunnerClient) {
    this.#client = client;
  }

  /** @throws SpellError what the server refuses; `conflict` for events while an agent listens */
  async take(line: Line): Promise<void> {
    switch (line.kind) {
      case "spell":
        return this.#version(line.id, line.document);
      case "store":
        return this.#store(line.id, line.name);
      case "secret":
        return this.#secret(line.name);
      case "end":
        return;
      default:
        return this.#row(line.kind, line.row);
    }
  }

  #count(how: "restored" | "same", kind: string): void {
    count(this.result[how], kind);
  }

  async #version(id: string, document: SpellDocument): Promise<void> {
    if (this.#spell?.id !== id)
      this.#spell = { id, known: await this.#versionsOn(id), done: 0, isInConflict: false };
    const spell = this.#spell;
    if (spell.isInConflict) return;
    const there = spell.known[spell.done];
    if (there === undefined) {
      const last = spell.known.at(-1);
      const saved = await this.#client.spells.put(id, document, last === undefined ? {} : { version: last });
      spell.known.push(saved.version);
      this.#count("restored", "spell");
    } else if (isSameDocument(await this.#client.spells.version(id, there), document))
      this.#count("same", "spell");
    else {
      spell.isInConflict = true;
      this.result.conflicts.push(
        `The spell "${id}" is another one on the server from its version ${there} on: nothing of it was changed.`,
      );
    }
    spell.done += 1;
  }

  async #versionsOn(id: string): Promise<number[]> {
    try {
      return await versionsOf(this.#client, id);
    } catch (error) {
      if (error instanceof SpellError && error.code === "not_found") return [];
      throw error;
    }
  }

  async #store(id: string, name: string): Promise<void> {
    this.#stores ??= new Map((await storesOf(this.#client)).map((store) => [store.name, store.id]));
    const known = this.#stores.get(name);
    const documents = this.#client.service("documents");
    const there = known ?? (await documents.call<{ id: string }>("createStore", { name })).id;
    this.#stores.set(name, there);
    this.#storeIds.set(id, there);
    this.#count(known === undefined ? "restored" : "same", "store");
  }

  async #row(kind: RowKind, row: JsonObject): Promise<void> {
    const data = authored(kind, row);
    const { storeId } = data;
    if (kind === "document" && typeof storeId === "string")
      data.storeId = this.#storeIds.get(storeId) ?? storeId;
    if (kind === "event") await this.#requireSilence();
    if (kind === "agent") return this.#agent(data);
    const there = await this.#rowsThere(kind);
    const print = fingerprint(data);
    const left = there.get(print) ?? 0;
    if (left > 0) {
      there.set(print, left - 1);
      this.#count("same", kind);
      return;
    }
    await this.#client.service(rowKinds[kind]).create(data);
    this.#count("restored", kind);
  }

  /** An agent goes by its name. It comes back stopped: its addresses are new, and two would answer. */
  async #agent(data: JsonObject): Promise<void> {
    this.#agents ??= await this.#agentsThere();
    const name = nameOf(data);
    const known = this.#agents.get(name);
    if (known === undefined) {
      await this.#client.service("agents").create(data);
      this.#agents.set(name, fingerprint(data));
      this.#count("restored", "agent");
    } else if (known === fingerprint(data)) this.#count("same", "agent");
    else this.result.conflicts.push(`There is another agent "${name}" on the server: it was not changed.`);
  }

  async #agentsThere(): Promise<Map<string, string>> {
    const agents = new Map<string, string>();
    for await (const row of rowsOf(this.#client, "agent")) {
      const data = authored("agent", row);
      agents.set(nameOf(data), fingerprint(data));
    }
    return agents;
  }

  /** How many rows of each content there are: each takes the place of one of the backup's. */
  async #rowsThere(kind: RowKind): Promise<Map<string, number>> {
    const known = this.#rows.get(kind);
    if (known !== undefined) return known;
    const there = new Map<string, number>();
    for await (const row of rowsOf(this.#client, kind)) {
      const print = fingerprint(authored(kind, row));
      there.set(print, (there.get(print) ?? 0) + 1);
    }
    this.#rows.set(kind, there);
    return there;
  }

  /** An event that is recorded starts what listens, however old it says to be. */
  async #requireSilence(): Promise<void> {
    if (this.#isSilent) return;
    for await (const agent of rowsOf(this.#client, "agent"))
      if (agent.isRunning === true && JSON.stringify(agent.bindings).includes('"kind":"event"'))
        throw new SpellError(
          "conflict",
          `The agent "${nameOf(agent)}" runs and would answer the events of the backup. Stop it, then restore again.`,
        );
    this.#isSilent = true;
  }

  async #secret(name: string): Promise<void> {
    this.#secrets ??= new Set((await this.#client.secrets.list()).map((secret) => secret.name));
    if (!this.#secrets.has(name)) this.result.missingSecrets.push(name);
  }
}

const isSameDocument = (a: SpellDocument, b: SpellDocument): boolean =>
  isSameJson({ ...a, version: 0 } as unknown as Json, { ...b, version: 0 } as unknown as Json);

const nameOf = ({ name }: JsonObject): string => (typeof name === "string" ? name : "");

const fingerprint = (data: JsonObject): string =>
  createHash("sha256").update(canonicalJson(data)).digest("base64url");
