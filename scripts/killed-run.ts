/**
 * A run whose server is killed (kill -9) at three points: within a completion, within the next one, and while it waits for a human.
 * It completes each time as if nothing had been, and a client that reconnects gets the rest.
 */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { startOpenAiServer } from "../test/helpers/openai-server.ts";
import type { Trial } from "./trial.ts";

const patienceMs = 60_000;

/** Two completions that hang once each, a question, and an output that gives its answer. */
const spell = {
  format: "spellrunner@1",
  nodes: {
    s: { component: "Trigger In", position: [0, 0], data: { name: "start" } },
    g: { component: "Generator", position: [200, 0], data: { fewshot: "!hang:1 smoke one" } },
    h: { component: "Generator", position: [400, 0], data: { fewshot: "!hang:1 smoke two" } },
    a: { component: "Ask", position: [600, 0], data: { prompt: "Go on?" } },
    o: { component: "Output", position: [800, 0], data: { name: "said" } },
  },
  edges: {
    e1: { from: ["s", "trigger"], to: ["g", "trigger"] },
    e2: { from: ["g", "trigger"], to: ["h", "trigger"] },
    e3: { from: ["h", "trigger"], to: ["a", "trigger"] },
    e4: { from: ["a", "trigger"], to: ["o", "trigger"] },
    e5: { from: ["a", "answer"], to: ["o", "input"] },
  },
};

interface Seen {
  seq: number;
  type: string;
  runId?: string;
  nodeId?: string;
  attempt?: number;
  outputs?: unknown;
}

/** What a tab does: it keeps every event, and says when it comes back which it saw last. */
class Tab {
  readonly events: Seen[] = [];
  #socket: WebSocket | null = null;

  async connect({ url, token }: { url: string; token: string }): Promise<void> {
    const socket = new WebSocket(`${url.replace("http", "ws")}/spells/cut/connect`, [
      "spellrunner.v1",
      `bearer.${token}`,
    ]);
    socket.addEventListener("message", ({ data }) => this.#take(String(data)));
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener("open", () => resolve(), { once: true });
      socket.addEventListener("error", () => reject(new Error("No connection.")), { once: true });
    });
    this.#socket = socket;
    this.say({ type: "hello", lastSeq: this.events.at(-1)?.seq ?? 0 });
  }

  say(message: unknown): void {
    this.#socket?.send(JSON.stringify(message));
  }

  close(): void {
    this.#socket?.close();
  }

  until(fits: (event: Seen) => boolean): Promise<Seen> {
    return waitFor(() => this.events.find(fits));
  }

  #take(frame: string): void {
    const parsed = JSON.parse(frame) as Message | Message[];
    for (const message of Array.isArray(parsed) ? parsed : [parsed])
      this.events.push(...("seq" in message ? [message as Seen] : (message.events ?? [])));
  }
}
interface Message {
  seq?: number;
  events?: Seen[];
}

export async function killThrice(trial: Trial): Promise<void> {
  const provider = await startOpenAiServer();
  const settings = { OPENAI_BASE_URL: `${provider.url}/v1` };
  const held = (count: number): Promise<true> =>
    waitFor(() => provider.requests.length >= count || undefined);
  const tab = new Tab();
  try {
    const first = await trial.start(settings);
    assert.equal((await first.ask("/spells/cut", "PUT", spell)).status, 201);
    await tab.connect(first);
    tab.say({ type: "run", requestId: "r", inputs: {} });
    await held(1);
    first.killServer();
    const second = await trial.start(settings);
    // Whoever comes back brings the run back at once; else an alarm does, within half a minute.
    await tab.connect(second);
    await held(3);
    second.killServer();
    const third = await trial.start(settings);
    await tab.connect(third);
    const question = await tab.until(({ type }) => type === "node.waiting");
    third.killServer();
    const last = await trial.start(settings);
    try {
      await tab.connect(last);
      tab.say({ type: "answer", runId: question.runId, nodeId: "a", visit: "1", value: "yes" });
      const end = await tab.until(({ type }) => type === "run.completed");
      assert.deepEqual(end.outputs, { said: "yes" });
      tab.close();
      const keys = provider.requests.map(({ headers }) => headers["idempotency-key"]);
      const [one, two] = ["g", "h"].map((node) => `${question.runId}:${node}:1`);
      assert.deepEqual(keys, [one, one, two, two]);
      assert.deepEqual(
        tab.events.map(({ seq }) => seq),
        tab.events.map((_, i) => i + 1),
      );
      const ofType = (type: string): Seen[] => tab.events.filter((event) => event.type === type);
      assert.equal(ofType("run.completed").length, 1);
      assert.ok(ofType("run.resumed").length >= 2);
      assert.deepEqual(
        ofType("node.completed").map(({ nodeId }) => nodeId),
        ["s", "g", "h", "a", "o"],
      );
      const attempts = ofType("node.started").filter(({ nodeId }) => nodeId === "g" || nodeId === "h");
      assert.deepEqual(
        attempts.map(({ nodeId, attempt }) => `${nodeId}${attempt}`),
        ["g1", "g2", "h1", "h2"],
      );
    } finally {
      await last.stop();
    }
  } finally {
    await provider.close();
  }
}

/** What `look` gives when it first gives something. */
async function waitFor<T>(look: () => T | undefined): Promise<T> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await sleep(50)) {
    const found = look();
    if (found !== undefined) return found;
  }
  return assert.fail("Waited in vain.");
}
