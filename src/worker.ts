/** Composition root: the HTTP app as default export, the actors and service entrypoints re-exported. */
export { SpellManager } from "./actor/spell-manager.ts";
export { SpellRunner } from "./actor/spell-runner.ts";
export { CompletionEntrypoint } from "./services/completion/entrypoint.ts";
export { app as default } from "./http/app.ts";
