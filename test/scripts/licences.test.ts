import { expect, it } from "vitest";
import { judge, licenceFault } from "../../scripts/licence-rules.ts";
import { readPackages } from "../../scripts/packages.ts";

const packages = readPackages();
const of = (licence: string | undefined, isShipped: boolean, name = "some") =>
  licenceFault({ path: `node_modules/${name}`, name, version: "1.0.0", licence, isShipped });

it("every package that is locked has a licence on the list", () => {
  expect(packages.length).toBeGreaterThan(300);
  expect(packages.flatMap((each) => licenceFault(each) ?? [])).toEqual([]);
});

it("a licence that a package names in npm's older way is read as well", () => {
  expect(packages.find(({ name }) => name === "xmlhttprequest-ssl")?.licence).toBe("MIT");
});

it("what the Worker, the page and the client are made of is shipped, and the tools are not", () => {
  const shipped = new Set(packages.filter(({ isShipped }) => isShipped).map(({ name }) => name));
  // The last ones are needed by the page's packages, by a service's, and by the search of the documentation.
  for (const name of [
    "hono",
    "react-dom",
    "@xyflow/react",
    "d3-zoom",
    "htmlparser2",
    "scheduler",
    "entities",
  ])
    expect(shipped).toContain(name);
  for (const name of ["wrangler", "vite", "vitest", "typescript", "fast-check", "vm2", "citty"])
    expect(shipped).not.toContain(name);
});

it.each([
  ["GPL-3.0-only", true],
  ["GPL-3.0-only", false],
  ["MPL-2.0", true],
  ["LGPL-3.0-or-later", false],
  ["MIT AND GPL-2.0", true],
  ["GPL-2.0-only WITH Classpath-exception-2.0", true],
  ["SEE LICENSE IN LICENSE", true],
  ["UNLICENSED", false],
  ["", false],
  ["MIT OR", true],
  ["(MIT", true],
  ["MIT Apache-2.0", true],
  [undefined, true],
])("%s is refused (shipped: %s)", (licence, isShipped) => {
  expect(of(licence, isShipped)).toContain("some@1.0.0");
});

it.each([
  ["MIT", true],
  ["(AFL-2.1 OR BSD-3-Clause)", true],
  ["MIT AND (GPL-2.0 OR ISC)", true],
  ["MPL-2.0", false],
])("%s is taken (shipped: %s)", (licence, isShipped) => {
  expect(of(licence, isShipped)).toBeUndefined();
});

it("a licence that one package alone may have is no licence of another", () => {
  expect(of("LGPL-3.0-or-later", true, "@img/sharp-libvips-linux-x64")).toBeUndefined();
  expect(of("GPL-3.0-or-later", true, "@img/sharp-libvips-linux-x64")).toBeDefined();
  expect(of("LGPL-3.0-or-later", true, "sharp")).toBeDefined();
});

it("AND binds closer than OR", () => {
  const may = (id: string) => id === "a";
  expect(judge("a OR b AND b", may)).toBe(true);
  expect(judge("(a OR b) AND b", may)).toBe(false);
});
