/** The WebSocket upgrade: everything is checked here, so that a runner only ever sees its own user. */
import * as z from "zod";
import { upgradeHeaders } from "../actor/rpc.ts";
import type { Identity } from "../platform/authenticator.ts";
import { now } from "../platform/clock.ts";
import { identify } from "../platform/identify.ts";
import { requireScope } from "../platform/scopes.ts";
import { readTicket } from "../platform/tickets.ts";
import { SpellError } from "../protocol/errors.ts";
import { askActor, managerOf, runnerOf } from "./actors.ts";
import { bearerToken } from "./middleware/auth.ts";
import { forgetSpell } from "./ownership.ts";
import { requireRate } from "./rates.ts";
import { addressParams, runnerAddressOf, sessionQuery } from "./request.ts";
import { type Failure, problem } from "./responses.ts";
import { addRoute, type App, emptyAnswer, problemAnswer, type RouteContext } from "./route.ts";

const subprotocol = "spellrunner.v1";
const tokenPrefix = "bearer.";

export function addConnectRoute(app: App): void {
  addRoute(
    app,
    {
      method: "get",
      path: "/spells/{id}/connect",
      summary:
        "Open a WebSocket to a runner, by the header, the subprotocols `spellrunner.v1, bearer.<token>` or a ticket",
      tag: "runners",
      access: "own",
      params: addressParams,
      query: sessionQuery.extend({ ticket: z.string().optional() }),
      responses: {
        101: emptyAnswer("The WebSocket"),
        426: problemAnswer("No upgrade was asked for"),
        429: problemAnswer("You have as many connections as you may"),
      },
    },
    connect,
  );
}

/** The order matters: Origin (before any route), token, ownership, and only then the actor. */
async function connect(c: RouteContext): Promise<Response> {
  if (c.req.header("upgrade")?.toLowerCase() !== "websocket")
    return problem(
      { code: "bad_request", message: "This is the address of a WebSocket; ask for an upgrade." },
      { status: 426, title: "Upgrade required", headers: { upgrade: "websocket", connection: "Upgrade" } },
    );
  const offered = (c.req.header("sec-websocket-protocol") ?? "").split(",").map((name) => name.trim());
  const { userId, expiresAt, keyId, scopes } = await identityOf(c, offered);
  await requireRate(c.env, "USER_RATE", userId);
  const address = await runnerAddressOf(c, userId);
  const key = keyId === undefined ? undefined : { id: keyId, scopes: scopes ?? [] };
  // Made anew and not copied: no header from outside, and no token, reaches the actor.
  const upgrade = new Request("https://runner/connect", {
    headers: {
      upgrade: "websocket",
      [upgradeHeaders.expiresAt]: String(expiresAt),
      ...(key === undefined ? {} : { [upgradeHeaders.key]: JSON.stringify(key) }),
    },
  });
  // Nothing has happened before a socket is there, so a second attempt does no harm.
  const response = await askActor(
    () => runnerOf(c.env, address),
    (runner) => runner.fetch(upgrade.clone()),
    "read",
  );
  if (response.status === 404) forgetSpell(address.owner, address.spellId);
  if (response.webSocket === null) return problem(await response.json<Failure>());
  // A browser drops a connection whose server chose none of the subprotocols that it offered.
  const headers: Record<string, string> = offered.includes(subprotocol)
    ? { "sec-websocket-protocol": subprotocol }
    : {};
  // Anew, since the actor's own takes no headers any more.
  return new Response(null, { status: 101, webSocket: response.webSocket, headers });
}

/** @throws SpellError `unauthorized` */
async function identityOf(c: RouteContext, offered: readonly string[]): Promise<Identity> {
  const token =
    bearerToken(c.req.header("authorization")) ??
    offered.find((name) => name.startsWith(tokenPrefix))?.slice(tokenPrefix.length);
  if (token !== undefined) {
    const identity = await identify(c.env, token, { isLasting: true });
    requireScope(identity.scopes, "runners");
    return identity;
  }
  const ticket = c.req.query("ticket");
  if (ticket !== undefined) return identityOfTicket(c, ticket);
  throw new SpellError(
    "unauthorized",
    "A connection needs a token: in the Authorization header, as the subprotocol `bearer.<token>`, or by `?ticket=`.",
  );
}

async function identityOfTicket(c: RouteContext, ticket: string): Promise<Identity> {
  const claimed = await readTicket(ticket);
  if (claimed === null) throw new SpellError("unauthorized", "The ticket is not one that was given here.");
  const { userId, hash } = claimed;
  const expiresAt = await askActor(
    () => managerOf(c.env, userId),
    (manager) => manager.consumeTicket(hash),
    "write",
  );
  if (expiresAt === null || expiresAt <= now())
    throw new SpellError("unauthorized", "The ticket is unknown, used or older than 30 s. Get a new one.");
  return { userId, expiresAt };
}
