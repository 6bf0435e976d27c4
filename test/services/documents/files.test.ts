/** Files that are uploaded: read, cut, found by their words and by likeness, and gone without a trace. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, inject, it, onTestFinished, vi } from "vitest";
import type { Env } from "../../../src/env.ts";
import { baseUrl, bodyOf, userNamed } from "../../helpers/api.ts";
import { held } from "../../helpers/provider.ts";
import { pdfOf } from "../../helpers/pdf.ts";

const bindings = env as unknown as Env;
let count = 0;

function someone() {
  const user = userNamed(`files-${(count += 1)}`);
  const send = async (path: string, body: BodyInit, headers: Record<string, string> = {}) => {
    const { exports } = await import("cloudflare:workers");
    const worker = (exports as unknown as { default: Pick<Fetcher, "fetch"> }).default;
    const authorization = `Bearer ${await user.token}`;
    return worker.fetch(
      new Request(baseUrl + path, { method: "POST", body, headers: { authorization, ...headers } }),
    );
  };
  const verb = async (name: string, body: Record<string, unknown>) =>
    user.ask(`/services/documents/${name}`, { body });
  const file = async (id: string) => bodyOf(await verb("getFile", { id }));
  const ended = (id: string) =>
    vi.waitFor(
      async () => {
        const is = await file(id);
        expect(["done", "failed"]).toContain(is.status);
        return is;
      },
      { timeout: 20_000 },
    );
  return {
    ...user,
    verb,
    file,
    ended,
    upload: (name: string, body: BodyInit, query = "", type = "application/octet-stream") =>
      send(`/services/documents/upload?name=${encodeURIComponent(name)}${query}`, body, {
        "content-type": type,
      }),
    send,
    documents: async (query = "") => (await bodyOf(await user.ask(`/services/documents${query}`))).data,
    found: async (words: string) =>
      (
        await bodyOf(
          await user.ask("/services/search/query", { body: { query: words, in: "documents", limit: 10 } }),
        )
      ).results,
    reader: (id: string) => {
      if (bindings.FILE_READERS === undefined) throw new Error("wrangler.toml binds no FILE_READERS.");
      return bindings.FILE_READERS.getByName(JSON.stringify(["file", user.name, id]));
    },
  };
}

describe("A file", () => {
  it("becomes documents that are found by words and by likeness, and is removed with all of them", async () => {
    const user = someone();
    const store = await bodyOf(await user.verb("createStore", { name: "books" }));
    const taken = await user.upload(
      "guide.md",
      "# Whales\nThe narwhal has a tusk.\n# Birds\nThe albatross glides.",
      `&storeId=${store.id}&type=guide&metadata=${encodeURIComponent('{"shelf":7}')}`,
    );
    expect(taken.status).toBe(202);
    const { id } = await bodyOf(taken);
    expect(await user.ended(id)).toMatchObject({
      name: "guide.md",
      mimeType: "text/markdown",
      status: "done",
      chunks: 2,
      stored: 2,
      hasVectors: true,
      storeId: store.id,
    });
    const documents = await user.documents(`?fileId=${id}`);
    expect(documents).toMatchObject([
      {
        title: "guide.md: Whales",
        content: "# Whales\nThe narwhal has a tusk.",
        type: "guide",
        storeId: store.id,
        metadata: { shelf: 7, file: "guide.md", chunk: 1, chunks: 2, heading: "Whales" },
        embedding: expect.any(Array),
      },
      { title: "guide.md: Birds" },
    ]);
    expect(await user.found("narwhal")).toMatchObject([{ title: "guide.md: Whales" }]);
    const near = await bodyOf(
      await user.verb("nearest", { embedding: documents[1].embedding, limit: 1, storeId: store.id }),
    );
    expect(near.data).toMatchObject([{ title: "guide.md: Birds", distance: expect.closeTo(0) }]);
    expect((await someone().verb("getFile", { id })).status).toBe(404);
    expect((await someone().verb("removeFile", { id })).status).toBe(404);
    expect((await user.verb("removeFile", { id })).status).toBe(200);
    expect([await user.documents(), await user.found("narwhal")]).toEqual([[], []]);
    expect((await user.verb("getFile", { id })).status).toBe(404);
    expect((await user.verb("removeFile", { id })).status).toBe(404);
  });

  it("comes in a form, too, of any type that is read", async () => {
    const user = someone();
    const form = new FormData();
    form.set(
      "file",
      new File([pdfOf(["First page\nof two", "The zeppelin"])], "book.pdf", { type: "application/pdf" }),
    );
    form.set("embed", "never");
    const { id } = await bodyOf(await user.send("/services/documents/upload", form));
    expect(await user.ended(id)).toMatchObject({ status: "done", chunks: 2, hasVectors: false });
    expect(await user.found("zeppelin")).toMatchObject([{ title: "book.pdf", text: "The zeppelin" }]);
    expect((await user.documents())[0]).toMatchObject({
      content: "First page\nof two",
      metadata: { page: 1 },
    });
    const table = await bodyOf(await user.upload("t.csv", "name,age\nAda,36\nBob,40", "&embed=never"));
    await user.ended(table.id);
    expect((await user.documents(`?fileId=${table.id}`))[0].content).toBe(
      "name: Ada\nage: 36\n\nname: Bob\nage: 40",
    );
    expect((await bodyOf(await user.verb("findFiles", {}))).total).toBe(2);
  });

  it("is stored in batches with its progress, once for one key, also when a batch is cut off", async () => {
    const user = someone();
    const prompt = `!hang:1 ${crypto.randomUUID()} `;
    const text = Array.from(
      { length: 150 },
      (_, i) => `${i === 70 ? prompt : ""}${"x".repeat(80)} part${i}\n\n`,
    ).join("");
    const taken = await user.upload("long.txt", text, "&chunkSize=110&overlap=0");
    const { id } = await bodyOf(taken);
    await vi.waitFor(async () => expect((await user.file(id)).stored).toBeGreaterThan(0), {
      timeout: 15_000,
    });
    expect((await user.file(id)).status).toMatch(/storing|done/);
    await user.ended(id);
    const done = await user.file(id);
    expect(done.stored).toBe(done.chunks);
    expect(await user.documents(`?fileId=${id}&$limit=1`)).toHaveLength(1);
    const { total } = await bodyOf(await user.ask(`/services/documents?fileId=${id}&$limit=0`));
    expect(total).toBe(done.chunks);
    // Nothing is left in its actor.
    await runInDurableObject(user.reader(id), async (_, { storage }) => {
      expect([...storage.kv.list()]).toEqual([]);
      expect(await storage.getAlarm()).toBeNull();
    });
  });

  it("goes on after a crash, and stores nothing twice", async () => {
    const user = someone();
    const prompt = `!hang:1 ${crypto.randomUUID()}`;
    const { id } = await bodyOf(await user.upload("a.txt", `${prompt} words`));
    await held(prompt);
    await runInDurableObject(user.reader(id), (_, state) => state.abort("a crash")).catch(() => undefined);
    await vi.waitFor(
      async () => {
        await runDurableObjectAlarm(user.reader(id));
        expect((await user.file(id)).status).toBe("done");
      },
      { timeout: 20_000, interval: 300 },
    );
    expect(await user.documents(`?fileId=${id}`)).toHaveLength(1);
  });

  it("can be removed while it is read, and leaves nothing", async () => {
    const user = someone();
    const prompt = `!stall:1 ${crypto.randomUUID()}`;
    const text = `${"a".repeat(90)}\n\n`.repeat(70) + prompt;
    const { id } = await bodyOf(await user.upload("a.txt", text, "&chunkSize=100&overlap=0&embed=never"));
    expect((await user.verb("removeFile", { id })).status).toBe(200);
    expect((await user.verb("getFile", { id })).status).toBe(404);
    expect(await user.documents()).toEqual([]);
  });

  it("goes with its store", async () => {
    const user = someone();
    const store = await bodyOf(await user.verb("createStore", { name: "gone" }));
    const { id } = await bodyOf(await user.upload("a.txt", "a narwhal", `&storeId=${store.id}&embed=never`));
    await user.ended(id);
    expect((await user.verb("removeStore", { id: store.id })).status).toBe(200);
    expect([await user.documents(), await user.found("narwhal")]).toEqual([[], []]);
    expect((await user.verb("getFile", { id })).status).toBe(404);
  });

  it("is one for one key", async () => {
    const user = someone();
    const path = "/services/documents/upload?name=a.txt&embed=never";
    const upload = (body: string) =>
      user.send(path, body, { "idempotency-key": "k", "content-type": "text/plain" });
    const first = await bodyOf(await upload("the same"));
    await user.ended(first.id);
    expect(await bodyOf(await upload("the same"))).toMatchObject({ id: first.id, status: "done" });
    expect((await upload("another")).status).toBe(409);
    expect(await user.documents()).toHaveLength(1);
  });

  it("that cannot be read fails with the reason, and leaves no documents", async () => {
    const user = someone();
    const { id } = await bodyOf(await user.upload("a.pdf", "no pdf"));
    expect(await user.ended(id)).toMatchObject({
      status: "failed",
      error: { code: "bad_request", message: expect.stringMatching(/no PDF/) },
    });
    expect(await user.documents()).toEqual([]);
    expect((await user.verb("removeFile", { id })).status).toBe(200);
  });

  it("has its words where there is no provider of vectors, and fails where they are wanted", async () => {
    const user = someone();
    const url = bindings.OPENAI_BASE_URL;
    onTestFinished(() => void (bindings.OPENAI_BASE_URL = url ?? inject("openAiUrl")));
    delete bindings.OPENAI_BASE_URL;
    const { id } = await bodyOf(await user.upload("a.txt", "a walrus"));
    expect(await user.ended(id)).toMatchObject({ status: "done", hasVectors: false });
    expect(await user.found("walrus")).toHaveLength(1);
    const wanted = await bodyOf(await user.upload("b.txt", "a seal", "&embed=always"));
    expect(await user.ended(wanted.id)).toMatchObject({
      status: "failed",
      error: { code: "not_configured" },
    });
    expect(await user.found("seal")).toEqual([]);
  });

  it.each([
    ["a.docx", "x", "", 400],
    ["a.txt", "", "", 400],
    ["", "x", "", 400],
    ["a.txt", "x", "&chunkSize=5", 400],
    ["a.txt", "x", "&chunkSize=100&overlap=90", 400],
    ["a.txt", "x", "&chunkSize=many", 400],
    ["a.txt", "x", "&metadata=[1]", 400],
    ["a.txt", "x", "&storeId=none", 404],
    ["a.txt", "x", "&embed=perhaps", 400],
    ["a.txt", "x", "&unknown=1", 400],
  ])("called %j with %j and %j is refused", async (name, body, query, status) => {
    const user = someone();
    expect((await user.upload(name, body, query)).status).toBe(status);
    expect((await bodyOf(await user.verb("findFiles", {}))).total).toBe(0);
  });

  it("above 16 MB, or a form that is none, is refused", async () => {
    const user = someone();
    expect((await user.upload("a.txt", new Uint8Array(17 * 1024 * 1024))).status).toBe(413);
    const type = "multipart/form-data; boundary=x";
    expect((await user.send("/services/documents/upload", "no form", { "content-type": type })).status).toBe(
      400,
    );
    const empty = new FormData();
    empty.set("name", "a.txt");
    expect((await user.send("/services/documents/upload", empty)).status).toBe(400);
  });
});
