/** Runners from behind: their stubs, and their ends. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { runnerName } from "../../src/actor/address.ts";
import type { Env } from "../../src/env.ts";

type Runner = ReturnType<Env["SPELL_RUNNER"]["getByName"]>;

/** A user's own runner of the spell `demo`. A new stub each time: a crash breaks the old one. */
export const demoRunner = (user: string, session = "main"): Runner =>
  (env as unknown as Env).SPELL_RUNNER.getByName(
    runnerName({ caller: user, owner: user, spellId: "demo", session }),
  );

/** Ends the object as a crash does. */
export const cutOff = (runner: Runner): Promise<void> =>
  runInDurableObject(runner, (_, state) => state.abort("a crash")).catch(() => {});
