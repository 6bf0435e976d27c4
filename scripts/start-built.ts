/** Serves what scripts/build-server.ts has built, with the packages of production alone: how a container starts. */
import { runCommand } from "./command.ts";
import { readBuild } from "./build-worker.ts";
import { inProject } from "./project.ts";
import { serve } from "./serve.ts";

await runCommand(async () =>
  serve({ build: await readBuild(inProject("dist/server")), hasDeveloper: false }),
);
