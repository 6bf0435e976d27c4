/** Before the tests that start servers: each of them, at once, would build the Worker and the page of its own. */
import { buildEditor } from "../../scripts/build-editor.ts";
import { buildWorker } from "../../scripts/build-worker.ts";

export default async function setup(): Promise<void> {
  await buildEditor();
  await buildWorker();
}
