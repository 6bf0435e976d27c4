/** What a hand does on the canvas, and the keys of the table, on a live server. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import {
  axeViolations,
  expectAccessible,
  nodeAt,
  openTab,
  signInWithToken,
  statusOf,
} from "../../helpers/editor.ts";
import { liveEditor } from "../../helpers/live-editor.ts";

const live = liveEditor("editing");
const { chromiumPath } = live;

const chain = {
  format: "spellrunner@1",
  version: 0,
  nodes: {
    start: { component: "Trigger In", position: [0, 0], data: { name: "start" } },
    ask: { component: "Ask", position: [300, 0], data: { prompt: "Go on?" } },
    out: { component: "Output", position: [600, 0], data: { name: "out" } },
  },
  edges: {
    e1: { from: ["start", "trigger"], to: ["ask", "trigger"] },
    e2: { from: ["ask", "trigger"], to: ["out", "trigger"] },
    e3: { from: ["ask", "answer"], to: ["out", "input"] },
  },
};

type Drawn = Pick<typeof chain, "format" | "version"> & { nodes: object; edges: object };

const [format, version] = [chain.format, chain.version];

/** Four pixels. */
const dots =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAADklEQVR4nGNg+M/wnwEABgAB/4/x/JoAAAAASUVORK5CYII=";

/** Its outputs are a picture and a sound. */
const media: Drawn = {
  format,
  version,
  nodes: {
    start: { component: "Trigger In", position: [0, 0], data: { name: "start" } },
    picture: { component: "Output", position: [600, 0], data: { name: "picture" } },
    sound: { component: "Output", position: [600, 200], data: { name: "sound" } },
    draw: {
      component: "Code",
      position: [300, 0],
      data: {
        code: `function worker() { return { picture: ${JSON.stringify(dots)}, sound: ${JSON.stringify(silence())} } }`,
      },
      outputs: [
        { name: "picture", type: "image" },
        { name: "sound", type: "audio" },
      ],
    },
  },
  edges: {
    e1: { from: ["start", "trigger"], to: ["draw", "trigger"] },
    e2: { from: ["draw", "trigger"], to: ["picture", "trigger"] },
    e3: { from: ["draw", "trigger"], to: ["sound", "trigger"] },
    e4: { from: ["draw", "picture"], to: ["picture", "input"] },
    e5: { from: ["draw", "sound"], to: ["sound", "input"] },
  },
};

/** Nodes that say all that a node can: a name, a fault, sockets of the author's, a failure. */
const places: Drawn = {
  format,
  version,
  nodes: {
    named: {
      component: "Trigger In",
      position: [0, 0],
      data: { name: "a name that is longer than the node is wide, by far" },
    },
    code: {
      component: "Code",
      position: [300, 0],
      data: { name: "code", code: "function worker() { throw new Error('no') }" },
      inputs: [{ name: "a-socket-whose-name-is-longer-than-it-should-be", type: "string" }],
      outputs: [{ name: "another-socket-with-a-name-of-that-kind", type: "number" }],
    },
    unknown: {
      component: "Nobody knows this component, whatever it is",
      position: [600, 0],
      data: { name: "unknown" },
    },
    text: { component: "Universal Input", position: [0, 260], data: { name: "text", text: "word" } },
    spare: { component: "Output", position: [900, 0], data: { name: "spare" } },
    out: { component: "Output", position: [600, 260], data: { name: "out" } },
  },
  edges: {
    e1: { from: ["named", "trigger"], to: ["code", "trigger"] },
    e2: { from: ["code", "trigger"], to: ["out", "trigger"] },
    e3: { from: ["code", "another-socket-with-a-name-of-that-kind"], to: ["out", "input"] },
    e4: { from: ["text", "output"], to: ["code", "a-socket-whose-name-is-longer-than-it-should-be"] },
    e5: { from: ["unknown", "gives"], to: ["spare", "input"] },
  },
};

/** Echoes in rows, one chain. */
function rowsOf(rows: number, perRow: number): Drawn {
  const nodes: Record<string, object> = {
    start: { component: "Trigger In", position: [-300, 0], data: { name: "start" } },
  };
  const edges: Record<string, object> = {};
  for (let i = 1; i <= rows * perRow; i += 1) {
    const [column, row] = [(i - 1) % perRow, Math.floor((i - 1) / perRow)];
    nodes[`n${i}`] = { component: "Echo", position: [column * 300, row * 190], data: {} };
    edges[`e${i}`] = { from: [i === 1 ? "start" : `n${i - 1}`, "trigger"], to: [`n${i}`, "trigger"] };
  }
  return { format, version, nodes, edges };
}

