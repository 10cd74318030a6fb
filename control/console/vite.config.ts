import { defineConfig } from "vite";

// `npm run dev` talks to a running hub: STROBE_HUB=https://127.0.0.1:7979 npm run dev
const hub = process.env.STROBE_HUB ?? "http://127.0.0.1:7999";

export default defineConfig({
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    target: "es2022",
    cssTarget: "chrome123", // keeps light-dark(); every browser of 2024 and later knows it
    assetsInlineLimit: 0, // the content security policy forbids data: scripts and styles
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600, // the code viewer, loaded when a file is opened
  },
  server: {
    proxy: {
      // The hub wants its own origin on everything that changes something.
      "/api": { target: hub, secure: false, ws: true, changeOrigin: true, headers: { origin: hub } },
    },
  },
});
