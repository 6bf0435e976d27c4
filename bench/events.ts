/**
 * How fast events reach those who look on: live to several connections, as a gap after a reconnect, and the first one of an object
 * that has to be started. Beside an object that writes one row and sends one frame an event, and does nothing else.
 */
import { echoes } from "./drawn.ts";
import { median, report, type Row } from "./report.ts";
import { type Side, startSides } from "./sides.ts";

const rounds = 7;
const nodes = 203;
const runsPerRound = 20;
const gapEvents = 10_000;
const coldSessions = 40;
/** The aim for the first event, in times of a bare object's. */
const mostTimes = 3;

/** Counts the events that a connection gets, and how many frames bring them. */
class Listener {
  events = 0;
  frames = 0;
  readonly socket: WebSocket;
  #wanted = Number.POSITIVE_INFINITY;
  #done: () => void = () => {};

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.addEventListener("message", ({ data }) => this.#take(String(data)));
  }

  static async open(url: string, token: string, lastSeq?: number): Promise<Listener> {
    const socket = new WebSocket(url.replace("http", "ws"), ["spellrunner.v1", `bearer.${token}`]);
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve, { once: true });
      socket.addEventListener("error", () => reject(new Error(`No connection to ${url}`)), { once: true });
    });
    const listener = new Listener(socket);
    socket.send(JSON.stringify({ type: "hello", ...(lastSeq === undefined ? {} : { lastSeq }) }));
    return listener;
  }

  until(events: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wanted = events;
      this.#done = resolve;
      if (this.events >= events) resolve();
    });
  }

  #take(frame: string): void {
    this.frames += 1;
    const parsed = JSON.parse(frame) as Message | Message[];
    for (const message of Array.isArray(parsed) ? parsed : [parsed])
      this.events += message.seq === undefined ? (message.events?.length ?? 0) : 1;
    if (this.events >= this.#wanted) this.#done();
  }
}
interface Message {
  seq?: number;
  events?: unknown[];
}

const sides = await startSides("bench/workers/bare-events.ts");
const token = sides.headers.authorization?.slice("Bearer ".length) ?? "";
const text = "x".repeat(200);

