/** Everything that a user keeps on a server, line by line: spells with all their versions, rows of the services, names of secrets. */
import type { JsonObject } from "../../../src/protocol/values.ts";
import type { SpellrunnerClient } from "../../lib/client.ts";
import type { PageOf } from "../../lib/spells-api.ts";
import { type Counts, count, type Head, type Line, type RowKind, rowKinds } from "./lines.ts";

/** A row may have 1.9 MB, and what a service answers 32 MiB: https://developers.cloudflare.com/workers/runtime-apis/rpc/ */
export const rowsAtOnce = 16;

/** @throws SpellError what the server refuses */
export async function* takeBackup(client: SpellrunnerClient): AsyncGenerator<Head | Line, void, undefined> {
  const { userId: user } = await client.service("users").call<{ userId: string }>("me");
  yield { format: "spellrunner-backup@1", at: new Date().toISOString(), user };
  const counts: Counts = {};
  for await (const line of linesOf(client)) {
    count(counts, line.kind);
    yield line;
  }
  yield { kind: "end", counts };
}

async function* linesOf(client: SpellrunnerClient): AsyncGenerator<Line, void, undefined> {
  for await (const { id } of pages((cursor) => client.spells.list({ limit: 100, ...cursor })))
    for (const version of await versionsOf(client, id))
      yield { kind: "spell", id, document: await client.spells.version(id, version) };
  for (const { id, name } of await storesOf(client)) yield { kind: "store", id, name };
  for (const kind of Object.keys(rowKinds) as RowKind[])
    for await (const row of rowsOf(client, kind)) yield { kind, row };
  for (const { name } of await client.secrets.list()) yield { kind: "secret", name };
}

/** Oldest first. Empty where there is no such spell. */
export async function versionsOf(client: SpellrunnerClient, id: string): Promise<number[]> {
  const versions: number[] = [];
  for await (const { version } of pages((cursor) => client.spells.versions(id, { limit: 100, ...cursor })))
    versions.push(version);
  return versions.toReversed();
}

export async function storesOf(client: SpellrunnerClient): Promise<{ id: string; name: string }[]> {
  const stores: { id: string; name: string }[] = [];
  for (;;) {
    const { data, total } = await client
      .service("documents")
      .call<{ data: { id: string; name: string }[]; total: number }>("findStores", {
        $skip: stores.length,
        $limit: 1000,
      });
    stores.push(...data);
    if (data.length === 0 || stores.length >= total) return stores;
  }
}

/** In the order of their creation. */
export async function* rowsOf(client: SpellrunnerClient, kind: RowKind) {
  const service = client.service<JsonObject & { id: string }>(rowKinds[kind]);
  for (let skip = 0; ;) {
    const { data, total } = await service.find({ $skip: skip, $limit: rowsAtOnce });
    yield* data;
    skip += data.length;
    if (data.length === 0 || skip >= total) return;
  }
}

async function* pages<T>(ask: (cursor: { cursor?: string }) => Promise<PageOf<T>>) {
  for (let cursor: string | undefined; ;) {
    const { data, nextCursor } = await ask(cursor === undefined ? {} : { cursor });
    yield* data;
    if (nextCursor === undefined) return;
    cursor = nextCursor;
  }
}
