/** `npm run build`: bundles the Worker as a deploy would and the clients as they are published, and holds both to their size. */
import { buildClient } from "./build-client.ts";
import { buildWithinLimit } from "./bundle-size.ts";
import { runCommand } from "./command.ts";

await runCommand(async () => {
  await buildWithinLimit();
  await buildClient();
});
