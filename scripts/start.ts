/** `npm start`: API, WebSockets, services and the editor on one address, data in a folder that outlives it. */
import { buildEditor } from "./build-editor.ts";
import { buildWorker } from "./build-worker.ts";
import { runCommand } from "./command.ts";
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
    vars: { ...vars, ...localSignIn(settings) },
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

/** Nobody but this machine reaches a loopback address, unless something stands in front of it: PUBLIC_URL tells of that. */
function localSignIn({ host, vars: { PUBLIC_URL, AUTH_LOCAL } }: Settings): Record<string, string> {
  const isOpen = ["127.0.0.1", "localhost", "::1"].includes(host) && PUBLIC_URL === undefined;
  return isOpen && AUTH_LOCAL !== "off" ? { LOCAL_USER: developer } : {};
}
