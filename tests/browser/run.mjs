// node run.mjs SCENARIO <settings.json: open a fresh Chromium, run one function of scenarios*.mjs, watch what the page
// must never do: errors on its console, breaches of the content security policy, requests to other hosts.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import * as console_scenarios from "./scenarios.mjs";
import * as reading_scenarios from "./scenarios_reading.mjs";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const settings = JSON.parse(readFileSync(0, "utf8"));
const scenario = { ...console_scenarios, ...reading_scenarios }[process.argv[2]];
assert(scenario, `no scenario ${process.argv[2]}`);

const profile = mkdtempSync(join(tmpdir(), "strobe-browser-"));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: settings.chromium,
  headless: true,
  args: FLAGS,
  ignoreHTTPSErrors: true, // the hub's certificate is its own
  viewport: settings.viewport ?? { width: 1280, height: 800 },
  colorScheme: settings.colorScheme ?? "light",
});
const misdeeds = [];
context.setDefaultTimeout(60_000);
await context.addInitScript(() => {
  document.addEventListener("securitypolicyviolation", (event) => {
    console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ""}`);
  });
});

const page = context.pages()[0] ?? (await context.newPage());
try {
  watch(page);
  await scenario(page, settings);
  assert.deepEqual(misdeeds, [], "the page misbehaved");
} catch (error) {
  console.error(error.message, misdeeds);
  await page.screenshot({ path: join(settings.screenshots, `failed-${process.argv[2]}.png`) });
  process.exitCode = 1;
} finally {
  await context.close();
  rmSync(profile, { recursive: true, force: true });
}

function watch(page) {
  const allowed = (settings.allowedErrors ?? []).map((text) => new RegExp(text));
  page.on("pageerror", (error) => misdeeds.push(`exception: ${error.message}`));
  page.on("console", (message) => {
    const text = `${message.text()} ${message.location().url}`;
    if (message.type() === "error" && !allowed.some((one) => one.test(text))) misdeeds.push(text);
  });
  page.on("request", (request) => {
    const { origin } = new URL(request.url());
    if (origin !== new URL(settings.url).origin && origin !== "null") misdeeds.push(`request to ${request.url()}`);
  });
}
