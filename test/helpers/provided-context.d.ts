/** What global-setup.ts provides, for `inject` in tests and in vitest.config.ts. */
import "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** `http://127.0.0.1:<port>` of the loopback server that speaks OpenAI's protocol. */
    openAiUrl: string;
    /** Of outside-server.ts. */
    outsideUrl: string;
    /** Text of every real spell and of `manifest.json` by file name; null where the folder is absent. */
    realSpells: Record<string, string> | null;
    /** Text of `catalogue.json`, which lists every component of the originals; null where it is absent. */
    realCatalogue: string | null;
    /** `FUZZ_CASES` and `FUZZ_SEED`, null where they are not set. */
    fuzz: { cases: number | null; seed: number | null };
  }
}
