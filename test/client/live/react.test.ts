// @vitest-environment happy-dom
/** The hooks in real components, on a real connection. */
import { act, createElement, type FunctionComponent } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Connection, SpellrunnerClient } from "../../../client/lib/index.ts";
import { useNode, useRun, useSpell } from "../../../client/react/index.ts";
import { type LiveServer, startLiveServer } from "../../helpers/live-server.ts";
import { spell } from "../../helpers/spells.ts";

let server: LiveServer;
let client: SpellrunnerClient;
let root: Root;
beforeAll(async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  server = await startLiveServer({ ALLOWED_ORIGINS: location.origin });
  client = await server.client("react");
  await client.spells.put(
    "hello",
    spell(
      { s: "Trigger In:start", i: "Universal Input:name", o: "Output:name" },
      `
      s.trigger > o.trigger
      i.output > o.input`,
    ),
  );
}, 120_000);
afterAll(() => server.close());
beforeEach(() => {
  document.body.innerHTML = "<main></main>";
  root = createRoot(document.querySelector("main") as HTMLElement);
});
afterEach(() => act(async () => root.unmount()));

const text = (): string => document.body.textContent;

/** Until the page says so. */
async function shows(expected: string): Promise<void> {
  for (let i = 0; i < 400 && !text().includes(expected); i += 1)
    await act(() => new Promise((resolve) => setTimeout(resolve, 25)));
  expect(text()).toContain(expected);
}

describe("hooks", () => {
  it("show a spell, its newest run and a node of it as they come", async () => {
    const shown: { connection: Connection | null } = { connection: null };
    const Shown: FunctionComponent = () => {
      const { connection, state, version, runs } = useSpell(client, "hello");
      shown.connection = connection;
      const run = useRun(connection);
      const node = useNode(connection, "o");
      return createElement(
        "p",
        null,
        `${state} v${version}, ${runs.length} runs, ${run?.status} ${JSON.stringify(run?.outputs)}, o ${node?.status}`,
      );
    };
    await act(async () => root.render(createElement(Shown)));
    await shows("live v1, 0 runs, undefined undefined, o undefined");
    await act(async () => {
      await shown.connection?.run({ inputs: { name: "Ada" } });
    });
    await shows('live v1, 1 runs, completed {"name":"Ada"}, o completed');
  });

  it("render a node's component again for that node alone", async () => {
    const connection = client.connect("hello");
    await connection.live();
    let renders = 0;
    const Node: FunctionComponent = () => {
      renders += 1;
      return createElement("b", null, String(useNode(connection, "nowhere")?.status));
    };
    await act(async () => root.render(createElement(Node)));
    const before = renders;
    await act(async () => {
      await connection.run({ inputs: { name: "Bo" } });
    });
    expect(renders).toBe(before);
    connection.close();
  });

  it("close the connection when the component goes, and make another for another session", async () => {
    const seen: (Connection | null)[] = [];
    const Shown: FunctionComponent<{ session: string }> = ({ session }) => {
      const { connection, state } = useSpell(client, "hello", { session });
      if (seen.at(-1) !== connection) seen.push(connection);
      return createElement("p", null, `${session} ${state}`);
    };
    await act(async () => root.render(createElement(Shown, { session: "one" })));
    await shows("one live");
    await act(async () => root.render(createElement(Shown, { session: "two" })));
    await shows("two live");
    const [one, two] = seen.filter((connection) => connection !== null);
    expect(one?.state).toBe("offline");
    await act(async () => root.render(null));
    expect(two?.state).toBe("offline");
  });
});
