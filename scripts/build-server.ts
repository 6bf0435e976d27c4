/** Builds what scripts/start-built.ts serves: the page and its documentation (dist/editor) and the Worker (dist/server). */
import { cp, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { buildDocs } from "./build-docs.ts";
import { buildEditor } from "./build-editor.ts";
import { buildWorker } from "./build-worker.ts";
import { runCommand } from "./command.ts";
import { inProject } from "./project.ts";

await runCommand(async () => {
  const [{ modulesDir }] = await Promise.all([buildWorker(), buildEditor().then(buildDocs)]);
  await rm(inProject("dist/server"), { recursive: true, force: true });
  await cp(dirname(modulesDir), inProject("dist/server"), { recursive: true });
});
