/**
 * Four projects. `node` runs the tests of pure code, for which a worker per file costs more than the tests themselves; `services`
 * asks a server from outside, `live` runs the clients against servers of their own; `workers` runs all others, in the runtime that
 * they are for. A new folder belongs to `workers` until it is listed here.
 *
 * No test runs in both: those of actor/, http/ and spells/ run the engine, the nodes and the importers in workerd anyway. What
 * may differ there for pure code is how deep its stack is, so that the tests of nesting stay in `workers`.
 */
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

const pure = [
  "test/{cli,protocol,scripts}/**/*.test.ts",
  "test/client/*.test.ts",
  "test/editor/*.test.ts",
  "test/engine/**/!(limits).test.ts",
  "test/graph/**/!(compile|import-faults).test.ts",
  "test/nodes/**/!(data).test.ts",
  // Each contract on its implementation in memory.
  "test/contracts/memory-*.test.ts",
  // What reads the sources, and old databases as files.
  "test/trust/faults-releases.test.ts",
  // Real spells without user code: the sandbox is a compiled module, which Workers import and Node does not.
  "test/spells/{all,behave,service-components}.test.ts",
  "test/trust/pure/*.test.ts",
];

/** Clients against a server of their own, and what is published of them: in Node, each file in a process of its own. */
const live = ["test/client/live/*.test.ts", "test/e2e/*.test.ts", "test/e2e/editor/*.test.ts"];

/** Services against one server for all. */
const outside = ["test/e2e/services/*.test.ts"];

const common = {
  // Deadlines against hanging, not measures: a loaded machine may take its time.
  testTimeout: 30_000,
  hookTimeout: 30_000,
  // The default leaves one core out, which on a machine of two is half of it.
  maxWorkers: "100%",
};

/**
 * What PDF.js throws within itself at a damaged file, and at times into a promise of its own that nobody takes: the platform logs it,
 * and the reader has told that the file is damaged. Long campaigns come upon it in one of some 200 damaged files.
 */
const leftByPdfJs = new Set(["FormatError", "ParserEOFException", "XRefEntryException"]);

export default defineConfig({
  test: {
    onUnhandledError: ({ name = "" }) => (leftByPdfJs.has(name) ? false : undefined),
    // Here, and not in a project: it runs once for both.
    globalSetup: ["test/helpers/global-setup.ts"],
    projects: [
      {
        test: {
          ...common,
          name: "node",
          include: pure,
          // Importing the components anew for each file would take a quarter of the time. Tests restore what they replace.
          pool: "threads",
          isolate: false,
        },
      },
      {
        test: {
          ...common,
          name: "services",
          include: outside,
          globalSetup: ["test/e2e/global-setup.ts"],
          pool: "threads",
          isolate: false,
        },
      },
      {
        test: {
          ...common,
          name: "live",
          include: live,
          pool: "forks",
          globalSetup: ["test/helpers/build-once.ts"],
          // Starting a server and a browser on a machine that does other things, too.
          testTimeout: 120_000,
          hookTimeout: 180_000,
          expect: { poll: { timeout: 30_000 } },
        },
      },
      {
        plugins: [
          cloudflareTest(async ({ inject }) => ({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: {
                AUTH_SECRET: "a secret that only tests know, 32 bytes and more",
                ADMIN_TOKEN: "a-token-that-only-the-operator-of-tests-knows",
                ALLOWED_ORIGINS: "https://app.example",
                // The provider behind the service bindings is the loopback server of the global setup.
                OPENAI_BASE_URL: `${inject<string>("openAiUrl")}/v1`,
                HUGGINGFACE_BASE_URL: `${inject<string>("outsideUrl")}/hf`,
                DISCORD_BASE_URL: `${inject<string>("outsideUrl")}/net/discord`,
                TELEGRAM_BASE_URL: `${inject<string>("outsideUrl")}/net/telegram`,
                PUBLIC_URL: "",
                HUGGINGFACE_API_KEY: "hf_a-key-that-only-tests-know",
                // Loopback is inside, and refused otherwise. By its name it is another origin.
                HTTP_ALLOWED_HOSTS: ["127.0.0.1", "localhost"]
                  .map((host) => `${host}:${new URL(inject<string>("outsideUrl")).port}`)
                  .join(","),
                HTTP_BLOCKED_HOSTS: "blocked.example.com,*.evil.org",
                TEST_MIGRATIONS: await readD1Migrations("./src/db/migrations"),
              },
            },
          })),
        ],
        test: {
          ...common,
          name: "workers",
          // Logs are the runtime's own lines. Taken by Vitest, one that another object writes as a file ends waits for a message
          // after the last, and the run never ends: https://github.com/cloudflare/workers-sdk/issues/15719
          disableConsoleIntercept: true,
          // A runtime for each file took twice as long as the tests. So files share a database: each names its own users.
          isolate: false,
          include: ["test/**/*.test.ts"],
          exclude: [...pure, ...live, ...outside],
          setupFiles: ["test/helpers/migrate.ts"],
        },
      },
    ],
  },
});
