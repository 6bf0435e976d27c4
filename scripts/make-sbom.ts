/** What reaches others, as a bill of materials: npm's own (CycloneDX), less the tools, which stay on the machine that runs them. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as z from "zod";
import { readPackages } from "./packages.ts";
import { inProject, projectDir } from "./project.ts";

const component = z.looseObject({
  "bom-ref": z.string(),
  name: z.string(),
  version: z.string(),
  purl: z.string(),
});

/** Of CycloneDX 1.5 what is held here. */
export const sbom = z.looseObject({
  bomFormat: z.literal("CycloneDX"),
  specVersion: z.string(),
  serialNumber: z.string(),
  version: z.int(),
  metadata: z.looseObject({ component }),
  components: z.array(component),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
});
export type Sbom = z.infer<typeof sbom>;

export function makeSbom(): Sbom {
  const { npm_execpath: npm } = process.env;
  const asked = ["sbom", "--sbom-format=cyclonedx", "--package-lock-only"];
  const [program, args] = npm === undefined ? ["npm", asked] : [process.execPath, [npm, ...asked]];
  const told = execFileSync(program, args, {
    cwd: projectDir,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const all = sbom.parse(JSON.parse(told));
  const shipped = new Set(
    readPackages()
      .filter(({ isShipped }) => isShipped)
      .map(({ name, version }) => `${name}@${version}`),
  );
  const components = all.components.filter(({ name, version }) => shipped.has(`${name}@${version}`));
  const root = all.metadata.component;
  const refs = new Set([root, ...components].map((one) => one["bom-ref"]));
  const { name } = JSON.parse(readFileSync(inProject("package.json"), "utf8")) as { name: string };
  return {
    ...all,
    // npm takes the name of the folder.
    metadata: { ...all.metadata, component: { ...root, name } },
    components,
    dependencies: all.dependencies
      .filter(({ ref }) => refs.has(ref))
      .map((each) => ({ ...each, dependsOn: each.dependsOn.filter((ref) => refs.has(ref)) })),
  };
}
