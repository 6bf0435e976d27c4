import * as z from "zod";
import { defineComponent, trigger } from "../define.ts";

export const waitForAll = defineComponent({
  name: "Wait For All",
  aliases: [],
  category: "Flow",
  help: "Fires once when every one of its connected triggers has arrived.",
  inputs: [],
  outputs: [trigger("default")],
  dynamicInputs: true,
  waitsForAll: true,
  data: z.object({}),
  execute: () => ({}),
});
