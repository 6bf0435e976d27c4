/** The users service: who the caller is. */
import { WorkerEntrypoint } from "cloudflare:workers";
import { AccountRepository } from "../../db/accounts.ts";
import type { Env } from "../../env.ts";
import { type Me, serviceCall, type ServiceCall, type UsersService } from "../../protocol/services.ts";
import { parseArgument } from "../../platform/parse-argument.ts";

export class UsersEntrypoint extends WorkerEntrypoint<Env> implements UsersService {
  async me(call: ServiceCall): Promise<Me> {
    const { userId } = parseArgument("users", "call", serviceCall, call);
    const email = await new AccountRepository(this.env.DB).emailOf(userId);
    return { userId, ...(email === undefined ? {} : { email }) };
  }
}
