/** How `GET /components` describes a component. */
import * as z from "zod";
import { socket } from "./spell.ts";
import { json } from "./values.ts";

/** `needs-service`: asks a service, which a host may not have. `retired`: loads, but what it asked is gone, so a run that reaches it fails. */
export const componentStatus = z.enum(["ready", "needs-service", "retired"]);
export type ComponentStatus = z.infer<typeof componentStatus>;

export const componentDescription = z.object({
  name: z.string(),
  aliases: z.array(z.string()),
  category: z.string(),
  status: componentStatus,
  help: z.string(),
  inputs: z.array(socket.extend({ required: z.boolean().optional() })),
  outputs: z.array(socket),
  /** May the author add sockets of his own? */
  dynamicInputs: z.boolean(),
  dynamicOutputs: z.boolean(),
  /** JSON Schema of the node's `data`. */
  data: json,
});
export type ComponentDescription = z.infer<typeof componentDescription>;

export const componentList = z.object({ data: z.array(componentDescription) });
