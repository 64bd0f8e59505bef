import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const api = "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: {
    port: 3000,
    strictPort: true,
    proxy: {
      // The API refuses a foreign Origin, so the proxy presents itself as the API's own host.
      "/api": { target: api, changeOrigin: true, ws: true, rewriteWsOrigin: true },
      "/sign-in": { target: api, changeOrigin: true },
      "/health": { target: api, changeOrigin: true },
    },
  },
  build: { target: "es2022" },
  test: {
    environment: "happy-dom",
    environmentOptions: { happyDOM: { url: "http://localhost:3000/" } },
    setupFiles: ["src/testing/setup.ts"],
    css: false,
    testTimeout: 15_000,
  },
});
