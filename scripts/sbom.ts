/** `npm run sbom`: writes dist/sbom.json, what reaches others as CycloneDX has it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { makeSbom } from "./make-sbom.ts";
import { inProject } from "./project.ts";

const bill = makeSbom();
mkdirSync(inProject("dist"), { recursive: true });
writeFileSync(inProject("dist/sbom.json"), `${JSON.stringify(bill, null, 2)}\n`);
console.log(`dist/sbom.json: ${bill.components.length} packages, CycloneDX ${bill.specVersion}`);
