/** Stands between a client and a server and cuts lines, without a word to either, as a network does. */
import { connect, createServer, type Socket } from "node:net";

export interface CutProxy {
  /** Without a slash at the end. */
  url: string;
  /** Lines that are there. */
  readonly lines: number;
  /** Cuts all lines, or one of them at random. */
  cut(which?: "all" | "one"): void;
  /** While true, no new line comes to be. */
  isDown: boolean;
  close(): Promise<void>;
}

export async function startCutProxy(target: string): Promise<CutProxy> {
  const { hostname, port } = new URL(target);
  const lines = new Set<[Socket, Socket]>();
  const proxy = { isDown: false };
  const server = createServer((near) => {
    if (proxy.isDown) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    const line: [Socket, Socket] = [near, far];
    lines.add(line);
    near.pipe(far);
    far.pipe(near);
    for (const socket of line) {
      socket.on("error", () => {});
      socket.on("close", () => {
        lines.delete(line);
        for (const each of line) each.destroy();
      });
    }
  });
  const own = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
  });
  return Object.assign(proxy, {
    url: `http://127.0.0.1:${own}`,
    get lines() {
      return lines.size;
    },
    cut(which: "all" | "one" = "all") {
      const all = [...lines];
      const chosen = which === "all" ? all : [all[Math.floor(Math.random() * all.length)]];
      for (const line of chosen) for (const socket of line ?? []) socket.resetAndDestroy();
    },
    async close() {
      for (const line of lines) for (const socket of line) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