const post = async (side: Side, session: string, body: unknown): Promise<void> => {
  const response = await fetch(`${sides.urls[side]}/spells/chain/run?session=${session}`, {
    method: "POST",
    headers: sides.headers,
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  await response.arrayBuffer();
};
const open = (side: Side, session: string, lastSeq?: number): Promise<Listener> =>
  Listener.open(`${sides.urls[side]}/spells/chain/connect?session=${session}`, token, lastSeq);

try {
  await sides.save("chain", echoes(nodes));
  const probe = await open("spell", "probe");
  await post("spell", "probe", { inputs: { text } });
  await new Promise((resolve) => setTimeout(resolve, 500));
  const eventsPerRun = probe.events;
  probe.socket.close();
  const requestOf = (side: Side): unknown => ({
    inputs: side === "spell" ? { text } : { events: eventsPerRun, length: 200 },
  });

  const live: Row[] = [];
  for (const connections of [1, 4, 16, 64]) {
    const session = `live-${connections}`;
    const listeners: Record<Side, Listener[]> = { spell: [], bare: [] };
    for (const side of ["spell", "bare"] as const)
      for (let i = 0; i < connections; i++) listeners[side].push(await open(side, session));
    const measure = async (side: Side): Promise<number> => {
      const started = performance.now();
      const all = listeners[side].map((one) => one.until(one.events + eventsPerRun * runsPerRound));
      for (let i = 0; i < runsPerRound; i++) await post(side, session, requestOf(side));
      await Promise.all(all);
      return (eventsPerRun * runsPerRound) / ((performance.now() - started) / 1000);
    };
    await measure("bare");
    await measure("spell");
    const rates: Record<Side, number[]> = { spell: [], bare: [] };
    for (let round = 0; round < rounds; round++)
      for (const side of round % 2 === 0 ? (["spell", "bare"] as const) : (["bare", "spell"] as const))
        rates[side].push(await measure(side));
    const ratios = rates.spell.map((rate, i) => rate / (rates.bare[i] ?? 1));
    live.push({
      connections,
      "spell, events/s": Math.round(median(rates.spell)),
      "bare, events/s": Math.round(median(rates.bare)),
      "ratio (median)": median(ratios).toFixed(2),
      "ratio (min – max)": `${Math.min(...ratios).toFixed(2)} – ${Math.max(...ratios).toFixed(2)}`,
      "frames a run": (
        (listeners.spell[0]?.frames ?? 0) /
        ((listeners.spell[0]?.events ?? 1) / eventsPerRun)
      ).toFixed(1),
    });
    for (const one of [...listeners.spell, ...listeners.bare]) one.socket.close();
  }

  const runs = Math.ceil(gapEvents / eventsPerRun);
  for (const side of ["spell", "bare"] as const)
    for (let i = 0; i < runs; i++) await post(side, "gap", requestOf(side));
  const gapTimes: Record<Side, number[]> = { spell: [], bare: [] };
  let gapFrames = 0;
  for (let round = 0; round < rounds; round++)
    for (const side of round % 2 === 0 ? (["spell", "bare"] as const) : (["bare", "spell"] as const)) {
      const started = performance.now();
      const listener = await open(side, "gap", 0);
      await listener.until(runs * eventsPerRun);
      gapTimes[side].push(performance.now() - started);
      if (side === "spell") gapFrames = listener.frames;
      listener.socket.close();
    }
  const gapRatios = gapTimes.spell.map((time, i) => (gapTimes.bare[i] ?? 1) / time);

  const firstEvent = async (side: Side, id: string, session: string): Promise<number> => {
    const started = performance.now();
    const response = await fetch(`${sides.urls[side]}/spells/${id}/run?session=${session}`, {
      method: "POST",
      headers: { ...sides.headers, accept: "text/event-stream" },
      body: JSON.stringify({ inputs: { text } }),
    });
    const reader = response.body?.getReader();
    await reader?.read();
    const time = performance.now() - started;
    // To the end, so that the next request finds the object with nothing left to do.
    while ((await reader?.read())?.done === false);
    return time;
  };
  const both = ["spell", "bare"] as const;
  const sizes = [10, nodes];
  for (const size of sizes) {
    await sides.save(`first-${size}`, echoes(size));
    for (const side of both)
      for (let i = 0; i <= coldSessions; i++) await firstEvent(side, `first-${size}`, `cold-${i}`);
  }
  // A runner keeps what it has read of its spell when nobody waits any more.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const firsts: Row[] = [];
  for (const size of sizes) {
    await sides.restart();
    const id = `first-${size}`;
    const times: Record<"cold" | "warm", Record<Side, number[]>> = {
      cold: { spell: [], bare: [] },
      warm: { spell: [], bare: [] },
    };
    // The first request starts the isolate; what is asked is how long an object takes in one that is there.
    for (const side of both) await firstEvent(side, id, "cold-0");
    for (let i = 1; i <= coldSessions; i++)
      for (const side of i % 2 === 0 ? both : both.toReversed())
        for (const state of ["cold", "warm"] as const)
          times[state][side].push(await firstEvent(side, id, `cold-${i}`));
    for (const state of ["cold", "warm"] as const) {
      const { spell, bare } = times[state];
      const ratio = median(spell.map((time, i) => time / (bare[i] ?? 1)));
      firsts.push({
        "nodes run before it": size,
        object: state === "cold" ? "cold: not in memory" : "warm",
        "spell, ms": median(spell).toFixed(2),
        "bare, ms": median(bare).toFixed(2),
        "times the bare one's (median)": ratio.toFixed(2),
        [`below ${mostTimes}`]: ratio < mostTimes ? "yes" : "no",
      });
    }
  }

  report({
    name: "events",
    question: "Events to those who look on, against one row and one frame an event",
    tables: [
      { title: `Live: runs of ${eventsPerRun} events, journaled`, rows: live },
      {
        title: "A gap after a reconnect, one hello and no further request",
        rows: [
          {
            events: runs * eventsPerRun,
            "spell, ms": median(gapTimes.spell).toFixed(1),
            "bare, ms": median(gapTimes.bare).toFixed(1),
            "ratio of speeds (median)": median(gapRatios).toFixed(2),
            frames: gapFrames,
          },
        ],
      },
      {
        title: "From the request to the first event",
        rows: firsts,
      },
    ],
    notes: [
      `${rounds} rounds a row, the two sides in turn, each ratio taken within its round; ${coldSessions} objects for the first event. A run's events are counted at every connection. Aim: at least 0.80 live, and below ${mostTimes} times for the first event.`,
      "The clients share the processors with the servers: read the ratios, not the rates.",
    ],
    packages: ["workerd"],
  });
} finally {
  await sides.close();
}
