/** A server of a bench in a process of its own: the bench starts it and asks it for its address. */
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";

export interface PeerServer {
  url: string;
  pid: number;
  close(): void;
}

/** @param file in bench/servers; @param secret of the tokens that it takes; @param spells by id */
export function startServer(
  file: string,
  secret: string,
  spells: Record<string, unknown>,
): Promise<PeerServer> {
  const child: ChildProcess = fork(join(import.meta.dirname, file), [], {
    env: { ...process.env, AUTH_SECRET: secret, NODE_ENV: "production" },
  });
  child.send(spells);
  return new Promise((resolve, reject) => {
    child.once("message", (url: string) =>
      resolve({ url, pid: child.pid ?? 0, close: () => void child.kill() }),
    );
    child.once("exit", (code) => reject(new Error(`${file} ended with ${code}`)));
  });
}

/** Within the server: its spells, and how it tells where it listens. */
export const spellsGiven = (): Promise<Record<string, unknown>> =>
  new Promise((resolve) => process.once("message", (spells) => resolve(spells as Record<string, unknown>)));

export function listens(port: number): void {
  process.send?.(`http://127.0.0.1:${port}`);
  // Nobody asks any longer.
  process.once("disconnect", () => process.exit(0));
}
