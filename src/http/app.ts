/** The HTTP side of the Worker: which routes there are and what stands before them. */
import { OpenAPIHono } from "@hono/zod-openapi";
import { addAccountRoutes } from "./accounts.ts";
import { addAuthRoutes } from "./auth.ts";
import { addCatalogueRoute } from "./catalogue.ts";
import { addConnectRoute } from "./connect.ts";
import { addHealthRoute } from "./health.ts";
import { addHookRoute } from "./hooks.ts";
import { requireConfiguration } from "./middleware/configured.ts";
import { notFoundIn, onError } from "./middleware/errors.ts";
import { checkOrigin } from "./middleware/origin.ts";
import { addKeyRoutes } from "./keys.ts";
import { addOpenApiRoute } from "./openapi.ts";
import type { App, AppEnv } from "./route.ts";
import { addPageRoutes } from "./page.ts";
import { addRunnerRoutes } from "./runners.ts";
import { addRunRoutes } from "./runs.ts";
import { addSignInRoutes } from "./sign-in.ts";
import { addSecretRoutes } from "./secrets.ts";
import { addServiceRoutes } from "./services.ts";
import { addSpellRoutes } from "./spells.ts";
import { addUploadRoute } from "./uploads.ts";
import { addVersionRoutes } from "./versions.ts";

export const app: App = new OpenAPIHono<AppEnv>();

app.use(checkOrigin);
app.use(requireConfiguration);
app.onError(onError);
app.notFound(notFoundIn(app));

addRunRoutes(app);
addSpellRoutes(app);
addVersionRoutes(app);
addRunnerRoutes(app);
addConnectRoute(app);
addHookRoute(app);
addAuthRoutes(app);
addSignInRoutes(app);
addAccountRoutes(app);
addKeyRoutes(app);
addSecretRoutes(app);
addUploadRoute(app);
addServiceRoutes(app);
addCatalogueRoute(app);
addOpenApiRoute(app);
addHealthRoute(app);
addPageRoutes(app);
