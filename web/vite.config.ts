import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { gzipped } from "./tools/gzipped.ts";

/** Where `yurt_console.api.page` serves the page from, inside the Python package. */
const OUT = "../yurt_console/api/page";

/** The console that `npm run dev` talks to. */
const CONSOLE = process.env["YURT_CONSOLE_DEV"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  base: "/console/",
  plugins: [react(), gzipped()],
  // The server puts a fresh nonce here each time it serves index.html.
  html: { cspNonce: "__CSP_NONCE__" },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules\/(react|react-dom|scheduler)\// },
            { name: "platform", test: /node_modules\/(@tanstack|i18next|react-i18next)\// },
            { name: "charts", test: /node_modules\/(recharts|d3-|victory-vendor|@reduxjs|redux|immer)/ },
          ],
        },
      },
    },
  },
  server: {
    proxy: { "^/(?!console/)": { target: CONSOLE, changeOrigin: false } },
  },
  test: {
    restoreMocks: true,
    unstubGlobals: true,
    // Only a test that hangs takes this long: the other tests run on the same cores.
    testTimeout: 60_000,
    projects: [
      { extends: true, test: { name: "logic", environment: "node", include: ["{src,tools}/**/*.test.ts"] } },
      {
        extends: true,
        test: {
          name: "pages",
          environment: "jsdom",
          setupFiles: ["src/testing/setup.ts"],
          include: ["src/**/*.test.tsx"],
          // The modules of a page take longer to load than its tests to run; the setup clears what tests share.
          isolate: false,
        },
      },
    ],
  },
});
