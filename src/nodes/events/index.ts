import type { CatalogueEntry } from "../define.ts";
import { documentToContent } from "./document-to-content.ts";
import { eventDestructure } from "./event-destructure.ts";
import { eventRestructure } from "./event-restructure.ts";
import { eventsToConversation } from "./events-to-conversation.ts";
import { inputDestructure } from "./input-destructure.ts";
import { inputRestructure } from "./input-restructure.ts";

export const eventComponents: CatalogueEntry[] = [
  documentToContent,
  eventDestructure,
  eventRestructure,
  eventsToConversation,
  inputDestructure,
  inputRestructure,
];
