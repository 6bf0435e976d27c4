/** The users service as other services and nodes see it: who is asking. Keys and secrets are for HTTP alone. */
import * as z from "zod";
import type { ServiceCall } from "./call.ts";

export const me = z.object({ userId: z.string(), email: z.string().optional() });
export type Me = z.infer<typeof me>;

export interface UsersService {
  me(call: ServiceCall): Promise<Me>;
}
