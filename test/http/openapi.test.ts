import { describe, expect, it } from "vitest";
import { componentList } from "../../src/protocol/components.ts";
import { ask, bodyOf } from "../helpers/api.ts";

type Tree = { [key: string]: unknown };

const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null;

function* refsOf(value: unknown): Generator<string> {
  if (!isTree(value)) return;
  if (typeof value.$ref === "string") yield value.$ref;
  for (const child of Object.values(value)) yield* refsOf(child);
}

const resolve = (document: unknown, ref: string): unknown =>
  ref
    .slice("#/".length)
    .split("/")
    .reduce<unknown>(
      (at, key) => (isTree(at) ? at[key.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined),
      document,
    );

describe("GET /openapi.json", () => {
  it("is OpenAPI 3.1 whose every reference leads somewhere", async () => {
    const response = await ask("/openapi.json");
    expect(response.status).toBe(200);
    const document = await bodyOf(response);
    expect(document.openapi).toBe("3.1.0");
    const refs = new Set(refsOf(document));
    expect(refs.size).toBeGreaterThan(10);
    for (const ref of refs) {
      expect(ref).toMatch(/^#\//);
      expect(resolve(document, ref), ref).toBeTypeOf("object");
    }
    for (const name of Object.keys(document.components.schemas))
      expect(JSON.stringify(document.components.schemas[name])).not.toContain("$id");
  });

  it("has each spell contain spells by reference and not by copy", async () => {
    const { schemas } = (await bodyOf(await ask("/openapi.json"))).components;
    expect(schemas.Spell.properties.spells.additionalProperties).toEqual({
      $ref: "#/components/schemas/Spell",
    });
    expect([...refsOf(schemas.Json)]).toContain("#/components/schemas/Json");
  });

  it("describes every operation with a summary, its parameters and its answers", async () => {
    const { paths } = await bodyOf(await ask("/openapi.json"));
    const operations = Object.entries<Tree>(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ path, method, operation: operation as Tree })),
    );
    expect(operations.length).toBeGreaterThan(20);
    for (const { path, method, operation } of operations) {
      const name = `${method} ${path}`;
      expect(operation.summary, name).toBeTypeOf("string");
      expect(Object.keys(operation.responses as Tree), name).toContain("default");
      const parameters = (operation.parameters ?? []) as { name: string; in: string; schema: unknown }[];
      const inPath = parameters
        .filter((parameter) => parameter.in === "path")
        .map((parameter) => parameter.name);
      expect(inPath.toSorted(), name).toEqual(
        [...path.matchAll(/\{(\w+)\}/g)].map((match) => String(match[1])).toSorted(),
      );
      for (const parameter of parameters)
        expect((parameter.schema as Tree).type, `${name} ${parameter.name}`).toMatch(/^(string|integer)$/);
    }
  });

  it("names only routes that there are", async () => {
    const { paths } = await bodyOf(await ask("/openapi.json"));
    for (const [path, item] of Object.entries<Tree>(paths))
      for (const method of Object.keys(item)) {
        const response = await ask(path.replaceAll(/\{\w+\}/g, "1"), { method: method.toUpperCase() });
        // Its address is the credential, and this one leads nowhere.
        if (path === "/hooks/{token}")
          expect((await bodyOf(response)).detail).toBe("There is no webhook at this address.");
        else if (path === "/auth/local") expect((await bodyOf(response)).code).toBe("forbidden");
        else {
          // What is open to all and wants a body says so.
          const isOpen = (item[method] as { security: unknown[] }).security.length === 0;
          const expected = isOpen && method === "post" ? [400] : [200, 401, 426];
          expect(expected, `${method} ${path}`).toContain(response.status);
        }
      }
  });
});

describe("GET /components", () => {
  it("lists every component in the form that the protocol gives", async () => {
    const response = await ask("/components");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    const { data } = componentList.parse(await bodyOf(response));
    expect(data.map(({ name }) => name)).toEqual(expect.arrayContaining(["Trigger In", "Generator", "Code"]));
  });
});
