/** The entities service: objects of any type that an author thinks of. */
import { type EntitiesService, type Entity, newEntity, type NewEntity } from "../../protocol/services.ts";
import { RowEntrypoint } from "../base/row-entrypoint.ts";

export class EntitiesEntrypoint extends RowEntrypoint<Entity, NewEntity> implements EntitiesService {
  protected readonly spec = {
    service: "entities",
    noun: "entity",
    table: "entities",
    columns: new Set(["type"]),
    schema: newEntity,
    make: (id: string, data: NewEntity, before: Entity | undefined, now: number): Entity => ({
      ...data,
      id,
      createdAt: before?.createdAt ?? now,
      updatedAt: now,
    }),
    dataOf: ({ type, data }: Entity): NewEntity => ({ type, data }),
  } as const;
}
