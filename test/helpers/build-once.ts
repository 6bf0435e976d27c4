/** Before the tests that start servers: each of them, at once, would build the Worker, the page and its documentation of its own. */
import { buildDocs } from "../../scripts/build-docs.ts";
import { buildEditor } from "../../scripts/build-editor.ts";
import { buildWorker } from "../../scripts/build-worker.ts";

export default async function setup(): Promise<void> {
  await Promise.all([buildWorker(), buildEditor().then(buildDocs)]);
}
