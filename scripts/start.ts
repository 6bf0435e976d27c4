/** `npm start`: API, WebSockets, services and the editor on one address, data in a folder that outlives it. */
import { buildEditor } from "./build-editor.ts";
import { buildWorker } from "./build-worker.ts";
import { runCommand } from "./command.ts";
import { limitsBelow } from "./default-limits.ts";
import { signToken, withIdentity } from "./identity.ts";
import { startRuntime } from "./runtime.ts";
import { readSettings, type Settings } from "./settings.ts";

const developer = "dev";
const tokenHours = 24;

await runCommand(async () => {
  const settings = readSettings();
  const vars = withIdentity(settings);
  await buildEditor();
  const { url, ended } = await startRuntime({
    ...settings,
    vars: { ...(isLoopback(settings) ? {} : limitsBelow(vars)), ...vars, ...localSignIn(settings) },
    build: await buildWorker(),
    exitCode: 0,
    onLog: (level, message) => void (level === "debug" || process.stderr.write(`${message}\n`)),
  });
  for (const pid of ended)
    console.log(`Ended process ${pid}, the runtime that a killed start had left behind.`);
  // An address to open, where the one listened on is "all".
  const address = url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:");
  console.log(`Spellrunner is ready on ${address}`);
  console.log(`Editor: ${address}/`);
  console.log(`API: ${address}/openapi.json`);
  if (vars.AUTH_SECRET === undefined) {
    console.log(`Tokens: from ${vars.AUTH_ISSUER}`);
    return;
  }
  const token = await signToken(vars, developer, tokenHours);
  console.log(`Token of the user "${developer}" for ${tokenHours} hours: ${token}`);
  console.log(`Try it: curl ${address}/spells -H "Authorization: Bearer ${token}"`);
});

function isLoopback({ host }: Settings): boolean {
  return ["127.0.0.1", "localhost", "::1"].includes(host);
}

/** Nobody but this machine reaches a loopback address, unless something stands in front of it: PUBLIC_URL tells of that. */
function localSignIn(settings: Settings): Record<string, string> {
  const { PUBLIC_URL, AUTH_LOCAL } = settings.vars;
  return isLoopback(settings) && PUBLIC_URL === undefined && AUTH_LOCAL !== "off"
    ? { LOCAL_USER: developer }
    : {};
}
