/** What a tab of the test does: it connects, keeps what it hears, and notes every call of the network while a run is run in it. */
import { consolePlugin, SpellrunnerClient, type StampedEvent } from "../../client/lib/index.ts";

const given = new URLSearchParams(location.hash.slice(1));
const calls: string[] = [];

/** Notes each call of a method by which a page can reach the network. */
function watch(holder: object, name: string): void {
  const call = Reflect.get(holder, name) as (...args: unknown[]) => unknown;
  Reflect.set(holder, name, function watched(this: unknown, ...args: unknown[]) {
    calls.push(name);
    return call.apply(this, args);
  });
}
watch(globalThis, "fetch");
watch(WebSocket.prototype, "send");
watch(XMLHttpRequest.prototype, "send");
watch(Navigator.prototype, "sendBeacon");

const client = new SpellrunnerClient({ url: given.get("url") ?? "", token: given.get("token") ?? "" });
const during: string[][] = [];
let before = 0;
const connection = client.connect("slow", {
  minRetryMs: 50,
  plugins: [
    { name: "before", onRunStart: () => void (before = calls.length) },
    consolePlugin(),
    { name: "after", onRunEnd: () => void during.push(calls.slice(before)) },
  ],
});
const events: StampedEvent[] = [];
const states: string[] = [];
const replayed: string[] = [];
connection.on("event", (event) => events.push(event));
connection.on("state", (state) => states.push(state));
connection.on("replayed", ({ runId }) => replayed.push(runId));

Object.assign(globalThis, { tab: { connection, events, states, replayed, during } });
