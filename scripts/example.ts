/**
 * `npm run example`: a server with the spell of examples/greeting.json, and the page of examples/tab.html beside it. Prints the
 * address to open, in as many tabs as wanted.
 */
import { startExample } from "./start-example.ts";
import { runCommand } from "./command.ts";

await runCommand(async () => {
  const { address } = await startExample();
  console.log(`Open in one tab or more: ${address}`);
});
