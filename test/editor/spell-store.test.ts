import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { setData } from "../../client/editor/core/document.ts";
import { SpellStore } from "../../client/editor/stores/spell-store.ts";
import { type SpellDocument, SpellError } from "../../client/lib/index.ts";
import { spell } from "./documents.ts";
import { MemoryServer } from "./memory-server.ts";

const kept = new Map<string, string>();
const before = Object.getOwnPropertyDescriptor(globalThis, "localStorage");

beforeEach(() => {
  vi.useFakeTimers();
  kept.clear();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  Object.defineProperty(globalThis, "localStorage", { value: storage, configurable: true });
});
afterEach(() => {
  vi.useRealTimers();
  if (before === undefined) Reflect.deleteProperty(globalThis, "localStorage");
  else Object.defineProperty(globalThis, "localStorage", before);
});

const drawn = spell({ a: "Echo", b: "Echo" }, "a.output > b.source", { id: "s" });
const write =
  (value: string, key = "text", node = "a") =>
  (document: SpellDocument) =>
    setData(document, node, key, value);

async function open(server = new MemoryServer(drawn)): Promise<{ server: MemoryServer; store: SpellStore }> {
  const store = new SpellStore(server.client, server.connection, "s", "alice");
  await store.load();
  server.calls.length = 0;
  return { server, store };
}
const textOf = (document: SpellDocument | null, key = "text") => document?.nodes.a?.data[key];
const stateOf = (store: SpellStore) => store.state.getState();
/** Longer than any delay of the store. */
const pass = (ms = 10_000): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe("a spell that is edited", () => {
  it("is saved once for many edits shortly one after the other", async () => {
    const { server, store } = await open();
    for (const text of ["h", "he", "hey"]) {
      store.edit(write(text), "field");
      expect(stateOf(store).saving).toBe("pending");
      await pass(50);
    }
    expect(server.calls).toEqual([]);
    await pass();
    expect(server.calls).toEqual(["edit"]);
    expect(textOf(server.document)).toBe("hey");
    expect(stateOf(store)).toMatchObject({ saving: "saved", version: 2, document: { version: 2 } });
    expect(kept.size).toBe(0);
  });

  it("is not saved where nothing changed", async () => {
    const { server, store } = await open();
    store.edit((document) => structuredClone(document));
    await pass();
    expect(server.calls).toEqual([]);
    expect(stateOf(store)).toMatchObject({ saving: "saved", canUndo: false });
  });

  it("is saved again for what was edited while it was being saved", async () => {
    const { server, store } = await open();
    server.meanwhile = () => store.edit(write("later", "more"));
    store.edit(write("first"));
    await pass();
    expect(server.calls).toEqual(["edit", "edit"]);
    expect(server.document.nodes.a?.data).toEqual({ text: "first", more: "later" });
    expect(stateOf(store)).toMatchObject({ saving: "saved", version: 3 });
  });

  it("goes whole where the patch would be larger than a frame", async () => {
    const { server, store } = await open();
    store.edit(write("x".repeat(400_000)));
    await pass();
    expect(server.calls).toEqual(["put"]);
    expect(stateOf(store)).toMatchObject({ saving: "saved", version: 2 });
  });

  it("is saved at once by hand, and says why not", async () => {
    const { server, store } = await open();
    store.edit(write("now"));
    await store.flush();
    expect(textOf(server.document)).toBe("now");
    server.faults.push(new SpellError("spell_invalid", "Too many nodes."));
    store.edit(write("bad"));
    await expect(store.flush()).rejects.toThrow("Too many nodes.");
    expect(stateOf(store)).toMatchObject({ saving: "failed", fault: "Too many nodes." });
    store.edit(write("good"));
    await pass();
    expect(stateOf(store)).toMatchObject({ saving: "saved", fault: null });
  });

  it("can be taken back, which is saved like any edit", async () => {
    const { server, store } = await open();
    store.edit(write("x"));
    await pass();
    expect(store.undo()).toBe(true);
    await pass();
    expect(textOf(server.document)).toBeUndefined();
    expect(store.redo()).toBe(true);
    await pass();
    expect(textOf(server.document)).toBe("x");
  });

  it("is tried again by itself when the server had no time for it", async () => {
    const { server, store } = await open();
    server.faults.push(new SpellError("rate_limited", "Too many."), new SpellError("overloaded", "Later."));
    store.edit(write("x"));
    await pass();
    expect(server.calls).toEqual(["edit", "edit", "edit"]);
    expect(stateOf(store).saving).toBe("saved");
  });

  it("is left alone once it was closed", async () => {
    const { server, store } = await open();
    store.edit(write("x"));
    store.dispose();
    await pass();
    expect(server.calls).toEqual([]);
  });
});

