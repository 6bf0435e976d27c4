/** Holds idle connections: a process of its own, since the sockets of a client are open files, too. Its parent says what to do. */
import { connect, type Socket } from "node:net";

/** What the parent wants: so many connections to each spell, or, without a number, a hello to each spell by one that is open. */
export interface Order {
  url: string;
  token: string;
  spells: readonly string[];
  connectionsEach?: number;
}

/** The answer: all that are open by now, or why it was not done. */
export type Done = { open: number } | { failed: string };

const atOnce = 20;
/** The newest to each address. */
const sockets = new Map<string, Socket>();
let open = 0;

/** A client's frame of text, masked by zeros: https://www.rfc-editor.org/rfc/rfc6455#section-5.2 */
function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  if (payload.length > 125) throw new Error("This frame is written for short texts.");
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}

/** The next data that come. */
function answerOf(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(new Error("A connection was closed."));
    socket.once("close", fail);
    socket.once("data", (data) => {
      socket.off("close", fail);
      resolve(data.toString("latin1"));
    });
  });
}

async function sayHello(socket: Socket): Promise<void> {
  socket.write(frame('{"type":"hello"}'));
  const answer = await answerOf(socket);
  if (answer.includes('"type":"error"')) throw new Error(answer);
}

/** Opens a WebSocket by hand, since ten thousand of a library's would cost more than what is measured. */
async function openOne(url: URL, token: string): Promise<void> {
  const socket = connect(Number(url.port), url.hostname);
  // The close that follows says it.
  socket.on("error", () => {});
  socket.setNoDelay(true);
  socket.write(
    [
      `GET ${url.pathname}${url.search} HTTP/1.1`,
      `Host: ${url.host}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
      `Sec-WebSocket-Protocol: spellrunner.v1, bearer.${token}`,
      // As every browser does: where it is taken, a connection is ten times as large.
      "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
      "",
      "",
    ].join("\r\n"),
  );
  const answer = await answerOf(socket);
  if (!answer.startsWith("HTTP/1.1 101")) throw new Error(answer);
  await sayHello(socket);
  sockets.set(url.href, socket);
  open += 1;
  socket.on("close", () => (open -= 1));
}

async function obey({ url, token, spells, connectionsEach }: Order): Promise<void> {
  const waiting = Array.from({ length: connectionsEach ?? 1 }, () => spells).flat();
  const work = async (): Promise<void> => {
    for (let spell = waiting.pop(); spell !== undefined; spell = waiting.pop()) {
      const address = new URL(`${url}/spells/${spell}/connect`);
      const socket = sockets.get(address.href);
      if (connectionsEach !== undefined) await openOne(address, token);
      else if (socket === undefined) throw new Error(`There is no connection to ${spell}.`);
      else await sayHello(socket);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

const tell = (done: Done): void => void process.send?.(done);

process.on("message", (order: Order) => {
  obey(order).then(
    () => tell({ open }),
    (error: unknown) => tell({ failed: String(error) }),
  );
});
// Nobody asks any longer.
process.once("disconnect", () => process.exit(0));
