/** What hostile clients do, each for as long as it is let and no faster than its own bounds; all of it at one server on loopback. */
import { request } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface Target {
  url: string;
  /** Of the hostile user, who has an account like any other. */
  token: string;
}

export interface Attack {
  target: Target;
  isOver: () => boolean;
  /** Counts an answer by its status, or by what became of it. */
  tell: (outcome: string | number) => void;
}

export const node = (component: string, data: unknown, y = 0, outputs: string[] = []) => ({
  component,
  position: [0, y],
  data,
  outputs: outputs.map((name) => ({ name, type: "any" })),
});
const chain = (component: string, data: unknown): unknown => ({
  format: "spellrunner@1",
  name: "hostile",
  nodes: {
    s: node("Trigger In", { name: "start" }),
    a: node("Universal Input", { name: "text" }, 50),
    n: node(component, data, 100),
  },
  edges: {
    t: { from: ["s", "trigger"], to: ["n", "trigger"] },
    d: { from: ["a", "output"], to: ["n", "input"] },
  },
});

/** What the hostile user keeps. */
export const hostileSpells: Readonly<Record<string, unknown>> = {
  loop: chain("Code", { code: "function worker() { for (;;); }" }),
  balloon: chain("Code", {
    code: "function worker() { const all = []; for (;;) all.push(new Array(1e4).fill('x'.repeat(1000) + all.length)); }",
  }),
  pattern: chain("Code", {
    code: "function worker() { return { output: /^(a+)+$/.test('a'.repeat(60) + '!') } }",
  }),
  plain: chain("Echo", {}),
};

const runBody = JSON.stringify({ inputs: { text: "x" } });

/** One request; its status, or the code of what went wrong with its connection. */
function send(
  { target: { url, token } }: Attack,
  path: string,
  method: string,
  body: string | Buffer = "",
  authorization = `Bearer ${token}`,
): Promise<number | string> {
  return new Promise((resolve) => {
    const asked = request(
      `${url}${path}`,
      {
        method,
        headers: {
          authorization,
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
        },
        signal: AbortSignal.timeout(60_000),
      },
      (answer) => {
        answer.resume();
        answer.once("close", () => resolve(answer.statusCode ?? 0));
      },
    );
    asked.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.name));
    asked.end(body);
  });
}

const inParallel = async (attack: Attack, count: number, once: (i: number) => Promise<number | string>) => {
  await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      while (!attack.isOver()) attack.tell(await once(i));
    }),
  );
};
const runs = (spell: string, count: number) => (attack: Attack) =>
  inParallel(attack, count, () => send(attack, `/spells/${spell}/run`, "POST", runBody));

function open({ target: { url, token } }: Attack): WebSocket {
  const address = `${url.replace("http", "ws")}/spells/plain/connect`;
  return new WebSocket(address, ["spellrunner.v1", `bearer.${token}`]);
}
const settled = (socket: WebSocket): Promise<string> =>
  new Promise((resolve) => {
    socket.addEventListener("open", () => resolve("open"), { once: true });
    socket.addEventListener("error", () => resolve("refused"), { once: true });
  });

export const attacks: Readonly<Record<string, (attack: Attack) => Promise<void>>> = {
  "endless loops in Code": runs("loop", 16),
  "memory balloons in Code": runs("balloon", 16),
  "exploding patterns": runs("pattern", 16),
  "runs of one actor": runs("plain", 200),
  "huge bodies": async (attack) => {
    const body = Buffer.alloc(9 * 1024 * 1024, " ");
    await inParallel(attack, 4, () => send(attack, "/spells/plain/run", "POST", body));
  },
  "deep JSON": async (attack) => {
    const body = `{"inputs": {"text": ${"[".repeat(500_000)}${"]".repeat(500_000)}}}`;
    await inParallel(attack, 8, () => send(attack, "/spells/plain/run", "POST", body));
  },
  "bad tokens": async (attack) => {
    const [head, body] = attack.target.token.split(".");
    const forged = `Bearer ${head}.${body}.${"A".repeat(43)}`;
    await inParallel(attack, 32, () => send(attack, "/spells", "GET", "", forged));
  },
  "sign-ins": (attack) =>
    inParallel(attack, 16, (i) =>
      send(
        attack,
        "/auth/login",
        "POST",
        JSON.stringify({ email: `nobody-${i}@example.com`, password: "a wrong password" }),
        "",
      ),
    ),
  connections: (attack) =>
    inParallel(attack, 64, async () => {
      const socket = open(attack);
      const outcome = await settled(socket);
      await sleep(50);
      socket.close();
      return outcome;
    }),
  hellos: async (attack) => {
    await inParallel(attack, 8, async () => {
      const socket = open(attack);
      const closed = new Promise<number>((resolve) =>
        socket.addEventListener("close", ({ code }) => resolve(code), { once: true }),
      );
      if ((await settled(socket)) !== "open") return "refused";
      while (!attack.isOver() && socket.readyState === WebSocket.OPEN) {
        for (let i = 0; i < 100; i++) socket.send('{"type": "hello", "lastSeq": 0}');
        await sleep(20);
      }
      socket.close();
      return Promise.race([closed, sleep(2000, "still open")]);
    });
  },
  "slow bodies": async (attack) => {
    const { hostname, port } = new URL(attack.target.url);
    await inParallel(attack, 100, async () => {
      const socket = connect(Number(port), hostname);
      let outcome = "cut off by us";
      socket.once("error", ({ message }) => (outcome = message)).once("close", () => (outcome = "closed"));
      socket.write(
        `POST /spells/plain/run HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${attack.target.token}\r\nContent-Length: 100000\r\n\r\n`,
      );
      while (!attack.isOver() && !socket.destroyed) {
        socket.write(" ");
        await sleep(100);
      }
      const told = outcome;
      socket.destroy();
      return told;
    });
  },
};
