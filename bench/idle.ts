/**
 * What idle connections cost: 3 000 over 300 spells, before and after their objects hibernate, against an object that accepts
 * WebSockets and keeps nothing.
 */
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { findListener } from "../scripts/processes.ts";
import { echoes } from "./drawn.ts";
import { memoryBytes } from "./process-time.ts";
import { report, type Row } from "./report.ts";
import { type Side, startSides } from "./sides.ts";

/** With 1 000 spells and 10 000 connections a machine that allows 20 000 open files closes them at some 8 000. */
const spells = 300;
const connectionsEach = 10;
/** An object hibernates 10 s after the last thing that happened. */
const hibernatesAfterMs = 20_000;
const atOnce = 20;

/** A client's frame of text, masked by zeros: https://www.rfc-editor.org/rfc/rfc6455#section-5.2 */
function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  if (payload.length > 125) throw new Error("This frame is written for short texts.");
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}

/** Opens a WebSocket by hand, since ten thousand of a library's would cost this process more than what is measured. */
function open(url: URL, token: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(url.port), url.hostname);
    let isOpen = false;
    socket.setNoDelay(true);
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("A connection was closed.")));
    socket.on("data", (data) => {
      if (!isOpen) {
        const [status = ""] = data.toString("latin1").split("\r\n", 1);
        if (!status.includes("101")) return reject(new Error(status));
        isOpen = true;
        return socket.write(frame('{"type":"hello"}'));
      }
      resolve(socket);
    });
    socket.write(
      [
        `GET ${url.pathname}${url.search} HTTP/1.1`,
        `Host: ${url.host}`,
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        `Sec-WebSocket-Protocol: spellrunner.v1, bearer.${token}`,
        "",
        "",
      ].join("\r\n"),
    );
  });
}

/** Does them all, some at once. */
async function each(count: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

const sides = await startSides("bench/workers/bare-idle.ts");
const token = sides.headers.authorization?.slice("Bearer ".length) ?? "";
const count = spells * connectionsEach;

async function measure(side: Side): Promise<Row & { kept: number }> {
  const url = sides.urls[side];
  const pid = findListener(Number(new URL(url).port))?.pid ?? 0;
  await each(spells, async (i) => {
    const saved = await fetch(`${url}/spells/idle-${i}`, {
      method: "PUT",
      headers: sides.headers,
      body: JSON.stringify(echoes(10)),
    });
    await saved.arrayBuffer();
    if (!saved.ok) throw new Error(`${saved.status}`);
  });
  // What saving took is given back before anything is measured.
  await sleep(hibernatesAfterMs);
  const before = memoryBytes(pid);
  const sockets: Socket[] = [];
  await each(count, async (i) => {
    sockets.push(await open(new URL(`${url}/spells/idle-${i % spells}/connect`), token));
  });
  const awake = memoryBytes(pid);
  await sleep(hibernatesAfterMs);
  const asleep = memoryBytes(pid);
  for (const socket of sockets) {
    socket.removeAllListeners("close");
    socket.destroy();
  }
  const kept = (asleep - before) / count;
  return {
    object: side === "spell" ? "spell" : "bare",
    connections: count,
    objects: spells,
    "before, MB": Math.round(before / 1e6),
    "awake, KB a connection": ((awake - before) / count / 1000).toFixed(1),
    "hibernated, KB a connection": (kept / 1000).toFixed(1),
    kept,
  };
}

try {
  const [spell, bare] = [await measure("spell"), await measure("bare")];
  report({
    name: "idle",
    question: "Idle connections: memory each, awake and hibernated",
    tables: [
      { rows: [spell, bare].map(({ kept: _kept, ...row }) => row) },
      {
        title: "On top of the runtime's own",
        rows: [
          { "hibernated, KB a connection": ((spell.kept - bare.kept) / 1000).toFixed(1), aim: "below 20" },
        ],
      },
    ],
    notes: [
      `Each connection has said hello and had its answer. Hibernated: ${hibernatesAfterMs / 1000} s later. Memory is what is resident and the runtime's own (RssAnon); an allocator keeps some of what was freed, so the numbers are upper bounds.`,
    ],
    packages: ["workerd"],
  });
} finally {
  await sides.close();
}
