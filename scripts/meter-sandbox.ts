/** Makes src/actor/sandbox/quickjs.wasm from the package's module: run it after each update of @jitl/quickjs-wasmfile-release-sync. */
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { meter } from "../src/actor/sandbox/metering/meter.ts";

const packageName = "@jitl/quickjs-wasmfile-release-sync";
const sandbox = join(import.meta.dirname, "../src/actor/sandbox");
const require = createRequire(import.meta.url);
const manifestPath = require.resolve(`${packageName}/package.json`);
const { version } = JSON.parse(readFileSync(manifestPath, "utf8")) as { version: string };

const metered = meter(readFileSync(require.resolve(`${packageName}/wasm`)), `${packageName}@${version}`);
writeFileSync(join(sandbox, "quickjs.wasm"), metered);
copyFileSync(join(dirname(manifestPath), "LICENSE"), join(sandbox, "quickjs.LICENSE"));
console.log(`src/actor/sandbox/quickjs.wasm: ${metered.length} bytes from ${packageName}@${version}`);
