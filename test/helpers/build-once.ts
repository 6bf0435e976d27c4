/** Before the tests that start servers: each of them, at once, would build the Worker of its own. */
import { buildWorker } from "../../scripts/build-worker.ts";

export default async function setup(): Promise<void> {
  await buildWorker();
}
