/** What global-setup.ts provides. */
import "vitest";

declare module "vitest" {
  interface ProvidedContext {
    serverUrl: string;
    serverToken: string;
  }
}
