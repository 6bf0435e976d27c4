/** Ids of stored things on wires: texts, and numbers, which they were until 2023. */
import type { NodeContext } from "../../engine/component.ts";
import type { Json } from "../../protocol/values.ts";
import { needed } from "../define.ts";
import { givenObject } from "../given.ts";
import { textFrom, wrongKind } from "../inputs.ts";

/** @throws SpellError `node_failed` for what is no id */
export function idFrom(context: NodeContext, name: string, value: Json | undefined): string {
  if (value === undefined || value === null || value === "") throw wrongKind(context, name, "an id", value);
  return textFrom(context, name, value);
}

/** An id by wire. */
export const neededId = (context: NodeContext, socket: string): string =>
  idFrom(context, socket, needed(context, socket));

/** The id of the stored thing that is on the wire whole. */
export const idOf = (context: NodeContext, socket: string): string =>
  idFrom(context, `${socket}.id`, givenObject(context, socket).id);