describe("a spell that others edit", () => {
  it("shows what they saved, with what is not saved here", async () => {
    const { server, store } = await open();
    store.edit(write("mine"));
    server.change(write("theirs", "text", "b"));
    await pass();
    const { document, conflicts, saving } = stateOf(store);
    expect(saving).toBe("saved");
    expect(document?.nodes.a?.data).toEqual({ text: "mine" });
    expect(document?.nodes.b?.data).toEqual({ text: "theirs" });
    expect(conflicts).toEqual([]);
    expect(server.document).toEqual(document);
  });

  it("is merged and saved at once where a version came between", async () => {
    const { server, store } = await open();
    store.edit(write("mine"));
    server.meanwhile = () => server.change(write("theirs", "text", "b"));
    await store.flush();
    expect(server.document.nodes.a?.data).toEqual({ text: "mine" });
    expect(server.document.nodes.b?.data).toEqual({ text: "theirs" });
    expect(stateOf(store)).toMatchObject({ saving: "saved", version: 3 });
  });

  it("tells what both changed, and takes theirs where that is asked", async () => {
    const { server, store } = await open();
    store.edit(write("mine"));
    server.change(write("theirs"));
    await pass();
    expect(textOf(server.document)).toBe("mine");
    const [conflict] = stateOf(store).conflicts;
    if (conflict === undefined) throw new Error("There is no conflict.");
    store.resolve(conflict, "theirs");
    expect(stateOf(store).conflicts).toEqual([]);
    await pass();
    expect(textOf(server.document)).toBe("theirs");
  });

  it("leaves mine as it is where mine is asked", async () => {
    const { server, store } = await open();
    store.edit(write("mine"));
    server.change(write("theirs"));
    await pass();
    const [conflict] = stateOf(store).conflicts;
    if (conflict !== undefined) store.resolve(conflict, "mine");
    await pass();
    expect(textOf(server.document)).toBe("mine");
    expect(stateOf(store)).toMatchObject({ conflicts: [], saving: "saved" });
  });

  it("does not take back what they changed since", async () => {
    const { server, store } = await open();
    store.edit(write("mine"));
    await pass();
    server.change(write("theirs"));
    await pass();
    expect(store.undo()).toBe(false);
    expect(textOf(stateOf(store).document)).toBe("theirs");
  });
});

describe("a line that breaks", () => {
  it("under an edit that was taken leaves it saved once", async () => {
    const { server, store } = await open();
    server.losesAnswer = true;
    store.edit(write("x"));
    await pass();
    expect(server.calls.filter((call) => call !== "get")).toEqual(["edit"]);
    expect(server.document).toMatchObject({ version: 2 });
    expect(stateOf(store)).toMatchObject({ saving: "saved", version: 2, conflicts: [] });
  });

  it("under one that was not taken sends it again", async () => {
    const { server, store } = await open();
    server.faults.push(new SpellError("interrupted", "The line broke."));
    store.edit(write("x"));
    await pass();
    expect(textOf(server.document)).toBe("x");
    expect(stateOf(store)).toMatchObject({ saving: "saved", version: 2 });
  });

  it("keeps edits for later, which go out once it is back", async () => {
    const { server, store } = await open();
    server.setState("offline");
    store.edit(write("x"));
    await pass();
    expect(server.calls).toEqual([]);
    expect(stateOf(store).saving).toBe("pending");
    await expect(store.flush()).rejects.toThrow("cannot be reached");
    expect([...kept.keys()]).toEqual(["spellrunner.draft.alice.s"]);
    server.setState("live");
    await pass();
    expect(textOf(server.document)).toBe("x");
    expect(kept.size).toBe(0);
  });

  it("and comes back while the server cannot be asked loses nothing", async () => {
    const { server, store } = await open();
    server.faults.push(
      new SpellError("interrupted", "The line broke."),
      new SpellError("overloaded", "Not reached.", { retryable: true }),
    );
    store.edit(write("x"));
    await pass(1000);
    expect(stateOf(store).saving).toBe("pending");
    await pass();
    expect(textOf(server.document)).toBe("x");
  });
});

describe("a draft of another visit", () => {
  it("is there again, merged with what others saved meanwhile, and is saved", async () => {
    const { server, store } = await open();
    server.setState("offline");
    store.edit(write("mine"));
    store.dispose();
    server.change(write("theirs", "text", "b"));
    server.state = "live";
    const next = await open(server);
    expect(next.store.state.getState().document?.nodes.a?.data).toEqual({ text: "mine" });
    expect(next.store.state.getState().canUndo).toBe(false);
    await pass();
    expect(server.document.nodes.a?.data).toEqual({ text: "mine" });
    expect(server.document.nodes.b?.data).toEqual({ text: "theirs" });
    expect(kept.size).toBe(0);
  });

  it("that cannot be read is none", async () => {
    kept.set("spellrunner.draft.alice.s", "{broken");
    const { store } = await open();
    expect(stateOf(store)).toMatchObject({ saving: "saved", document: drawn });
  });

  it("is not kept by a browser without room, and the edit is saved all the same", async () => {
    const { server, store } = await open();
    Object.assign(localStorage, {
      setItem: () => {
        throw new Error("QuotaExceededError");
      },
    });
    store.edit(write("x"));
    await pass();
    expect(textOf(server.document)).toBe("x");
  });
});
