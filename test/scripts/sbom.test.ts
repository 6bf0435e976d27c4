import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { makeSbom, sbom } from "../../scripts/make-sbom.ts";
import { readPackages } from "../../scripts/packages.ts";
import { inProject } from "../../scripts/project.ts";

it("the bill of materials has every dependency and what the page bundles, whole, and no tool", () => {
  const bill = makeSbom();
  expect(sbom.parse(bill)).toEqual(bill);
  expect(bill.metadata.component.name).toBe("spellrunner");

  const { dependencies } = JSON.parse(readFileSync(inProject("package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  const listed = bill.components.map(({ name, version }) => `${name}@${version}`);
  expect(listed).toEqual(expect.arrayContaining(Object.entries(dependencies).map((pair) => pair.join("@"))));
  const shipped = readPackages().filter(({ isShipped }) => isShipped);
  expect(new Set(listed)).toEqual(new Set(shipped.map(({ name, version }) => `${name}@${version}`)));

  for (const { purl, licenses, hashes } of bill.components) {
    expect(purl).toMatch(/^pkg:npm\//);
    expect(licenses).toHaveLength(1);
    expect(hashes).toHaveLength(1);
  }
  const refs = [bill.metadata.component, ...bill.components].map((one) => one["bom-ref"]);
  expect(bill.dependencies.map(({ ref }) => ref).toSorted()).toEqual(refs.toSorted());
  for (const { dependsOn } of bill.dependencies) for (const ref of dependsOn) expect(refs).toContain(ref);
});
