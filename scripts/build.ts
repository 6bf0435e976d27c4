/** `npm run build`: bundles the Worker as a deploy would, and holds it to its size. */
import { buildWithinLimit } from "./bundle-size.ts";
import { runCommand } from "./command.ts";

await runCommand(buildWithinLimit);
