/** The events service: what was said, to whom and where, as agents remember it. */
import {
  type EventsService,
  newEvent,
  type NewEvent,
  type Recalled,
  recallRequest,
  type RecallRequest,
  type Scalar,
  type ServiceCall,
  type StoredEvent,
} from "../../protocol/services.ts";
import { describeError, log } from "../../platform/log.ts";
import { nearest } from "../base/nearest.ts";
import { RowEntrypoint } from "../base/row-entrypoint.ts";

/** Among so many of the newest the nearest are looked for. */
const maxCompared = 2000;

export class EventsEntrypoint extends RowEntrypoint<StoredEvent, NewEvent> implements EventsService {
  protected readonly spec = {
    service: "events",
    noun: "event",
    table: "events",
    columns: new Set(["type", "channel", "date"]),
    vector: "embedding",
    schema: newEvent,
    make: (id: string, data: NewEvent, before: StoredEvent | undefined, now: number): StoredEvent => ({
      ...data,
      id,
      date: data.date ?? before?.date ?? new Date(now).toISOString(),
    }),
    dataOf: ({ id: _id, ...data }: StoredEvent): NewEvent => data,
  } as const;

  record(call: ServiceCall, event: NewEvent): Promise<StoredEvent> {
    return this.create(call, event);
  }

  protected override heard({ userId, depth }: ServiceCall, event: string, row: StoredEvent): void {
    const { AGENTS: agents } = this.env;
    if (event !== "created" || agents === undefined) return;
    const told = agents.eventRecorded({ userId, ...(depth === undefined ? {} : { depth }) }, row);
    this.ctx.waitUntil(
      told.catch((error: unknown) =>
        log.warn("agents were not told of an event", { id: row.id, error: describeError(error) }),
      ),
    );
  }

  async recall(call: ServiceCall, request: RecallRequest): Promise<Recalled> {
    const { userId } = this.call(call);
    const { embedding, limit, ...given } = this.argument("request", recallRequest, request);
    const where = Object.fromEntries(
      Object.entries(given).filter((entry): entry is [string, Scalar & string] => entry[1] !== undefined),
    );
    if (embedding !== undefined) {
      const rows = await this.table().vectors(userId, { where }, embedding.length, maxCompared);
      return { events: nearest(rows, (row) => row.embedding, embedding, limit) };
    }
    const sort: [string, -1][] = [["date", -1]];
    const { data } = await this.table().find(userId, {
      where,
      or: [],
      sort,
      limit,
      skip: 0,
      select: undefined,
    });
    return { events: data.toReversed() };
  }
}
