/**
 * Every route of the OpenAPI document, by everybody who may not: without a token, with one that does not hold, as another user, by a
 * key for something else, as a reader of what is published. A new route is here by being in the document; one that needs an
 * expectation of its own says so in `exceptions`.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { bodyOf, ask, userNamed } from "../helpers/api.ts";
import { marker, publish, saveGreeter } from "../helpers/published.ts";
import {
  type Document,
  readDocument,
  requestTo,
  type Route,
  routesOf,
  type Things,
} from "../helpers/routes.ts";
import { Tally } from "../helpers/tally.ts";
import { tokenOf } from "../helpers/tokens.ts";
import { nowhere, type User, worldOf } from "../helpers/world.ts";

const owner = userNamed("isolation-owner");
const stranger = userNamed("isolation-stranger");
const reader = userNamed("isolation-reader");
const tally = new Tally("isolation of routes");
let document: Document;
let routes: Route[];
let own: Things;
/** What none but the owner may see. */
let hidden: string[];
let publicId: string;
/** What the owner has, as he sees it. */
let before: Map<string, Told>;

/** Where something other than the derived status is right for another user, and why. */
const exceptions: Record<string, { status: number[]; since: string }> = {
  "PUT /spells/{id}": { status: [201], since: "it saves a spell of the caller's own under that id" },
  "PUT /users/me/secrets/{name}": {
    status: [204],
    since: "it keeps a secret of the caller's own under that name",
  },
};

beforeAll(async () => {
  document = await readDocument();
  routes = routesOf(document);
  const world = await worldOf(owner);
  own = world.things;
  hidden = [world.mark, own.secret ?? "", owner.name, marker];
  await saveGreeter(owner, "greet", { extra: { is: "Ask", data: { prompt: "Go on?" } } });
  ({ publicId } = await publish(owner, "greet"));
  before = await holdings();
}, 120_000);

interface Told {
  status: number;
  /** Body and headers. */
  text: string;
}

async function tell(route: Route, things: Things, authorization?: string): Promise<Told> {
  const { path, method, headers, body } = requestTo(route, document, things, "x");
  const response = await ask(path, {
    method,
    headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
    ...(body === undefined ? {} : { body }),
  });
  response.webSocket?.accept();
  response.webSocket?.close();
  const text = response.webSocket === null ? await response.text() : "";
  return { status: response.status, text: `${text}\n${JSON.stringify([...response.headers])}` };
}

const leaks = ({ text }: Told): string | false => {
  const found = hidden.filter((mark) => text.includes(mark));
  return found.length > 0 && `tells ${found.join(", ")} in ${text.slice(0, 300)}`;
};
const isNot = ({ status, text }: Told, expected: readonly number[]): string | false =>
  !expected.includes(status) && `${status} instead of ${expected.join(" or ")}: ${text.slice(0, 200)}`;
const isFault = ({ status, text }: Told): string | false =>
  status >= 500 && `${status} ${text.slice(0, 200)}`;

/** Of runners and usage there is more with each look. */
const isSteady = ({ name, path, isPublic }: Route): boolean =>
  name.startsWith("GET") && !isPublic && !/\/(?:connect|runners?|usage)$/.test(path);

async function holdings(): Promise<Map<string, Told>> {
  const found = new Map<string, Told>();
  for (const route of routes)
    if (isSteady(route)) found.set(route.name, await tell(route, own, await bearerOf(owner)));
  return found;
}

const bearerOf = async (user: User): Promise<string> => `Bearer ${await user.token}`;
const namesThings = ({ path }: Route): boolean => path.includes("{");

