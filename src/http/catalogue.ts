/** The components that spells are made of. */
import { describeComponents } from "../nodes/index.ts";
import { jsonText, publicHeaders } from "./responses.ts";
import { addRoute, answer, type App } from "./route.ts";

export function addCatalogueRoute(app: App): void {
  let text: string | undefined;
  addRoute(
    app,
    {
      method: "get",
      path: "/components",
      summary: "List the components with their sockets, data schemas and help",
      tag: "catalogue",
      access: "public",
      responses: { 200: answer("All of them", "ComponentList") },
    },
    () => {
      text ??= JSON.stringify({ data: describeComponents() });
      return jsonText(text, 200, publicHeaders);
    },
  );
}
