import { Cron } from "croner";
import * as z from "zod";
import { defineComponent, output, outputs, trigger } from "../define.ts";
import { broughtObject } from "./source.ts";

const data = z
  .object({
    name: z.string().nullish(),
    /** Five fields, or six with seconds: https://croner.56k.guru/usage/pattern/ */
    cron: z.string().min(1).max(200).default("0 * * * *"),
    /** IANA name; UTC unless given. */
    timezone: z.string().max(100).nullish(),
  })
  .superRefine(({ cron: pattern, timezone }, context) => {
    const fault = faultOf(pattern, timezone);
    if (fault !== undefined) context.addIssue({ code: "custom", path: [fault.key], message: fault.message });
  });

export const cron = defineComponent({
  name: "Cron",
  aliases: [],
  category: "I/O",
  help: "While the spell is played: starts a run at the times of a cron pattern ('0 9 * * 1-5'; a sixth field in front for seconds), in the time zone of the node or UTC. Gives the time at which it was due, and how many before it were missed.",
  inputs: [],
  outputs: [trigger(), output("at", "number"), output("missed", "number")],
  role: "source",
  data,
  source: ({ cron: pattern, timezone }) => {
    const times = timesOf(pattern, timezone);
    return { kind: "cron", next: (after) => times.nextRun(new Date(after))?.getTime() };
  },
  execute(context) {
    const { at = context.now, missed = 0 } = broughtObject(context);
    return { outputs: outputs({ at, missed }) };
  },
});

const timesOf = (pattern: string, timezone: string | null | undefined): Cron =>
  new Cron(pattern, { timezone: timezone || "UTC", paused: true });

/** A pattern without any time in it (30 February) is a fault, too: the source would never fire, and nobody would learn why. */
function faultOf(
  pattern: string,
  timezone: string | null | undefined,
): { key: "cron" | "timezone"; message: string } | undefined {
  if (!isTimeZone(timezone || "UTC"))
    return { key: "timezone", message: `"${timezone}" is no time zone. Use a name such as Europe/Berlin.` };
  try {
    if (timesOf(pattern, timezone).nextRun() !== null) return undefined;
    return { key: "cron", message: `"${pattern}" has no time that is still to come.` };
  } catch (error) {
    const why = error instanceof Error ? error.message : "not a cron pattern";
    return { key: "cron", message: `"${pattern}" is no cron pattern: ${why}` };
  }
}

function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat("en", { timeZone: name }) !== null;
  } catch {
    return false;
  }
}
