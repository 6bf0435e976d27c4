import { describe, expect, it } from "vitest";
import { SpellrunnerClient } from "../../client/lib/index.ts";

/** A client of a server that answers `body`, and what that server was asked. */
function asking(body: unknown) {
  const asked: string[] = [];
  const bodies: unknown[] = [];
  const client = new SpellrunnerClient({
    url: "http://x",
    token: "t",
    fetch: async (url, { method, headers, body: sent } = {}) => {
      asked.push(
        `${method} ${decodeURIComponent(url.slice("http://x".length))} ${headers?.["content-type"] ?? ""}`.trim(),
      );
      bodies.push(typeof sent === "string" ? JSON.parse(sent) : sent);
      return new Response(body === undefined ? null : JSON.stringify(body), {
        status: body === undefined ? 204 : 200,
      });
    },
  });
  return { client, asked, bodies };
}

describe("a service of the client", () => {
  it("finds rows by a query whose numbers and nulls stay what they are", async () => {
    const page = { total: 1, limit: 2, skip: 0, data: [{ id: "a" }] };
    const { client, asked } = asking(page);
    expect(await client.service("documents").find({ fileId: null, $limit: 2 })).toEqual(page);
    expect(asked).toEqual(['GET /services/documents?$query={"fileId":null,"$limit":2}']);
  });

  it("says that an answer which is no page does not fit the protocol", async () => {
    await expect(
      asking({ total: 1, data: [1] })
        .client.service("documents")
        .find(),
    ).rejects.toMatchObject({
      code: "protocol_error",
    });
  });

  it("reads, makes, changes and removes a row at its own address", async () => {
    const { client, asked, bodies } = asking({ id: "a b" });
    const entities = client.service("entities");
    await entities.get("a b");
    await entities.create({ name: "n" });
    await entities.update("a b", { name: "m" });
    await entities.patch("a b", { name: "o" });
    expect(await entities.remove("a b")).toEqual({ id: "a b" });
    expect(asked).toEqual([
      "GET /services/entities/a b",
      "POST /services/entities application/json",
      "PUT /services/entities/a b application/json",
      "PATCH /services/entities/a b application/json",
      "DELETE /services/entities/a b",
    ]);
    expect(bodies).toEqual([undefined, { name: "n" }, { name: "m" }, { name: "o" }, undefined]);
  });

  it("calls its own verbs, and gives undefined where one has nothing to tell", async () => {
    const { client, asked, bodies } = asking(undefined);
    expect(await client.service("cache").call("set", { key: "k", value: 1 })).toBeUndefined();
    expect(asked).toEqual(["POST /services/cache/set application/json"]);
    expect(bodies).toEqual([{ key: "k", value: 1 }]);
  });

  it("uploads the bytes given and no others, under the type that is known of them", async () => {
    const { client, asked, bodies } = asking({ id: "f" });
    const documents = client.service("documents");
    const whole = new TextEncoder().encode("<hello>");
    await documents.upload("a b.md", whole.subarray(1, 6), { storeId: "s" });
    await documents.upload("a.csv", new Blob(["x"], { type: "text/csv" }));
    await documents.upload("a.csv", new Blob(["x"], { type: "text/csv" }), { mimeType: "text/plain" });
    expect(asked).toEqual([
      "POST /services/documents/upload?storeId=s&name=a b.md application/octet-stream",
      "POST /services/documents/upload?name=a.csv text/csv",
      "POST /services/documents/upload?name=a.csv text/plain",
    ]);
    expect(bodies.map((bytes) => new TextDecoder().decode(bytes as ArrayBuffer))).toEqual([
      "hello",
      "x",
      "x",
    ]);
  });
});

describe("secrets and keys of the client", () => {
  it("are listed, set and removed by their names", async () => {
    const secrets = [{ name: "A", updatedAt: 1 }];
    const listing = asking({ data: secrets });
    expect(await listing.client.secrets.list()).toEqual(secrets);
    const { client, asked, bodies } = asking(undefined);
    await client.secrets.set("A", "v");
    await client.secrets.remove("A");
    await client.keys.remove("k");
    expect([...listing.asked, ...asked]).toEqual([
      "GET /users/me/secrets",
      "PUT /users/me/secrets/A application/json",
      "DELETE /users/me/secrets/A",
      "DELETE /users/me/keys/k",
    ]);
    expect(bodies).toEqual([{ value: "v" }, undefined, undefined]);
  });

  it("tell a new key with the key itself, and refuse an answer without it", async () => {
    const made = { id: "1", name: "n", scopes: ["runs"], createdAt: 1, key: "sk_x" };
    const { client, bodies } = asking(made);
    expect(await client.keys.create({ name: "n", scopes: ["runs"] })).toEqual(made);
    expect(bodies).toEqual([{ name: "n", scopes: ["runs"] }]);
    const { key: _key, ...known } = made;
    await expect(asking(known).client.keys.create({ name: "n" })).rejects.toMatchObject({
      code: "protocol_error",
    });
    expect(await asking({ data: [known] }).client.keys.list()).toEqual([known]);
  });
});
