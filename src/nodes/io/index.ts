import type { CatalogueEntry } from "../define.ts";
import { input } from "./input.ts";
import { inputField } from "./input-field.ts";
import { output } from "./output.ts";
import { playtestInput } from "./playtest-input.ts";
import { playtestPrint } from "./playtest-print.ts";
import { socketInput } from "./socket-input.ts";
import { socketOutput } from "./socket-output.ts";
import { triggerIn } from "./trigger-in.ts";
import { triggerOut } from "./trigger-out.ts";
import { universalInput } from "./universal-input.ts";

export const ioComponents: CatalogueEntry[] = [
  triggerIn,
  triggerOut,
  input,
  universalInput,
  socketInput,
  playtestInput,
  inputField,
  output,
  socketOutput,
  playtestPrint,
];
