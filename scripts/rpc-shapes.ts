/**
 * Adds to test/fixtures/rpc-shapes.ndjson what calls between Workers and actors look like now, one line for each method that is new
 * or has changed. During a deploy both sides run different releases, so the lines before stay: test/trust/faults-releases.test.ts
 * holds the present methods against each of them. `npm run rpc-shapes`, by hand, with each change of an RPC method.
 */
import { appendFileSync } from "node:fs";
import project from "../package.json" with { type: "json" };
import { runCommand } from "./command.ts";
import { changedMethods, recordPath } from "./rpc-methods.ts";

await runCommand(async () => {
  const changed = changedMethods();
  for (const [method, signature] of changed)
    appendFileSync(recordPath, `${JSON.stringify({ method, release: project.version, signature })}\n`);
  console.log(`${changed.length} methods are new or have changed.`);
});
