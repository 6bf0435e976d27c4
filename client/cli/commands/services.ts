/** `spell services`: what the server's services can do. */
import { serverCommand, table } from "../server-command.ts";

export const services = serverCommand(
  { name: "services", description: "List the server's services and their verbs" },
  {},
  async ({ client, print }) => {
    const verbs = await client.services();
    print(verbs, () => table(Object.entries(verbs).map(([name, each]) => [name, each.join(", ")])));
  },
);
