/** Every message of the protocol, by everybody who may not send it. A new message is here by being in the union of `up.ts`. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, it } from "vitest";
import * as z from "zod";
import { runnerName } from "../../src/actor/address.ts";
import { upgradeHeaders } from "../../src/actor/rpc.ts";
import type { Env } from "../../src/env.ts";
import { type ClientMessage, clientMessage } from "../../src/protocol/up.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { marked } from "../helpers/marked.ts";
import { marker, publish, saveGreeter } from "../helpers/published.ts";
import type { Things } from "../helpers/routes.ts";
import { sampleOf, type Schema } from "../helpers/sample.ts";
import { Tally } from "../helpers/tally.ts";
import { tokenOf } from "../helpers/tokens.ts";
import { type User, worldOf } from "../helpers/world.ts";

const owner = userNamed("messages-owner");
const stranger = userNamed("messages-stranger");
const reader = userNamed("messages-reader");
const tally = new Tally("isolation of messages");
let own: Things;
let hidden: string[];
let address: string;

const types = clientMessage.options.map(({ shape }) => shape.type.value);

/** A message of that type that is good by itself and names that run. */
function message(type: string, runId: string): ClientMessage {
  const option = clientMessage.options.find(({ shape }) => shape.type.value === type);
  const named: Record<string, unknown> = {
    runId,
    nodeId: "ask",
    visit: "1",
    source: "tell",
    baseVersion: 1,
    patch: [{ op: "replace", path: "/name", value: "changed by another" }],
    services: ["entities", "events", "documents", "agents"],
    inputs: { text: "x" },
  };
  const schema = z.toJSONSchema(option ?? z.never(), { io: "input" }) as Schema;
  return clientMessage.parse(sampleOf(schema, { named: (name) => named[name] }));
}

/** What is told between a message and the answer to one behind it. */
async function answerTo(tab: TestConnection, sent: ClientMessage): Promise<string[]> {
  const before = tab.frames.length;
  const last = `behind-${crypto.randomUUID()}`;
  tab.say(sent, { type: "push", source: last, value: 1 }, { type: "cancel", runId: last });
  await tab.wait(
    () =>
      tab.closed !== null || tab.frames.slice(before).some((frame) => frame.includes(`No run \\"${last}`)),
    `an answer behind ${sent.type}`,
  );
  return tab.frames.slice(before).filter((frame) => !frame.includes(last));
}

const codesIn = (frames: readonly string[]): string[] =>
  frames.flatMap((frame) =>
    [...frame.matchAll(/"type":"error",.*?"code":"(\w+)"/g)].map((match) => match[1] ?? ""),
  );
const leaks = (frames: readonly string[], marks = hidden): string | false => {
  const told = frames.join("\n");
  return marks.some((mark) => told.includes(mark)) && `tells ${told.slice(0, 300)}`;
};
const isNot = (frames: readonly string[], expected: string | undefined): string | false => {
  const codes = codesIn(frames);
  return String(codes[0]) !== String(expected) && `${codes.join()} instead of ${expected}`;
};

const open = async (user: User, spellId: string): Promise<TestConnection> => {
  const tab = await TestConnection.open(user, spellId);
  await tab.hello();
  return tab;
};

beforeAll(async () => {
  const world = await worldOf(owner);
  own = world.things;
  hidden = [world.mark, owner.name, marker];
  await saveGreeter(owner, "greet", { extra: { is: "Ask", data: { prompt: "Go on?" } } });
  address = `@${(await publish(owner, "greet")).publicId}`;
}, 120_000);

