/** `npm run build`: bundles the page, its documentation, the Worker as a deploy would and the clients as they are published, and holds each to its size. */
import { buildClient } from "./build-client.ts";
import { buildDocs } from "./build-docs.ts";
import { buildEditor } from "./build-editor.ts";
import { buildWithinLimit } from "./bundle-size.ts";
import { runCommand } from "./command.ts";

await runCommand(async () => {
  await buildEditor({ report: true });
  await buildDocs();
  await buildWithinLimit();
  await buildClient();
});
