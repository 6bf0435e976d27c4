import { expect, describe, inject, it, vi } from "vitest";
import { ask, over, travels } from "../service-journey.ts";

describe("documents", () => {
  it("are uploaded, found and removed over HTTP", async () => {
    const uploaded = await fetch(`${inject("serverUrl")}/services/documents/upload?name=a.md`, {
      method: "POST",
      headers: { authorization: `Bearer ${inject("serverToken")}`, "content-type": "text/markdown" },
      body: "# Title\nSome words.",
    });
    const { id } = (await uploaded.json()) as { id: string };
    await vi.waitFor(
      async () =>
        expect(await over("documents", "getFile", { id })).toMatchObject({
          status: "done",
          hasVectors: true,
        }),
      { timeout: 10_000 },
    );
    expect((await ask(`/services/documents?fileId=${id}`)).body).toMatchObject({
      data: [{ title: "a.md: Title" }],
    });
    await over("documents", "removeFile", { id });
    expect((await ask(`/services/documents?fileId=${id}`)).body).toMatchObject({ total: 0 });
  });
  travels({
    service: "documents",
    steps: [
      ["create", { content: "kept", type: "node" }],
      ["find", { type: "node", $limit: 1 }],
    ],
    gives: (output) => expect(output).toMatchObject({ data: [{ content: "kept" }] }),
  });
});
