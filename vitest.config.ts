import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    cloudflareTest(async ({ inject }) => ({
      wrangler: { configPath: "./wrangler.toml" },
      miniflare: {
        bindings: {
          AUTH_SECRET: "a secret that only tests know, 32 bytes and more",
          ALLOWED_ORIGINS: "https://app.example",
          // The provider behind the service bindings is the loopback server of the global setup.
          OPENAI_BASE_URL: `${inject<string>("openAiUrl")}/v1`,
          TEST_MIGRATIONS: await readD1Migrations("./src/db/migrations"),
        },
      },
    })),
  ],
  test: {
    include: ["test/**/*.test.ts"],
    // Deadlines against hanging, not measures: a loaded machine may take its time.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    globalSetup: ["test/helpers/global-setup.ts"],
    setupFiles: ["test/helpers/migrate.ts"],
  },
});
