/** Whether this server can serve. */
import { version } from "../../package.json";
import { authenticatorOf } from "../platform/authenticator.ts";
import { failureOf, json } from "./responses.ts";
import { addRoute, answer, type App } from "./route.ts";

export function addHealthRoute(app: App): void {
  addRoute(
    app,
    {
      method: "get",
      path: "/health",
      summary: "Tell whether the server can serve",
      tag: "server",
      access: "public",
      responses: {
        200: answer("It can", "Health"),
        503: answer("It cannot, for a reason that its operator can mend", "Health"),
      },
    },
    (c) => {
      try {
        authenticatorOf(c.env);
      } catch (error) {
        return json({ ok: false, version, reason: failureOf(error).message }, 503);
      }
      return json({ ok: true, version });
    },
  );
}
