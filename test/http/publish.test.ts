/** Publishing over HTTP: who may, what others get, and how it ends. What a run of a published spell shows is in test/actor/published.test.ts. */
import { expect, describe, it } from "vitest";
import { publication, publishedSpell } from "../../src/protocol/publications.ts";
import { runnerList } from "../../src/protocol/runners.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { echoSpell } from "../helpers/documents.ts";
import { marker, publish, saveGreeter } from "../helpers/published.ts";

let count = 0;
async function people() {
  const n = (count += 1);
  const [author, guest] = [userNamed(`author-${n}`), userNamed(`guest-${n}`)];
  await saveGreeter(author, "greet");
  return { author, guest };
}

describe("POST /spells/:id/publish", () => {
  it("gives an id under which others see what the spell takes and gives, and run it", async () => {
    const { author, guest } = await people();
    const made = publication.parse(await publish(author, "greet"));
    expect(made).toMatchObject({ version: 1, share: "interface" });
    expect(await bodyOf(await author.ask("/spells/greet/publish"))).toEqual(made);
    const seen = await bodyOf(await guest.ask(`/spells/@${made.publicId}`));
    expect(publishedSpell.parse(seen)).toEqual({
      id: `@${made.publicId}`,
      name: "Greeter",
      version: 1,
      share: "interface",
      inputs: ["text"],
      outputs: ["text"],
      triggers: ["go"],
    });
    const run = await guest.ask(`/spells/@${made.publicId}/run`, { body: { inputs: { text: "Ada" } } });
    expect(await bodyOf(run)).toMatchObject({ outputs: { text: "Hello, Ada!" }, state: {} });
    // A client that escapes the sign means the same.
    const escaped = await guest.ask(`/spells/%40${made.publicId}/runs`);
    expect((await bodyOf(escaped)).data).toHaveLength(1);
  });

  it("pins the version and those of its sub-spells until it is published again, under the same id", async () => {
    const { author, guest } = await people();
    const { publicId } = await publish(author, "greet");
    const said = async () => {
      const response = await guest.ask(`/spells/@${publicId}/run`, { body: { inputs: { text: "Ada" } } });
      return (await bodyOf(response)).outputs.text as string;
    };
    expect(await said()).toBe("Hello, Ada!");
    await saveGreeter(author, "greet", { greeting: "Bye" });
    expect(await said()).toBe("Hello, Ada!");
    expect((await guest.ask(`/spells/@${publicId}/runner`, { method: "DELETE" })).status).toBe(200);
    expect(await said()).toBe("Hello, Ada!");
    expect(await publish(author, "greet")).toMatchObject({ publicId, version: 2 });
    expect(await said()).toBe("Bye, Ada!");
    expect(await publish(author, "greet", { version: 1 })).toMatchObject({ publicId, version: 1 });
    expect(await bodyOf(await guest.ask(`/spells/@${publicId}`))).toMatchObject({ version: 1 });
  });

  it("keeps what is shared until it says otherwise", async () => {
    const { author } = await people();
    expect(await publish(author, "greet", { share: "source" })).toMatchObject({ share: "source" });
    expect(await publish(author, "greet")).toMatchObject({ share: "source" });
    expect(await publish(author, "greet", { share: "interface" })).toMatchObject({ share: "interface" });
  });

  it.each([
    [{ share: "all" }, 400],
    [{ version: 0 }, 400],
    [{ shared: "source" }, 400],
    [[], 400],
    [{ version: 7 }, 404],
  ])("refuses %j with %i", async (body, status) => {
    const { author } = await people();
    expect((await author.ask("/spells/greet/publish", { body })).status).toBe(status);
    expect((await author.ask("/spells/greet/publish")).status).toBe(404);
  });

  it("is for the owner alone, to whom nobody else's spell exists", async () => {
    const { author, guest } = await people();
    const { publicId } = await publish(author, "greet");
    for (const id of ["greet", `@${publicId}`])
      for (const method of ["GET", "POST", "DELETE"])
        expect((await guest.ask(`/spells/${id}/publish`, { method })).status, `${method} ${id}`).toBe(404);
    expect((await author.ask(`/spells/@${publicId}/publish`, { method: "DELETE" })).status).toBe(404);
    expect((await guest.ask(`/spells/@${publicId}`)).status).toBe(200);
  });
});