describe("Every route", () => {
  it("is 401 without a token that holds, and tells nothing where it needs none", async () => {
    const now = Math.floor(Date.now() / 1000);
    const credentials = {
      "no token": undefined,
      "another scheme": `Basic ${btoa("isolation-owner:x")}`,
      "no JWT": "Bearer isolation-owner",
      "a forged token": `Bearer ${await tokenOf(owner.name, {}, "another secret than ours, 32 bytes and more")}`,
      "an expired token": `Bearer ${await tokenOf(owner.name, { exp: now - 60 })}`,
      "a key that there is not": "Bearer sk_none",
    };
    for (const route of routes)
      for (const [what, authorization] of Object.entries(credentials)) {
        const told = await tell(route, own, authorization);
        const isWrong = route.isPublic
          ? isFault(told)
          : isNot(told, [401]) || (!told.text.includes("www-authenticate") && "no WWW-Authenticate");
        tally.add(`${route.name} with ${what}`, isWrong, leaks(told));
      }
  });

  it("is 404 to another user for what is not his, the same as for what there is not", async () => {
    const none = nowhere();
    const named = (text: string, things: Things): string =>
      Object.entries(things).reduce(
        (left, [name, thing]) => left.replaceAll(`\\"${thing}\\"`, `<${name}>`),
        text,
      );
    for (const route of routes) {
      const exception = exceptions[route.name];
      // What it makes of his own would be found by those after it.
      const authorization = await bearerOf(
        exception === undefined ? stranger : userNamed(`isolation ${route.name}`),
      );
      const there = await tell(route, own, authorization);
      const absent = await tell(route, none, authorization);
      const expected = exception?.status ?? (namesThings(route) ? [404] : undefined);
      tally.add(
        `${route.name} as another user`,
        expected === undefined || route.isPublic ? isFault(there) : isNot(there, expected),
        !route.isPublic && (there.status === 401 || there.status === 403) && `${there.status}`,
        leaks(there),
      );
      tally.add(
        `${route.name} as another user, beside what there is not`,
        there.status !== absent.status && `${there.status} and ${absent.status}`,
        there.status >= 400 &&
          named(there.text, own) !== named(absent.text, none) &&
          `${there.text.slice(0, 200)} is not ${absent.text.slice(0, 200)}`,
      );
    }
  });

  it("is 403 by a key that is not for its kind, and by any key where it is about accounts", async () => {
    const holder = userNamed("isolation-keys");
    for (const scope of ["runs", "runners", "spells", "services", "all"]) {
      const made = await holder.ask("/users/me/keys", { body: { name: scope, scopes: [scope] } });
      const authorization = `Bearer ${(await bodyOf(made)).key}`;
      for (const route of routes) {
        if (route.isPublic) continue;
        const told = await tell(route, own, authorization);
        const isFor = route.tag !== "auth" && (scope === "all" || scope === route.tag);
        tally.add(
          `${route.name} by a key for ${scope}`,
          isFor ? (told.status === 401 || told.status === 403) && String(told.status) : isNot(told, [403]),
          leaks(told),
          isFault(told),
        );
      }
    }
  });
});

describe("A reader of a published spell", () => {
  it("runs it, and finds nothing of its author's or of another reader's by any route", async () => {
    const address = `@${publicId}`;
    const thingsOf = async (user: User): Promise<Things> => {
      const run = async (): Promise<string> => {
        const body = { inputs: { text: "x".repeat(300_000) } };
        return (await bodyOf(await user.ask(`/spells/${address}/run`, { body }))).runId;
      };
      const [first, failedRun, waitingRun] = [await run(), await run(), await run()];
      await user.ask(`/spells/${address}/runs/${failedRun}`, { method: "DELETE" });
      return { ...nowhere(), spell: address, run: first, failedRun, waitingRun, value: "1-1" };
    };
    const things = await thingsOf(reader);
    const others = await thingsOf(owner);
    const authorization = await bearerOf(reader);
    const sourceOnly = new Set(["/spells/{id}/runs/{runId}/fork", "/spells/{id}/runs/{runId}/plan"]);
    for (const route of routes.filter(({ path }) => path.startsWith("/spells/{id}"))) {
      const pattern = route.parameters.find(({ name }) => name === "id")?.schema.pattern ?? "";
      const isOpen = new RegExp(pattern).test(address);
      // First with another reader's runs, which takes nothing away that is needed.
      if (isOpen && route.path.includes("{runId}")) {
        const told = await tell(route, others, authorization);
        tally.add(
          `${route.name} of another reader's run`,
          isNot(told, sourceOnly.has(route.path) ? [403] : [404]),
          leaks(told),
        );
      }
      const told = await tell(route, things, authorization);
      const expected = sourceOnly.has(route.path)
        ? [403]
        : isOpen
          ? route.statuses.filter((status) => status < 300 || status === 409)
          : // An id that is none for a spell of one's own.
            route.method === "PUT"
            ? [400]
            : [404];
      tally.add(`${route.name} as a reader`, isNot(told, expected), leaks(told));
    }
  });
});

describe("The owner", () => {
  it("has what he had, and every request of the matrix is one that is good by itself", async () => {
    const authorization = await bearerOf(owner);
    const after = await holdings();
    expect(after.size).toBeGreaterThan(20);
    for (const [name, { text }] of before)
      tally.add(`${name} of the owner, when all others have tried`, after.get(name)?.text !== text && text);
    for (const route of routes) {
      if (route.isPublic) continue;
      const told = await tell(route, own, authorization);
      tally.add(
        `${route.name} as the owner`,
        told.status >= 300 && `${told.status}: ${told.text.slice(0, 300)}`,
      );
    }
    tally.end(routes.length * 13);
  });
});
