/** `spell get`: a spell's document. */
import { parsePositive } from "../inputs.ts";
import { valueOf } from "../options.ts";
import { serverCommand } from "../server-command.ts";

export const get = serverCommand(
  { name: "get", description: "Print a spell as its native document", positionals: ["ID"] },
  { version: { type: "string", description: "Another than the present one", valueHint: "N" } },
  async ({ client, options, argument, print }) => {
    const version = valueOf(options, "version");
    const document =
      version === undefined
        ? await client.spells.get(argument(0))
        : await client.spells.version(argument(0), parsePositive(version, "--version", true));
    print(document, () => [JSON.stringify(document, null, 2)]);
  },
);
