/** The client against a real server: what a tab relies on. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Connection, EnginePlugin, RunEvent, StampedEvent } from "../../../client/lib/index.ts";
import { EditConflict, SpellError } from "../../../client/lib/index.ts";
import { type LiveServer, startLiveServer } from "../../helpers/live-server.ts";
import { spell } from "../../helpers/spells.ts";

let server: LiveServer;
beforeAll(async () => {
  server = await startLiveServer();
}, 120_000);
afterAll(() => server.close());

const greeting = spell(
  { s: "Trigger In:start", i: "Universal Input:name", o: "Output:name" },
  `
  s.trigger > o.trigger
  i.output > o.input`,
);

/** Two completions, the second of which is asked a moment after the first. */
const slow = (word: string) =>
  spell(
    {
      s: "Trigger In:start",
      g: { is: "Generator", data: { fewshot: `${word} one` } },
      h: { is: "Generator", data: { fewshot: `${word} two` } },
      o: "Output:said",
    },
    `
    s.trigger > g.trigger
    g.trigger > h.trigger
    h.trigger > o.trigger
    h.result > o.input`,
  );

const heard = (connection: Connection): StampedEvent[] => {
  const events: StampedEvent[] = [];
  connection.on("event", (event) => events.push(event));
  return events;
};

const told = <T>(listen: (tell: (value: T) => void) => void): Promise<T> => new Promise(listen);

