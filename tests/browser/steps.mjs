// What the scenarios have in common: the steps of people, and where to look for what they bring.
import assert from "node:assert/strict";
import { join } from "node:path";
import { expectAccessible } from "./access.mjs";

/** The one-click link: signed in, and the token nowhere in the address. */
export async function signIn(page, { url, token }) {
  await page.goto(`${url}/#token=${token}`);
  await page.locator(".console").waitFor();
  assert(!page.url().includes(token), "the token is still in the address");
}

export async function chooseFile(page, { service, file }) {
  await page.locator(".service-row", { hasText: service }).click();
  await openFile(page, { file });
}

export async function openFile(page, { file }) {
  await page.locator("#file-search").waitFor();
  await page.keyboard.press("/");
  await page.locator("#file-search:focus").waitFor();
  await page.keyboard.type(file);
  await page.locator(".file-row", { hasText: file.split(":")[0] }).waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".cm-content").waitFor();
}

export function lineNumber(page, line) {
  return page.locator(`.has-code .line-marker:has(.line-number:text-is("${line}"))`);
}

/** The form under the line takes the focus by itself. */
export async function openForm(page, line) {
  await lineNumber(page, line).click();
  await page.locator("input[aria-label=Condition]:focus").waitFor();
}

/** Click the line's number, type, Enter: as a person does. */
export async function probeLine(page, line, condition) {
  await openForm(page, line);
  await page.keyboard.type(condition);
  await page.keyboard.press("Enter");
}

/**
 * The snapshot that opens by itself. On a busy machine the agent may run out of the time that a snapshot may take and
 * leave values out: then the probe is set again, as a person would.
 */
export async function wholeSnapshot(page) {
  await page.getByRole("tree").waitFor();
  for (let attempt = 0; attempt < 10; attempt++) {
    if ((await page.locator(".snapshot-head .warn").count()) === 0) return;
    await page.keyboard.press("Escape");
    await page.locator(".probe-card.is-done").getByLabel("Set again").click();
    await page.getByRole("tree").waitFor();
  }
}

export function treeRow(page, name) {
  return page.locator(`.tree-row:has(.tree-name:text-is("${name}"))`).first();
}

export async function expectText(locator, wanted) {
  await locator.filter({ hasText: wanted }).first().waitFor();
}

/** One view in both colour schemes, with what axe finds in each. */
export async function shootSchemes(page, settings, size, name) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await shoot(page, settings, `${size}-${colorScheme}-${name}`);
    await expectAccessible(page, `${size}-${colorScheme}-${name}`);
  }
}

/**
 * Both colour schemes of one view, and the same on a phone, where nothing may be wider than the screen, and where `tab` is
 * chosen if the view stands in another.
 */
export async function shootAll(page, settings, name, tab = "") {
  const wide = page.viewportSize();
  for (const [size, viewport] of [["wide", wide], ["phone", { width: 390, height: 844 }]]) {
    await resize(page, viewport);
    if (size === "phone" && tab) await page.locator(".tabs button", { hasText: tab }).click();
    await shootSchemes(page, settings, size, name);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert(width <= viewport.width, `${name}: the page is ${width} pixels wide on a screen of ${viewport.width}`);
  }
  await resize(page, wide);
}

/** Returns when the page stands as it will: else what is clicked next may move away under the click. */
async function resize(page, viewport) {
  await page.setViewportSize(viewport);
  await page.waitForFunction((width) => window.innerWidth === width, viewport.width);
  await page.evaluate(async () => {
    // The first frame has the new width, the second what observers of sizes made of it, the third what the editor did.
    for (let frame = 0; frame < 3; frame++) await new Promise((shown) => requestAnimationFrame(shown));
  });
}

export async function shoot(page, { screenshots }, name) {
  await page.waitForTimeout(100); // for what moves to come to rest; nothing depends on it
  await page.screenshot({ path: join(screenshots, `${name}.png`) });
}

export function action(page, name) {
  return page.locator(".probe-form .segments label", { hasText: name });
}

export async function removeProbes(page) {
  while ((await page.locator(".probe-card").count()) > 0) {
    const left = (await page.locator(".probe-card").count()) - 1;
    await page.locator(".probe-card").first().getByLabel("Remove probe").click();
    await page.locator(".probe-card").nth(left).waitFor({ state: "detached" });
  }
}
