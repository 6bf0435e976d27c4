/** A bounded load of one HTTP request over kept-alive connections, for rates that are only ever compared side by side. */
import { Agent, request } from "node:http";

export interface LoadOptions {
  url: string;
  body: string;
  headers: Record<string, string>;
  /** Requests under way at once. */
  connections: number;
  requests: number;
}

export interface LoadResult {
  perSecond: number;
  /** ms */
  p50: number;
  p99: number;
}

/** Sends `requests` requests. @throws when any is not answered with 200 */
export async function load({ url, body, headers, connections, requests }: LoadOptions): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  let left = requests;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const started = performance.now();
      await post(agent, url, body, headers);
      times.push(performance.now() - started);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: connections }, worker));
  const seconds = (performance.now() - started) / 1000;
  agent.destroy();
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  return { perSecond: requests / seconds, p50: at(0.5), p99: at(0.99) };
}

function post(agent: Agent, url: string, body: string, headers: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { method: "POST", agent, headers: { ...headers, "content-length": String(Buffer.byteLength(body)) } },
      (incoming) => {
        const parts: Buffer[] = [];
        incoming.on("data", (part: Buffer) => parts.push(part));
        incoming.on("end", () => {
          if (incoming.statusCode === 200) resolve();
          else
            reject(
              new Error(`${incoming.statusCode} ${Buffer.concat(parts).toString("utf8").slice(0, 300)}`),
            );
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