it("A connection is not compressed, though it was offered: that would take more memory than all the rest of it", async () => {
  const client = await server.client("offers");
  await client.spells.put("hello", greeting);
  // Offers it as browsers do.
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/spells/hello/connect`, [
    "spellrunner.v1",
    `bearer.${await server.tokenOf("offers")}`,
  ]);
  await told((tell) => socket.addEventListener("open", tell));
  expect(socket.extensions).toBe("");
  socket.close();
});

describe("spells", () => {
  it("are created, listed, read, replaced, compared and removed", async () => {
    const { spells } = await server.client("crud");
    expect(await spells.put("hello", greeting)).toMatchObject({ id: "hello", version: 1 });
    expect((await spells.list()).data.map(({ id }) => id)).toEqual(["hello"]);
    expect((await spells.get("hello")).nodes.o?.component).toBe("Output");
    expect(await spells.put("hello", greeting, { version: 1 })).toMatchObject({ version: 2 });
    await expect(spells.put("hello", greeting, { version: 1 })).rejects.toMatchObject({ code: "conflict" });
    expect((await spells.versions("hello")).data.map(({ version }) => version)).toEqual([2, 1]);
    expect((await spells.plan("hello", 2)).format).toBe("plan@1");
    expect((await spells.validate({ ...greeting, nodes: {} })).valid).toBe(false);
    const { id } = await spells.create({ ...greeting, id: "hello" });
    await spells.remove(id);
    await expect(spells.get(id)).rejects.toMatchObject({ code: "not_found" });
  });

  it("are published, and run by others at their public id, over HTTP and a connection", async () => {
    const [author, reader] = [await server.client("author"), await server.client("reader")];
    await author.spells.put("hello", greeting);
    const { publicId, version } = await author.spells.publish("hello");
    expect(await author.spells.publication("hello")).toEqual({ publicId, version, share: "interface" });
    const id = `@${publicId}`;
    expect(await reader.spells.published(publicId)).toMatchObject({
      id,
      inputs: ["name"],
      outputs: ["name"],
    });
    expect((await reader.run(id, { inputs: { name: "Ada" } })).outputs).toEqual({ name: "Ada" });
    const connection = reader.connect(id);
    const events = heard(connection);
    expect((await connection.run({ inputs: { name: "Bob" } })).outputs).toEqual({ name: "Bob" });
    expect(events.map(({ type }) => type)).toEqual(["run.started", "run.completed"]);
    const [run] = (await reader.runs.list(id)).data;
    await expect(reader.replay(id, run?.runId ?? "")).rejects.toMatchObject({ code: "forbidden" });
    const closed = told((tell) => connection.on("state", (state) => state === "offline" && tell(state)));
    await author.spells.unpublish("hello");
    await closed;
    await expect(reader.spells.published(publicId)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("a run over HTTP", () => {
  it("is a promise of its result and an iterable of its events", async () => {
    const client = await server.client("http");
    await client.spells.put("hello", greeting);
    const run = client.run("hello", { inputs: { name: "Ada" } });
    const types: string[] = [];
    for await (const { type } of run) types.push(type);
    expect(types.at(0)).toBe("run.started");
    expect(types.at(-1)).toBe("run.completed");
    expect((await run).outputs).toEqual({ name: "Ada" });
    expect((await client.runs.get("hello", await run.runId)).status).toBe("completed");
    expect((await client.runs.list("hello")).data).toHaveLength(1);
  });

  it("gives a value above 256 KB whole", async () => {
    const client = await server.client("large");
    await client.spells.put("hello", greeting);
    const name = "x".repeat(400_000);
    expect((await client.run("hello", { inputs: { name } })).outputs).toEqual({ name });
  });

  it("goes on behind the last event when its line is cut, and is begun once", async () => {
    const client = await server.client("cut-http", "cuttable");
    // By a line of its own: one that is kept for the next request is cut, too, and says so only then.
    const other = await server.client("cut-http");
    await client.spells.put("slow", slow("!hang:1 cut"));
    const run = client.run("slow");
    const events: StampedEvent[] = [];
    for await (const event of run) {
      events.push(event);
      if (event.type === "node.started" && event.nodeId === "g") {
        server.proxy.cut();
        await other.runs.cancel("slow", event.runId);
      }
    }
    expect(new Set(events.map(({ seq }) => seq)).size).toBe(events.length);
    expect(events.at(-1)?.type).toBe("run.cancelled");
    await expect(run.result()).rejects.toMatchObject({ code: "cancelled" });
    expect((await other.runs.list("slow")).data).toHaveLength(1);
  });

  it("tells what the server refused, with its code", async () => {
    const client = await server.client("refused");
    await expect(client.run("nothing").result()).rejects.toBeInstanceOf(SpellError);
    await expect(client.run("nothing")).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("a connection", () => {
  it("sees a run that another one began, and both have its result", async () => {
    const client = await server.client("two");
    await client.spells.put("hello", greeting);
    const [a, b] = [client.connect("hello"), client.connect("hello")];
    await Promise.all([a.live(), b.live()]);
    const events = heard(b);
    const done = told((tell) => b.once("run.completed", tell));
    expect((await a.run({ inputs: { name: "Bo" } })).outputs).toEqual({ name: "Bo" });
    await done;
    expect(events.at(-1)).toMatchObject({ type: "run.completed", outputs: { name: "Bo" } });
    expect(a.lastSeq).toBe(b.lastSeq);
    a.close();
    b.close();
    expect(a.state).toBe("offline");
  });

  it("misses nothing and hears nothing twice when its line is cut, and says how it stands", async () => {
    const client = await server.client("cut", "cuttable");
    const direct = await server.client("cut");
    await direct.spells.put("hello", greeting);
    const connection = client.connect("hello", { minRetryMs: 20 });
    const states: string[] = [];
    connection.on("state", (state) => states.push(state));
    await connection.live();
    const events = heard(connection);
    for (let i = 0; i < 5; i += 1) {
      server.proxy.isDown = true;
      server.proxy.cut();
      for (let j = 0; j < 3; j += 1) await direct.run("hello", { inputs: { name: `${i}.${j}` } });
      server.proxy.isDown = false;
      await connection.live();
    }
    const all: StampedEvent[] = [];
    for (const { runId } of (await direct.runs.list("hello")).data.toReversed())
      for await (const event of direct.runs.events("hello", runId)) all.push(event);
    const until = all.at(-1)?.seq ?? 0;
    while ((connection.lastSeq ?? 0) < until) await told((tell) => connection.once("event", tell));
    expect(events).toEqual(all);
    expect(states.slice(0, 4)).toEqual(["live", "offline", "connecting", "behind"]);
    connection.close();
  });

  it("says what was said to it while it was offline once it is back", async () => {
    const client = await server.client("outbox", "cuttable");
    await client.spells.put("hello", greeting);
    const connection = client.connect("hello", { minRetryMs: 20 });
    await connection.live();
    server.proxy.isDown = true;
    server.proxy.cut();
    await told<void>((tell) => connection.on("state", (state) => state === "offline" && tell()));
    const run = connection.run({ inputs: { name: "later" } });
    server.proxy.isDown = false;
    expect((await run).outputs).toEqual({ name: "later" });
    expect((await client.runs.list("hello")).data).toHaveLength(1);
    connection.close();
  });

  it("edits the spell, and gives the present document where another was first", async () => {
    const client = await server.client("edits");
    await client.spells.put("hello", greeting);
    const connection = client.connect("hello");
    const change = told((tell) => connection.once("spell.changed", tell));
    const saved = await connection.edit([{ op: "replace", path: "/name", value: "Greeting" }], 1);
    expect(saved.version).toBe(2);
    expect(await change).toMatchObject({ version: 2 });
    const stale = connection.edit([{ op: "replace", path: "/name", value: "Other" }], 1);
    await expect(stale).rejects.toBeInstanceOf(EditConflict);
    await stale.catch(({ present }: EditConflict) =>
      expect(present).toMatchObject({ version: 2, document: { name: "Greeting" } }),
    );
    connection.close();
  });

  it("answers a node that asks, and cancels a run that waits", async () => {
    const client = await server.client("asks");
    const asking = spell(
      { s: "Trigger In:start", a: { is: "Ask", data: { prompt: "Go on?" } }, o: "Output:said" },
      `
      s.trigger > a.trigger
      a.trigger > o.trigger
      a.answer > o.input`,
    );
    await client.spells.put("ask", asking);
    const connection = client.connect("ask");
    const off = connection.on("node.waiting", (question) => connection.answer(question, "yes"));
    expect((await connection.run()).outputs).toEqual({ said: "yes" });
    off();
    const run = connection.run();
    connection.once("node.waiting", ({ runId }) => connection.cancel(runId));
    await expect(run.result()).rejects.toMatchObject({ code: "cancelled" });
    connection.close();
  });

  it("hears of changes in a service that it subscribed to, after a cut as well", async () => {
    const client = await server.client("services", "cuttable");
    await client.spells.put("hello", greeting);
    const connection = client.connect("hello", { minRetryMs: 20 });
    connection.subscribe(["entities"]);
    await connection.live();
    server.proxy.cut();
    await told<void>((tell) => connection.on("state", (state) => state === "offline" && tell()));
    await connection.live();
    // The subscription is said before this run, and the run has ended: it has been heard.
    await connection.run({ inputs: { name: "x" } });
    const change = told((tell) => connection.once("service.changed", tell));
    const token = await server.tokenOf("services");
    const made = await fetch(`${server.url}/services/entities`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ type: "cat", data: {} }),
    });
    expect(made.status, await made.clone().text()).toBe(201);
    expect(await change).toMatchObject({ service: "entities" });
    connection.close();
  });

  it("is over, with the reason, where the spell is none of the user's, or is deleted", async () => {
    const client = await server.client("gone");
    const none = client.connect("nothing", { minRetryMs: 20 });
    expect(await told<SpellError>((tell) => none.on("fault", tell))).toMatchObject({ code: "not_found" });
    await client.spells.put("hello", greeting);
    const connection = client.connect("hello", { minRetryMs: 20 });
    await connection.live();
    const fault = told<SpellError>((tell) => connection.on("fault", tell));
    await client.spells.remove("hello");
    expect(await fault).toMatchObject({ code: "not_found" });
    expect(() => connection.play()).toThrow("closed");
  });

  it("goes on with a new token when the one it has ends", async () => {
    const { SpellrunnerClient } = await import("../../../client/lib/index.ts");
    const asked: boolean[] = [];
    const client = new SpellrunnerClient({
      url: server.url,
      getToken: async ({ refresh }) => {
        asked.push(refresh);
        // The first is good for a second and a half.
        return server.tokenOf("renewed", refresh ? 1 : 1.5 / 3600);
      },
    });
    const other = await server.client("renewed");
    await other.spells.put("hello", greeting);
    const connection = client.connect("hello", { minRetryMs: 20 });
    // It is told that its token ends with the first thing that is said to it.
    await connection.live();
    const renewed = told((tell) => connection.once("token.renewed", tell));
    await other.run("hello", { inputs: { name: "a" } });
    await renewed;
    expect(asked).toEqual([false, true]);
    connection.close();
  });
});

describe("a run that is run here again", () => {
  /** What a plugin was told, as lines. */
  const noting = (lines: string[]): EnginePlugin => ({
    name: "noting",
    onRunStart: ({ trigger }) => void lines.push(`start ${trigger}`),
    onNodeStart: ({ nodeId, inputs }) => void lines.push(`> ${nodeId} ${JSON.stringify(inputs)}`),
    onNodeEnd: ({ nodeId }, { outputs }) => void lines.push(`< ${nodeId} ${JSON.stringify(outputs)}`),
    onRunEnd: ({ type }) => void lines.push(type),
  });

  it("shows plugins a normal run with the server's values, and calls no network", async () => {
    const client = await server.client("replay");
    await client.spells.put("slow", slow("here"));
    const lines: string[] = [];
    const connection = client.connect("slow", { plugins: [noting(lines)] });
    const replayed = told((tell) => connection.once("replayed", tell));
    const events: RunEvent[] = [];
    for await (const event of connection.run()) if ("runId" in event) events.push(event);
    expect(await replayed).toMatchObject({ end: { type: "run.completed" }, pluginErrors: [] });
    const given = events.flatMap((event) =>
      event.type === "node.completed" ? [`< ${event.nodeId} ${JSON.stringify(event.outputs)}`] : [],
    );
    expect(lines.filter((line) => line.startsWith("<"))).toEqual(given);
    expect(lines[0]).toBe("start start");
    expect(lines.at(-1)).toBe("run.completed");
    connection.close();
  });

  it("has its large values, and those of a run whose start was not seen", async () => {
    const client = await server.client("replay-large");
    await client.spells.put("hello", greeting);
    const name = "y".repeat(300_000);
    const lines: string[] = [];
    const connection = client.connect("hello", { plugins: [noting(lines)] });
    await connection.live();
    const replayed = told((tell) => connection.once("replayed", tell));
    await client.run("hello", { inputs: { name } });
    await replayed;
    expect(lines).toContain(`> o ${JSON.stringify({ input: name })}`);
    connection.close();
  });

  it("is stepped through forward and back, long after it ended", async () => {
    const client = await server.client("past");
    await client.spells.put("slow", slow("past"));
    const run = client.run("slow");
    const { outputs } = await run;
    const playback = await client.replay("slow", await run.runId);
    while (playback.forward() !== null);
    expect(playback.current).toMatchObject({ type: "run.end", end: { outputs } });
    expect([...playback.outputs.keys()]).toEqual(["s", "g", "h", "o"]);
    while (playback.current?.type !== "node.end" || playback.current.node.nodeId !== "g") playback.back();
    expect([...playback.outputs.keys()]).toEqual(["s", "g"]);
    playback.forward();
    expect(playback.current).toMatchObject({ type: "node.start", node: { nodeId: "h" } });
    playback.goTo(0);
    expect(playback.current).toBeNull();
  });
});