describe("Every message", () => {
  it("is refused before hello, which alone is none of anybody's", async () => {
    for (const type of types.filter((one) => one !== "hello")) {
      const tab = await TestConnection.open(owner, "private");
      tab.say(message(type, own.waitingRun ?? ""), { type: "cancel", runId: "behind" });
      await tab.wait(() => tab.messages.length === 2, "two refusals");
      tally.add(`${type} before hello`, isNot(tab.frames, "protocol_error"), leaks(tab.frames));
      tab.close();
    }
  });

  it("closes a connection whose token has ended, and does nothing", async () => {
    const runner = (env as unknown as Env).SPELL_RUNNER.getByName(
      runnerName({ caller: owner.name, owner: owner.name, spellId: "private", session: "main" }),
    );
    for (const type of types) {
      const headers = { upgrade: "websocket", [upgradeHeaders.expiresAt]: String(Date.now() - 1) };
      const tab = TestConnection.of(await runner.fetch(new Request("https://runner/connect", { headers })));
      tab.say({ type: "hello" }, message(type, own.waitingRun ?? ""));
      await tab.wait(() => tab.closed, "the close");
      tally.add(
        `${type} with an expired token`,
        tab.closed?.code !== 4401 && `${tab.closed?.code}`,
        leaks(tab.frames),
      );
    }
  });

  it("reaches nothing of another user's, though spell and run are named", async () => {
    const watching = await open(owner, "private");
    const seen = watching.frames.length;
    await stranger.ask("/spells/private", { method: "PUT", body: marked("private", "another") });
    for (const type of types) {
      const tab = await open(stranger, "private");
      const frames = await answerTo(tab, message(type, own.waitingRun ?? ""));
      const names = type === "cancel" || type === "answer";
      tally.add(`${type} of another user`, names && isNot(frames, "not_found"), leaks(frames));
      tab.close();
    }
    const run = await bodyOf(await owner.ask(`/spells/private/runs/${own.waitingRun}`));
    tally.add("the owner's run goes on", run.status !== "waiting" && run.status);
    const { name } = await bodyOf(await owner.ask("/spells/private"));
    tally.add("the owner's spell is as it was", name !== hidden[0] && name);
    const told = watching.frames.slice(seen);
    tally.add("the owner is told of nothing", told.length > 0 && told.join());
  });

  it("does to a published spell what its interface has, and no more", async () => {
    const runOf = async (user: User): Promise<string> => {
      const response = await user.ask(`/spells/${address}/run`, { body: { inputs: { text: "Ada" } } });
      return (await bodyOf(response)).runId;
    };
    const others = await runOf(owner);
    const refused: Record<string, string> = {
      play: "forbidden",
      pause: "forbidden",
      edit: "forbidden",
      // A state that is given is no input.
      run: "forbidden",
    };
    for (const type of types) {
      const tab = await open(reader, address);
      const runId = await runOf(reader);
      const sent = message(type, others);
      const stray = await answerTo(tab, sent.type === "run" ? { ...sent, state: { mine: 1 } } : sent);
      const names = type === "cancel" || type === "answer";
      tally.add(
        `${type} of a reader, with another's run`,
        names ? isNot(stray, "not_found") : isNot(stray, refused[type] ?? refusals[type]),
        leaks(stray),
      );
      const frames = await answerTo(tab, {
        ...message(type, runId),
        ...(type === "answer" ? { nodeId: "extra" } : {}),
      });
      tally.add(
        `${type} of a reader`,
        isNot(frames, type === "run" ? undefined : (refused[type] ?? refusals[type])),
        leaks(frames),
      );
      tab.close();
    }
    const run = await bodyOf(await owner.ask(`/spells/${address}/runs/${others}`));
    tally.add("another reader's run goes on", run.status !== "waiting" && run.status);
  });
});

/** Of what is good by itself and yet refused here: what is named there is not. */
const refusals: Record<string, string> = { push: "not_found", auth: "unauthorized" };

describe("A token that comes by auth", () => {
  it("renews for the connection's own user alone", async () => {
    const seconds = Math.floor(Date.now() / 1000);
    const tokens = {
      none: "",
      "no JWT": "x",
      "a forged token": await tokenOf(stranger.name, {}, "another secret than ours, 32 bytes and more"),
      "an expired token": await tokenOf(stranger.name, { exp: seconds - 60 }),
      "another user's token": await tokenOf(owner.name),
      "a key that there is not": "sk_none",
    };
    const tab = await open(stranger, "private");
    for (const [what, token] of Object.entries(tokens)) {
      const frames = await answerTo(tab, { type: "auth", token });
      tally.add(`auth with ${what}`, isNot(frames, "unauthorized"), leaks(frames));
    }
    const frames = await answerTo(tab, { type: "auth", token: await tokenOf(stranger.name) });
    tally.add(
      "auth with one's own token",
      isNot(frames, undefined),
      !frames.join().includes("token.renewed") && "not renewed",
    );
  });
});

describe("The owner", () => {
  it("may send every one of them", async () => {
    for (const type of types) {
      const tab = await open(owner, "private");
      const sent = message(type, own.waitingRun ?? "");
      const frames = await answerTo(tab, sent.type === "auth" ? { ...sent, token: await owner.token } : sent);
      const last = type === "answer" ? "not_found" : undefined;
      tally.add(`${type} of the owner`, isNot(frames, type === "push" ? "not_found" : last));
      tab.close();
    }
    tally.end(types.length * 6);
  });
});