async function open(id: string, document: Drawn = chain): Promise<{ page: Page; faults: string[] }> {
  await live.client.spells.put(id, { ...document, id, name: id });
  const context = await live.browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  const { page, faults } = await openTab(context, live.server.url);
  await signInWithToken(page, await live.server.tokenOf("editing"));
  await page.goto(`${live.server.url}/#/spell/${id}`);
  await nodeAt(page, Object.keys(document.nodes).at(-1) ?? "").waitFor();
  await page.getByText(/^Saved, version/).waitFor();
  return { page, faults };
}

const nodes = (page: Page) => page.locator(".react-flow__node-spell");
const saved = (id: string) => live.client.spells.get(id);

describe.skipIf(chromiumPath === undefined)("editing by keys", () => {
  it("selects all, copies, pastes, duplicates, deletes, and takes each of them back", async () => {
    const { page, faults } = await open("keys");
    await page.keyboard.press("Control+a");
    await page.getByText("3 nodes selected.").waitFor();
    await page.keyboard.press("Control+c");
    await page.keyboard.press("Control+v");
    await expect.poll(() => nodes(page).count()).toBe(6);
    // The wires between the copied come with them.
    await expect.poll(async () => Object.keys((await saved("keys")).edges).length).toBe(6);
    await page.keyboard.press("Control+d");
    await expect.poll(() => nodes(page).count()).toBe(9);
    await page.keyboard.press("Delete");
    await expect.poll(() => nodes(page).count()).toBe(6);
    await page.keyboard.press("Control+z");
    await expect.poll(() => nodes(page).count()).toBe(9);
    await page.keyboard.press("Control+z");
    await page.keyboard.press("Control+z");
    await expect.poll(() => nodes(page).count()).toBe(3);
    await page.keyboard.press("Control+Shift+Z");
    await expect.poll(() => nodes(page).count()).toBe(6);
    await expect.poll(async () => Object.keys((await saved("keys")).nodes).length).toBe(6);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it("frames what is selected, tidies up, walks along wires, and shows the keys", async () => {
    const { page, faults } = await open("frames");
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Control+g");
    await page.locator(".comment-frame").waitFor();
    await expect
      .poll(async () => (await saved("frames")).comments)
      .toMatchObject([{ type: "frame", text: "Frame" }]);
    const start = nodeAt(page, "start").locator(".node-title");
    const box = await start.boundingBox();
    await page.mouse.move((box?.x ?? 0) + 5, (box?.y ?? 0) + 5);
    await page.mouse.down();
    await page.mouse.move((box?.x ?? 0) + 5, (box?.y ?? 0) + 205, { steps: 6 });
    await page.mouse.up();
    await expect.poll(async () => (await saved("frames")).nodes.start?.position[1]).toBeGreaterThan(50);
    const before = (await saved("frames")).nodes.start?.position;
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+Shift+L");
    await expect.poll(async () => (await saved("frames")).nodes.start?.position).not.toEqual(before);
    await page.keyboard.press("Alt+ArrowRight");
    await page.getByRole("heading", { name: "Trigger In" }).waitFor();
    await page.keyboard.press("Alt+ArrowRight");
    await page.getByRole("heading", { name: "Ask" }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).getByText("Duplicate").waitFor();
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(faults).toEqual([]);
    await page.context().close();
  });
});

describe.skipIf(chromiumPath === undefined)("editing by hand", () => {
  it("finds at the end of a dragged wire what fits there, and joins it", async () => {
    const { page, faults } = await open("wire");
    const handle = nodeAt(page, "out").locator('.react-flow__handle.source[data-handleid="trigger"]');
    const box = await handle.boundingBox();
    await page.mouse.move((box?.x ?? 0) + 5, (box?.y ?? 0) + 5);
    await page.mouse.down();
    await page.mouse.move((box?.x ?? 0) + 20, (box?.y ?? 0) + 160, { steps: 8 });
    await page.mouse.up();
    const palette = page.getByRole("dialog", { name: "Add a node for “trigger” (trigger)" });
    await palette.getByRole("combobox").fill("echo");
    await expectAccessible(page);
    await page.keyboard.press("Enter");
    await expect
      .poll(async () =>
        Object.values((await saved("wire")).edges).map(({ from, to }) => [...from, ...to].join(" ")),
      )
      .toContain("out trigger echo trigger");
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it("moves a node, and adds one where the canvas was clicked twice", async () => {
    const { page, faults } = await open("hand");
    const title = nodeAt(page, "start").locator(".node-title");
    const box = await title.boundingBox();
    await page.mouse.move((box?.x ?? 0) + 5, (box?.y ?? 0) + 5);
    await page.mouse.down();
    await page.mouse.move((box?.x ?? 0) + 5, (box?.y ?? 0) + 105, { steps: 6 });
    await page.mouse.up();
    await expect.poll(async () => (await saved("hand")).nodes.start?.position[1]).toBeGreaterThan(20);
    await page.mouse.dblclick(300, 250);
    await page.getByRole("combobox", { name: "Search components" }).fill("code");
    await page.keyboard.press("Enter");
    await page.getByRole("textbox", { name: "code" }).fill("function worker() { return {} }");
    await expect
      .poll(async () => (await saved("hand")).nodes.code?.data.code)
      .toBe("function worker() { return {} }");
    await page.getByRole("textbox", { name: "Name of the new output" }).fill("count");
    await page.getByRole("combobox", { name: "Type of the new output" }).selectOption("number");
    await page.getByRole("button", { name: "Add", exact: true }).last().click();
    await expect
      .poll(async () => (await saved("hand")).nodes.code?.outputs)
      .toEqual([{ name: "count", type: "number" }]);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it("opens spells as tabs with a connection each, which ends with its tab", async () => {
    const { page, faults } = await open("tab-one");
    await live.client.spells.put("tab-two", { ...chain, id: "tab-two", name: "tab-two" });
    await page.goto(`${live.server.url}/#/spell/tab-two`);
    await nodeAt(page, "out").waitFor();
    const connections = async (id: string): Promise<number> => (await live.client.runner(id)).connections;
    await expect.poll(() => connections("tab-two")).toBe(1);
    await expect(connections("tab-one")).resolves.toBe(1);
    await page.getByRole("button", { name: "Close tab-two" }).click();
    await expect.poll(() => connections("tab-two")).toBe(0);
    await expect(connections("tab-one")).resolves.toBe(1);
    await page.getByRole("link", { name: "tab-one" }).waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  });
});

describe.skipIf(chromiumPath === undefined)("the list of spells", () => {
  it("asks before it deletes one, and goes on asking where that failed", async () => {
    const { page } = await open("doomed");
    await page.goto(`${live.server.url}/#/spells`);
    await page.getByRole("button", { name: "Delete doomed" }).click();
    const dialog = page.getByRole("dialog", { name: "Delete “doomed”?" });
    await page.route("**/spells/doomed", (route) => route.abort());
    await dialog.getByRole("button", { name: "Delete it" }).click();
    await page.getByRole("alert").waitFor();
    await expect(dialog.isVisible()).resolves.toBe(true);
    await page.unroute("**/spells/doomed");
    await dialog.getByRole("button", { name: "Delete it" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Delete doomed" }).waitFor({ state: "detached" });
    await expect(live.client.spells.get("doomed")).rejects.toMatchObject({ code: "not_found" });
    await page.context().close();
  });
});

describe.skipIf(chromiumPath === undefined)("a run", () => {
  it("is stopped, and shows what that cut off; and is run again from one node", async () => {
    const { page, faults } = await open("halt");
    await page.keyboard.press("Control+Enter");
    await statusOf(page, "ask", "waiting");
    await page.getByLabel("Outcome of the run").getByText("waiting").waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await statusOf(page, "ask", "cancelled");
    await statusOf(page, "out", "skipped");
    await page.keyboard.press("Control+j");
    await page.getByRole("button", { name: "Past runs" }).click();
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await page.getByRole("button", { name: "One step back" }).click();
    await page.getByText("Ask (ask) waits for an answer").waitFor();
    await statusOf(page, "ask", "waiting");
    await nodeAt(page, "ask").getByText("Go on?").waitFor();
    await expect(nodeAt(page, "ask").getByRole("textbox").count()).resolves.toBe(0);
    await nodeAt(page, "ask").locator(".node-title").click();
    await page.getByRole("button", { name: "Run again from ask" }).click();
    await statusOf(page, "ask", "waiting");
    await nodeAt(page, "ask").getByRole("textbox").fill("yes");
    await nodeAt(page, "ask").getByRole("button", { name: "Answer" }).click();
    await statusOf(page, "out", "completed");
    const { data } = await live.client.runs.list("halt");
    expect(data.map(({ status }) => status)).toEqual(["completed", "cancelled"]);
    expect(data[0]?.parent).toMatchObject({ fromNode: "ask" });
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it("shows pictures and sounds that it gave as such", async () => {
    const { page, faults } = await open("media", media);
    await page.keyboard.press("Control+Enter");
    const outcome = page.getByLabel("Outcome of the run");
    const picture = outcome.getByRole("img", { name: "Output" });
    await picture.waitFor();
    // Drawn, and not only there: the browser took the bytes.
    await expect
      .poll(() => picture.evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight]))
      .toEqual([2, 2]);
    const sound = outcome.locator("audio");
    await expect.poll(() => sound.evaluate((audio: HTMLAudioElement) => audio.duration)).toBeCloseTo(0.5);
    await expectAccessible(page);
    expect(faults).toEqual([]);
    await page.context().close();
  });
});

/** Half a second of silence: 8-bit samples, 8 000 a second. */
function silence(): string {
  const samples = 4000;
  const bytes = Buffer.alloc(44 + samples, 128);
  bytes.write("RIFF", 0);
  bytes.writeUInt32LE(36 + samples, 4);
  bytes.write("WAVEfmt ", 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(8000, 24);
  bytes.writeUInt32LE(8000, 28);
  bytes.writeUInt16LE(1, 32);
  bytes.writeUInt16LE(8, 34);
  bytes.write("data", 36);
  bytes.writeUInt32LE(samples, 40);
  return `data:audio/wav;base64,${bytes.toString("base64")}`;
}

describe.skipIf(chromiumPath === undefined)("a spell of many nodes", () => {
  it("is drawn simply from afar, and read, walked and chosen from as near", async () => {
    const { page, faults } = await open("many", rowsOf(8, 20));
    const canvas = page.locator(".react-flow");
    await page.keyboard.press("Control+Enter");
    await nodeAt(page, "n160").getByRole("img", { name: "done" }).waitFor();
    await expect(canvas.getAttribute("class")).resolves.toContain("canvas-faint");
    await expect(page.locator(".react-flow__handle").count()).resolves.toBe(0);
    const map = page.locator(".react-flow__minimap");
    await expect(map.isVisible()).resolves.toBe(false);
    await expectAccessible(page);
    // A click on a wire chooses it here, too.
    const box = await nodeAt(page, "n30").boundingBox();
    const next = await nodeAt(page, "n31").boundingBox();
    const [from, to] = [(box?.x ?? 0) + (box?.width ?? 0), next?.x ?? 0];
    await page.mouse.click((from + to) / 2, (box?.y ?? 0) + ((box?.height ?? 0) * 53) / 123);
    await page.locator(".far-wire-selected").waitFor({ state: "attached" });
    await page.keyboard.press("Escape");
    await page.locator(".far-wire-selected").waitFor({ state: "detached" });
    await page.getByRole("group", { name: "Echo" }).first().focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Echo" }).waitFor();
    await page.mouse.move(500, 400);
    await page.keyboard.down("Control");
    await zoomIn(page, "canvas-far");
    expect(await axeViolations(page)).toEqual([]);
    await zoomIn(page, "canvas-near");
    await page.keyboard.up("Control");
    await page.locator(".react-flow__handle").first().waitFor();
    await page.locator(".far-wire").first().waitFor({ state: "detached" });
    await map.waitFor();
    expect(await axeViolations(page)).toEqual([]);
    // What is walked to comes into view, though only what is in view is drawn.
    await nodeAt(page, "n160").waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
    for (const id of ["start", "n1", "n2"]) {
      await page.keyboard.press("Alt+ArrowRight");
      await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("data-id"))).toBe(id);
    }
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it("has its wires where its sockets are, whatever its nodes show", async () => {
    const { page, faults } = await open("places", places);
    await page.keyboard.press("Control+Enter");
    await statusOf(page, "code", "failed");
    await page.locator(".react-flow__handle").nth(12).waitFor();
    const ends = await page.evaluate(() =>
      [...document.querySelectorAll<SVGPathElement>(".react-flow__edge-path")].flatMap((path) => {
        const [, fromNode, fromSocket, toNode, toSocket] =
          /Wire from (\S+) (\S+) to (\S+) (\S+)/.exec(
            path.closest(".react-flow__edge")?.getAttribute("aria-label") ?? "",
          ) ?? [];
        const matrix = path.getScreenCTM() ?? new DOMMatrix();
        const boxOf = (node: string | undefined, socket: string | undefined, type: string): DOMRect =>
          document
            .querySelector(`[data-id="${node}"] .react-flow__handle.${type}[data-handleid="${socket}"]`)!
            .getBoundingClientRect();
        const from = boxOf(fromNode, fromSocket, "source");
        const to = boxOf(toNode, toSocket, "target");
        const start = path.getPointAtLength(0).matrixTransform(matrix);
        const end = path.getPointAtLength(path.getTotalLength()).matrixTransform(matrix);
        return [
          start.x - from.right,
          start.y - (from.top + from.bottom) / 2,
          end.x - to.left,
          end.y - (to.top + to.bottom) / 2,
        ];
      }),
    );
    expect(ends.length).toBe(4 * Object.keys(places.edges).length);
    // Within the rounding of the screen.
    expect(ends.filter((distance) => Math.abs(distance) > 0.6)).toEqual([]);
    expect(faults).toEqual([]);
    await page.context().close();
  });
});

async function zoomIn(page: Page, level: string): Promise<void> {
  for (let turn = 0; turn < 60; turn += 1) {
    if (((await page.locator(".react-flow").getAttribute("class")) ?? "").includes(level)) return;
    await page.mouse.wheel(0, -60);
  }
  throw new Error(`The canvas did not come to ${level}.`);
}