describe("A published spell", () => {
  it("is no spell of whoever runs it: not listed, edited, deleted, played or seen by versions", async () => {
    const { author, guest } = await people();
    const { publicId } = await publish(author, "greet", { share: "source" });
    const at = `/spells/@${publicId}`;
    for (const user of [guest, author])
      for (const [method, path, body] of [
        ["PUT", at, echoSpell("x")],
        ["DELETE", at],
        ["GET", `${at}/versions`],
        ["GET", `${at}/versions/1`],
        ["GET", `${at}/versions/1/plan`],
        ["POST", `${at}/play`],
        ["POST", `${at}/pause`],
      ] as const) {
        const response = await user.ask(path, { method, ...(body === undefined ? {} : { body }) });
        expect([404, 400], `${method} ${path}`).toContain(response.status);
      }
    expect((await bodyOf(await guest.ask("/spells"))).data).toEqual([]);
    expect((await bodyOf(await author.ask("/spells/greet"))).version).toBe(1);
  });

  it("is listed among the runners of whoever runs it, without its owner", async () => {
    const { author, guest } = await people();
    const { publicId } = await publish(author, "greet");
    await guest.ask(`/spells/@${publicId}/run`, { body: { inputs: { text: "Ada" } } });
    const text = await (await guest.ask("/runners")).text();
    expect(runnerList.parse(JSON.parse(text)).data).toMatchObject([
      { spellId: `@${publicId}`, session: "main" },
    ]);
    expect(text).not.toContain(author.name);
    expect((await bodyOf(await author.ask("/runners"))).data).toEqual([]);
    expect(await bodyOf(await guest.ask("/usage"))).toMatchObject({ runs: 1 });
    expect(await bodyOf(await author.ask("/usage"))).toMatchObject({ runs: 0 });
  });

  it("has no namesake among the spells of whoever runs it", async () => {
    const { author, guest } = await people();
    const { publicId } = await publish(author, "greet");
    await guest.ask("/spells/greet", { method: "PUT", body: echoSpell("greet") });
    const run = () => guest.ask(`/spells/@${publicId}/run`, { body: { inputs: { text: "Ada" } } });
    expect((await bodyOf(await run())).outputs.text).toBe("Hello, Ada!");
    await guest.ask("/spells/greet", { method: "DELETE" });
    expect((await bodyOf(await guest.ask(`/spells/@${publicId}/runs`))).data).toHaveLength(1);
    expect((await run()).status).toBe(200);
  });

  it.each([
    ["is no longer published", "/spells/greet/publish"],
    ["is deleted", "/spells/greet"],
  ])("ends when it %s, and what is published later has another id", async (_how, path) => {
    const { author, guest } = await people();
    const { publicId } = await publish(author, "greet");
    const run = () => guest.ask(`/spells/@${publicId}/run`, { body: { inputs: { text: "Ada" } } });
    expect((await run()).status).toBe(200);
    expect((await author.ask(path, { method: "DELETE" })).status).toBe(204);
    for (const asked of ["", "/runs", "/runner"])
      expect((await guest.ask(`/spells/@${publicId}${asked}`)).status, asked).toBe(404);
    expect((await run()).status).toBe(404);
    expect((await author.ask("/spells/greet/publish", { method: "DELETE" })).status).toBe(404);
    await saveGreeter(author, "greet");
    const again = await publish(author, "greet");
    expect(again.publicId).not.toBe(publicId);
    expect((await run()).status).toBe(404);
    expect((await guest.ask(`/spells/@${again.publicId}`)).status).toBe(200);
  });

  it("shows its document where its source is shared", async () => {
    const { author, guest } = await people();
    const { publicId } = await publish(author, "greet", { share: "source" });
    const { document } = await bodyOf(await guest.ask(`/spells/@${publicId}`));
    expect(document).toEqual(await bodyOf(await author.ask("/spells/greet")));
    expect(JSON.stringify(document)).toContain(marker);
    await publish(author, "greet", { share: "interface" });
    expect(await bodyOf(await guest.ask(`/spells/@${publicId}`))).not.toHaveProperty("document");
  });

  it.each(["@", "@@x", "@none", "@../x", `@${"x".repeat(200)}`])("is not called %s", async (id) => {
    const { guest } = await people();
    for (const path of ["", "/run", "/runs", "/runner", "/connect"]) {
      const headers: Record<string, string> = path === "/connect" ? { upgrade: "websocket" } : {};
      const method = path === "/run" ? "POST" : "GET";
      const response = await guest.ask(`/spells/${encodeURIComponent(id)}${path}`, { method, headers });
      expect(response.status, path).toBe(404);
    }
  });
});
