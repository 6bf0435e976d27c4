/** Tickets: from a token to what may stand in a WebSocket's URL. */
import { makeTicket } from "../platform/tickets.ts";
import { ticketLifetimeSeconds } from "../protocol/accounts.ts";
import { askActor, managerOf } from "./actors.ts";
import { audit } from "./audit.ts";
import { json } from "./responses.ts";
import { addRoute, answer, type App } from "./route.ts";

export function addAuthRoutes(app: App): void {
  addRoute(
    app,
    {
      method: "post",
      path: "/auth/tickets",
      summary: "Get a ticket that opens one WebSocket within 30 s",
      tag: "auth",
      access: "user",
      responses: { 201: answer("The ticket", "Ticket") },
    },
    async (c) => {
      const { userId, expiresAt } = c.var.identity;
      const { ticket, hash } = await makeTicket(userId);
      await askActor(
        () => managerOf(c.env, userId),
        (manager) => manager.createTicket(hash, expiresAt),
        "write",
      );
      audit(c, userId, { action: "ticket.made" });
      return json({ ticket, expiresIn: ticketLifetimeSeconds }, 201);
    },
  );
}
