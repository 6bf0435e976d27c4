/** The entities service: objects of any type that an author thinks of. Tasks are entities of type `task`. */
import * as z from "zod";
import { json, jsonObject } from "../values.ts";
import type { RowService } from "./query.ts";

export const newEntity = z.object({
  type: z.string().min(1).max(200),
  /** Asked by path: `find(call, { type: "task", "data.status": "active" })`. */
  data: jsonObject,
});
export type NewEntity = z.infer<typeof newEntity>;

/** `createdAt`, `updatedAt`: ms since 1970. */
export const entity = newEntity.extend({
  id: z.string(),
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
});
export type Entity = z.infer<typeof entity>;

export type EntitiesService = RowService<Entity, NewEntity>;

export const taskType = "task";

/** One step of a task as Finish Task Step notes it; every part is what the author's spell gave. */
export const taskStep = z.object({
  reasoning: z.string().optional(),
  skill: z.string().optional(),
  result: z.string().optional(),
  success: z.string().optional(),
  reflection: z.string().optional(),
});

/** The `data` of an entity of type `task`. */
export const taskData = z.object({
  objective: z.string(),
  /** The author's kind of task. */
  type: z.string(),
  status: z.enum(["active", "completed", "cancelled"]),
  eventData: json.optional(),
  steps: z.array(taskStep),
});
export type TaskData = z.infer<typeof taskData>;
