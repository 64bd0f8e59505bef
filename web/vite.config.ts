import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const api = "http://127.0.0.1:8000";
// The API refuses foreign hosts and origins, so the proxy presents the page as the API's own.
const asApi = {
  target: api,
  changeOrigin: true,
  headers: { origin: api },
  ws: true,
  rewriteWsOrigin: true,
};

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: {
    // The cookie of the API's host holds here too, whatever the port.
    host: "127.0.0.1",
    port: 3000,
    strictPort: true,
    proxy: { "/api": asApi, "/sign-in": asApi, "/health": asApi },
  },
  build: { target: "es2022", chunkSizeWarningLimit: 600 },
  test: {
    environment: "happy-dom",
    environmentOptions: { happyDOM: { url: "http://localhost:3000/" } },
    setupFiles: ["src/testing/setup.ts"],
    css: false,
    testTimeout: 15_000,
  },
});
