/** `spell token`: a development token for the local server. */
import { defineCommand } from "citty";
import { signToken, withIdentity } from "../../scripts/identity.ts";
import { readSettings } from "../../scripts/settings.ts";
import { SpellError } from "../../src/protocol/errors.ts";
import { parsePositive } from "./inputs.ts";
import { readOptions, valueOf } from "./options.ts";

const args = {
  user: {
    type: "string",
    description: "Whose token: the `sub` of the JWT",
    valueHint: "NAME",
    required: true,
  },
  hours: { type: "string", description: "How long it is good, default 24", valueHint: "HOURS" },
} as const;

export const token = defineCommand({
  meta: { name: "token", description: "Print a development token for the local server" },
  args,
  async run({ rawArgs }) {
    const options = readOptions(rawArgs, args);
    const user = valueOf(options, "user") ?? "";
    if (user === "") throw new SpellError("bad_request", "Whose token? Write `--user NAME`.");
    const hours = parsePositive(valueOf(options, "hours") ?? "24", "--hours", false);
    console.log(await signToken(withIdentity(readSettings()), user, hours));
  },
});
