/** Builds the page into dist/editor, which the Worker serves as its static assets. */
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  // Names its scripts and styles by their content, so that they are cached for good.
  build: {
    outDir: "../../dist/editor",
    emptyOutDir: true,
    target: "es2022",
    // Inlined ones would need a policy that lets data addresses in as scripts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What the bundled packages' licences ask for: their texts, at /licences.txt.
    license: { fileName: "licences.txt" },
    chunkSizeWarningLimit: 800,
    // React Flow marks its files for servers that render components; there is none.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
  // `npx vite client/editor` beside a server: the page reloads, the API is the server's.
  server: {
    proxy: Object.fromEntries(
      ["/auth", "/spells", "/components", "/services", "/users", "/runners", "/usage", "/openapi.json"].map(
        (path) => [path, { target: "http://127.0.0.1:8787", ws: true }],
      ),
    ),
  },
});
