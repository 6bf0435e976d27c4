import { beforeAll, describe, expect, it } from "vitest";
import { ask, baseUrl, bodyOf, userNamed } from "../helpers/api.ts";
import { echoSpell } from "../helpers/documents.ts";
import { tokenOf } from "../helpers/tokens.ts";

const alice = userNamed("connect-alice");
const bob = userNamed("connect-bob");

beforeAll(async () => {
  expect((await alice.ask("/spells", { body: echoSpell("io") })).status).toBe(201);
});

const connect = (headers: Record<string, string>, query = "", spell = "io"): Promise<Response> =>
  ask(`/spells/${spell}/connect${query}`, { headers: { upgrade: "websocket", ...headers } });
const bearer = async (user = alice) => ({ authorization: `Bearer ${await user.token}` });
const ticketOf = async (user = alice): Promise<string> =>
  (await bodyOf(await user.ask("/auth/tickets", { method: "POST" }))).ticket;

/** Opens the socket of an answer, says hello and gives the first message that comes back. */
async function welcomeOf(response: Response) {
  expect(response.status).toBe(101);
  const socket = response.webSocket;
  if (socket === null) throw new Error("no WebSocket came");
  socket.accept();
  const message = new Promise<string>((resolve, reject) => {
    socket.addEventListener("message", ({ data }) => resolve(String(data)));
    socket.addEventListener("close", ({ code }) => reject(new Error(`closed with ${code}`)));
  });
  socket.send(JSON.stringify({ type: "hello" }));
  const parsed = JSON.parse(await message) as unknown;
  socket.close(1000);
  return [parsed].flat()[0] as { type: string; userId: string; session: string };
}

describe("a connection", () => {
  it("opens by the Authorization header", async () => {
    const response = await connect(await bearer());
    expect(response.headers.get("sec-websocket-protocol")).toBeNull();
    expect(await welcomeOf(response)).toMatchObject({ type: "welcome", userId: alice.name, session: "main" });
  });

  it("opens by subprotocols, of which the server chooses the one without the token", async () => {
    const response = await connect({
      "sec-websocket-protocol": `spellrunner.v1, bearer.${await alice.token}`,
    });
    expect(response.headers.get("sec-websocket-protocol")).toBe("spellrunner.v1");
    expect(await welcomeOf(response)).toMatchObject({ type: "welcome", userId: alice.name });
  });

  it("opens by a ticket, once", async () => {
    const query = `?ticket=${encodeURIComponent(await ticketOf())}`;
    expect(await welcomeOf(await connect({}, query))).toMatchObject({ type: "welcome", userId: alice.name });
    const again = await connect({}, query);
    expect(again.status).toBe(401);
    expect((await bodyOf(again)).detail).toMatch(/used/);
  });

  it("opens by a ticket once, also when two come with it at the same time", async () => {
    const query = `?ticket=${encodeURIComponent(await ticketOf())}`;
    const answers = await Promise.all([connect({}, query), connect({}, query)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([101, 401]);
    for (const { webSocket } of answers) {
      webSocket?.accept();
      webSocket?.close(1000);
    }
  });

  it("reaches the runner of its session", async () => {
    expect(await welcomeOf(await connect(await bearer(), "?session=second"))).toMatchObject({
      session: "second",
    });
  });

  it("opens from the server's own pages", async () => {
    expect(await welcomeOf(await connect({ ...(await bearer()), origin: baseUrl }))).toMatchObject({
      type: "welcome",
    });
  });

  it("takes no word from outside about when its token ends", async () => {
    const headers = { ...(await bearer()), "x-spellrunner-expires-at": "1" };
    expect(await welcomeOf(await connect(headers))).toMatchObject({ type: "welcome" });
  });
});

describe("an upgrade is refused", () => {
  const expired = async () => tokenOf(alice.name, { exp: Math.floor(Date.now() / 1000) - 60 });

  it.each<[string, () => Promise<Response>, number]>([
    ["without a token", () => connect({}), 401],
    ["with an expired token", async () => connect({ authorization: `Bearer ${await expired()}` }), 401],
    [
      "with an expired token as subprotocol",
      async () => connect({ "sec-websocket-protocol": `spellrunner.v1, bearer.${await expired()}` }),
      401,
    ],
    [
      "with a forged token",
      async () => connect({ authorization: `Bearer ${await tokenOf(alice.name, {}, "z".repeat(40))}` }),
      401,
    ],
    ["with the subprotocol alone", () => connect({ "sec-websocket-protocol": "spellrunner.v1" }), 401],
    ["with a token as the ticket", async () => connect({}, `?ticket=${await alice.token}`), 401],
    [
      "with a ticket that was never given",
      () => connect({}, `?ticket=${btoa(alice.name).replace(/=+$/, "")}.${"a".repeat(43)}`),
      401,
    ],
    ["with another user's spell", async () => connect(await bearer(bob)), 404],
    [
      "with another user's ticket",
      async () => connect({}, `?ticket=${encodeURIComponent(await ticketOf(bob))}`),
      404,
    ],
    ["with a spell that is not there", async () => connect(await bearer(), "", "nothing"), 404],
    ["with a bad session", async () => connect(await bearer(), "?session=a%20b"), 400],
    [
      "with a foreign Origin and a good token",
      async () => connect({ ...(await bearer()), origin: "https://evil.test" }),
      403,
    ],
  ])("%s", async (_what, upgrade, status) => {
    const response = await upgrade();
    expect(response.status).toBe(status);
    expect(response.webSocket).toBeNull();
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await bodyOf(response)).toMatchObject({ status });
  });
});

it("answers 426 to a request that asks for no upgrade", async () => {
  const response = await ask("/spells/io/connect", { headers: await bearer() });
  expect(response.status).toBe(426);
  expect(response.headers.get("upgrade")).toBe("websocket");
  expect(await bodyOf(response)).toMatchObject({ code: "bad_request", status: 426 });
});
