/** What every service that keeps rows is: Feathers' methods, checked, on its table. A service adds its schemas and its own verbs. */
import { WorkerEntrypoint } from "cloudflare:workers";
import * as z from "zod";
import type { Env } from "../../env.ts";
import {
  type Page,
  type ParsedQuery,
  type Query,
  query,
  type RowService,
  serviceCall,
  type ServiceCall,
} from "../../protocol/services.ts";
import { type Remembered, rememberedOf } from "./answers.ts";
import { parseArgument } from "../../platform/parse-argument.ts";
import { type RowSpec, RowTable } from "./row-table.ts";
import { tellChanged } from "./tell-changed.ts";

export interface RowServiceSpec<Row extends { id: string }, New> extends RowSpec<Row, New> {
  /** Its name among the services: `entities`. */
  service: string;
  schema: z.ZodType<New>;
  /** What of a row is its author's: what `patch` lays the new fields over. */
  dataOf: (row: Row) => New;
}

const rowId = z.string().min(1).max(200);

export abstract class RowEntrypoint<Row extends { id: string }, New>
  extends WorkerEntrypoint<Env>
  implements RowService<Row, New>
{
  protected abstract readonly spec: RowServiceSpec<Row, New>;

  async find(call: ServiceCall, asked: Query = {}): Promise<Page<Row>> {
    const { userId } = this.call(call);
    return this.table().find(userId, this.argument<ParsedQuery>("query", query, asked));
  }

  async get(call: ServiceCall, id: string): Promise<Row> {
    const { userId } = this.call(call);
    return this.table().get(userId, this.argument("id", rowId, id));
  }

  async create(call: ServiceCall, data: New): Promise<Row> {
    const checked = this.call(call);
    const row = this.argument("data", this.spec.schema, data);
    const made = await this.table().create(
      checked.userId,
      row,
      await this.remembered(checked, ["create", row]),
    );
    return this.changed(checked, "created", made);
  }

  async update(call: ServiceCall, id: string, data: New): Promise<Row> {
    const checked = this.call(call);
    const row = this.argument("data", this.spec.schema, data);
    const remembered = await this.remembered(checked, ["update", id, row]);
    const next = await this.table().change(
      checked.userId,
      this.argument("id", rowId, id),
      () => row,
      remembered,
    );
    return this.changed(checked, "updated", next);
  }

  async patch(call: ServiceCall, id: string, data: Partial<New>): Promise<Row> {
    const checked = this.call(call);
    const fields = this.argument("data", z.record(z.string(), z.unknown()), data) as Partial<New>;
    const { schema, dataOf } = this.spec;
    const merged = (row: Row): New => this.argument("data", schema, { ...dataOf(row), ...fields });
    const remembered = await this.remembered(checked, ["patch", id, fields]);
    const next = await this.table().change(
      checked.userId,
      this.argument("id", rowId, id),
      merged,
      remembered,
    );
    return this.changed(checked, "patched", next);
  }

  async remove(call: ServiceCall, id: string): Promise<Row> {
    const checked = this.call(call);
    const remembered = await this.remembered(checked, ["remove", id]);
    const gone = await this.table().remove(checked.userId, this.argument("id", rowId, id), remembered);
    return this.changed(checked, "removed", gone);
  }

  /** Tells the user's runners that want to know, off the path; gives the row. */
  protected changed(call: ServiceCall, event: string, row: Row): Row {
    const { service } = this.spec;
    const isNewEvent = service === "events" && event === "created";
    const told = tellChanged(
      this.env,
      call.userId,
      { service, event, id: row.id },
      isNewEvent ? row : undefined,
    );
    this.ctx.waitUntil(told);
    this.heard(call, event, row);
    return row;
  }

  /** What a service has others do after a change, off the path. */
  protected heard(_call: ServiceCall, _event: string, _row: Row): void {}

  protected table(): RowTable<Row, New> {
    return new RowTable(this.env.DB, this.spec);
  }

  /** @throws SpellError `bad_request` */
  protected call(call: unknown): ServiceCall {
    return this.argument("call", serviceCall, call);
  }

  /** @throws SpellError `bad_request` with the path of each fault */
  protected argument<T>(name: string, schema: z.ZodType<T>, value: unknown): T {
    return parseArgument(this.spec.service, name, schema, value);
  }

  protected remembered(call: ServiceCall, request: unknown): Promise<Remembered | undefined> {
    return rememberedOf(call, this.spec.service, request);
  }
}
