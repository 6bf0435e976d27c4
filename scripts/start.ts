/** `npm start`: API, WebSockets, services and the editor on one address, data in a folder that outlives it. */
import { buildDocs } from "./build-docs.ts";
import { buildEditor } from "./build-editor.ts";
import { buildWorker } from "./build-worker.ts";
import { runCommand } from "./command.ts";
import { serve } from "./serve.ts";

await runCommand(async () => {
  await buildEditor();
  await serve({ build: await buildWorker(), hasDeveloper: true });
  // Behind the start, which nobody should wait for longer; the server gives files as they come.
  await buildDocs().catch((error: unknown) => console.error("The documentation cannot be built:", error));
});
