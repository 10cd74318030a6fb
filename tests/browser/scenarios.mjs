// What people do with the console, step by step. Each function gets a fresh page and the settings of the test.
import assert from "node:assert/strict";
import {
  action,
  chooseFile,
  expectText,
  openFile,
  openForm,
  probeLine,
  removeProbes,
  shoot,
  shootAll,
  shootSchemes,
  signIn,
  treeRow,
  wholeSnapshot,
} from "./steps.mjs";

/** Whatever the document holds, also in attributes and form fields. */
async function documentText(page) {
  const fields = await page.locator("input").evaluateAll((inputs) => inputs.map((one) => one.value).join("\n"));
  return `${await page.content()}\n${fields}\n${page.url()}`;
}

export async function lineToSnapshot(page, settings) {
  await signIn(page, settings);
  await chooseFile(page, settings);
  await shootAll(page, settings, "source");
  await openForm(page, settings.line);
  await page.keyboard.type(settings.condition);
  await shootAll(page, settings, "form");
  await page.keyboard.press("Enter");
  await wholeSnapshot(page);
  for (const [name, text] of Object.entries(settings.values)) await expectText(treeRow(page, name), text);
  for (const name of settings.redacted) await expectText(treeRow(page, name), "redacted");
  await expectText(page.locator(".excerpt-line.is-hit"), settings.lineText);
  await expectText(page.locator(".probe-strip .state"), "done");
  await shootAll(page, settings, "snapshot");
  await walkFrames(page);
  const text = await documentText(page);
  for (const secret of settings.secrets) assert(!text.includes(secret), "a secret is in the document");
  await page.keyboard.press("Escape");
  await page.locator(".hit-row").first().waitFor();
  await shootAll(page, settings, "hits", "Probes");
  await page.locator(".probe-strip").getByLabel("Remove probe").click();
  await page.locator(".probe-card").waitFor({ state: "detached" });
}

async function walkFrames(page) {
  const frames = page.locator(".frame-row");
  for (let position = (await frames.count()) - 1; position >= 0; position--) await frames.nth(position).click();
}

/** Text from the program that is markup stays text, in names, keys and values. */
export async function hostileValues(page, settings) {
  await signIn(page, settings);
  await chooseFile(page, settings);
  await probeLine(page, settings.line, "");
  await wholeSnapshot(page);
  await treeRow(page, "customer").click();
  await expectText(treeRow(page, "['name']"), settings.markup);
  await expectText(treeRow(page, "['__proto__']"), "a name like any other");
  await expectText(treeRow(page, "['self']"), "same object as customer");
  await treeRow(page, "basket").click();
  await page.getByLabel("Filter the variables").fill("onerror");
  await page.locator(".tree-row.is-match").first().waitFor();
  assert.equal(await page.locator(".pane-right img").count(), 0);
  assert.notEqual(await page.title(), "owned");
}

/** From the search to a value deep in a variable without a mouse. */
export async function keyboardAlone(page, settings) {
  await signIn(page, settings);
  await page.locator(".service-row").focus();
  await page.keyboard.press("Enter");
  await openFile(page, { ...settings, file: `${settings.file}:${settings.line - 1}` });
  await page.locator(".cm-content:focus").waitFor();
  await page.locator(".is-current").waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.locator("input[aria-label=Condition]:focus").waitFor();
  await page.keyboard.press("Enter");
  await wholeSnapshot(page);
  await expectText(page.locator(".excerpt-line.is-hit"), "return total");
  const focused = page.locator(".tree-row:focus");
  await page.locator(".tree-row[tabindex='0']").focus();
  await expectText(focused, "basket");
  await page.keyboard.press("ArrowRight");
  await treeRow(page, "['prices']").waitFor();
  await page.keyboard.press("ArrowDown");
  await expectText(focused, "['prices']");
  await page.keyboard.press("ArrowLeft");
  await expectText(focused, "basket");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  assert.equal(await page.locator(".tree-row[tabindex='0']").count(), 1);
}

/** Each trouble shows at the probe, with the message that says what to do. */
export async function refusedConditions(page, settings) {
  await signIn(page, settings);
  await chooseFile(page, settings);
  for (const { condition, message } of settings.refused) {
    await probeLine(page, settings.line, condition);
    const strip = page.locator(".probe-strip.is-error");
    await expectText(strip.locator(".problem"), new RegExp(message));
    await expectText(page.locator(".probe-card.is-error .problem"), new RegExp(message));
    await page.locator(".has-code .mark-error").waitFor();
    await shoot(page, settings, "error-condition");
    await strip.getByLabel("Remove probe").click();
    await strip.waitFor({ state: "detached" });
  }
}

/** A wrong condition is mended in place; a probe that is done is set again. */
export async function editedProbe(page, settings) {
  await signIn(page, settings);
  await chooseFile(page, settings);
  await probeLine(page, settings.line, "totl < 0");
  await page.locator(".probe-strip.is-error").getByLabel("Edit probe").click();
  await page.locator("input[aria-label=Condition]:focus").fill("total < 0");
  await page.keyboard.press("Enter");
  await page.getByRole("tree").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".probe-card").count(), 1);
  const hits = await page.locator(".hit-row").count();
  await page.locator(".probe-strip.is-done").getByLabel("Set again").click();
  await page.getByRole("tree").waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".hit-row").nth(hits).waitFor();
  assert.equal(await page.locator(".probe-card").count(), 1);
}

/** A location that nothing has loaded waits; a line without code and nonsense say so. */
export async function typedLocations(page, settings) {
  await signIn(page, settings);
  await page.locator(".service-row", { hasText: settings.service }).click();
  for (const { location, state, message } of settings.typed) {
    await page.keyboard.press("n");
    await page.getByRole("textbox", { name: "Location" }).fill(location);
    await page.keyboard.press("Enter");
    const card = page.locator(`.probe-card.is-${state}`);
    await expectText(card, new RegExp(message));
    await card.getByLabel("Remove probe").click();
    await card.waitFor({ state: "detached" });
  }
  await page.keyboard.press("n");
  await page.getByRole("textbox", { name: "Location" }).fill("no line here");
  await page.keyboard.press("Enter");
  await expectText(page.locator(".probe-form .problem"), "Say where");
  await page.keyboard.press("Escape");
  await page.locator(".probe-form").waitFor({ state: "detached" });
}

export async function wrongToken(page, { url, token }) {
  await page.goto(`${url}/#token=0000000000000000000000000000000000000000`);
  await expectText(page.locator(".login .problem"), "does not know this token");
  assert(!page.url().includes("0000"), "the token is still in the address");
  await page.getByLabel("Token").fill(token);
  await page.keyboard.press("Enter");
  await page.locator(".console").waitFor();
  await page.getByLabel("Sign out").click();
  await page.getByLabel("Token").waitFor();
  await page.reload();
  await page.getByLabel("Token").waitFor();
}

/** The connection is cut and mended: a banner, then everything as it is by now. */
export async function connectionLost(page, settings) {
  await signIn(page, settings);
  await chooseFile(page, settings);
  await probeLine(page, settings.line, "total < -99999");
  await page.locator(".probe-strip.is-armed").waitFor();
  await page.request.post(`${settings.control}/cut`);
  await page.locator(".banner").waitFor();
  await shootAll(page, settings, "connection-lost");
  await page.request.post(`${settings.control}/remove-probes`);
  await page.request.post(`${settings.control}/mend`);
  await page.locator(".banner").waitFor({ state: "detached" });
  await page.locator(".connection[data-state=live]").waitFor();
  await page.locator(".probe-strip").waitFor({ state: "detached" });
}

/** A hub that starts anew knows nobody: sign in again, and be where one was. */
export async function hubRestarted(page, settings) {
  await signIn(page, settings);
  await chooseFile(page, settings);
  await page.request.post(`${settings.control}/restart`);
  await page.getByLabel("Token").fill(settings.token);
  await expectText(page.locator(".login .problem"), "session has ended");
  await page.keyboard.press("Enter");
  await page.locator(".cm-content").waitFor();
}

export async function noPrograms(page, settings) {
  await signIn(page, settings);
  await expectText(page.locator(".pane-left"), "strobe run --service NAME");
  await shootAll(page, settings, "no-programs");
}

/** On a phone one pane shows at a time; the same way through. */
export async function phone(page, settings) {
  await signIn(page, settings);
  await page.locator(".service-row", { hasText: settings.service }).click();
  await page.locator(".file-row", { hasText: settings.file }).click();
  await page.locator(".cm-content").waitFor();
  await openForm(page, settings.line);
  await page.keyboard.type(settings.condition);
  await shootSchemes(page, settings, "phone", "form");
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert(width <= settings.viewport.width, `the page is ${width} pixels wide`);
  await page.getByRole("button", { name: "Set probe" }).click();
  await page.locator(".tabs .badge").waitFor();
  await page.locator(".tabs button", { hasText: "Probes" }).click();
  await wholeSnapshot(page);
  for (const [name, text] of Object.entries(settings.values)) await expectText(treeRow(page, name), text);
  await shootSchemes(page, settings, "phone", "snapshot");
}

export async function signInPage(page, settings) {
  await page.goto(settings.url);
  await page.getByLabel("Token").waitFor();
  await shootAll(page, settings, "sign-in");
}

/** Every form of a probe, help, and the page before anything is chosen. */
export async function everyForm(page, settings) {
  await signIn(page, settings);
  await shootAll(page, settings, "list");
  await page.locator(".service-row", { hasText: settings.service }).click();
  await page.keyboard.press("?");
  await page.locator("dialog[open]").waitFor();
  await shootAll(page, settings, "help");
  await page.keyboard.press("Escape");
  await page.keyboard.press("n");
  for (const name of ["Log", "Timer", "Span", "Memory", "Snapshot"]) {
    await action(page, name).click();
    if (name === "Snapshot") await page.locator(".more summary").click();
    await shootAll(page, settings, `form-${name.toLowerCase()}`);
  }
}

/** What the process refuses of a condition is underlined while it is typed; the reason stands below, with what to write. */
export async function refusedWhileTyping(page, settings) {
  await signIn(page, settings);
  await chooseFile(page, settings);
  await openForm(page, settings.line);
  await page.keyboard.type("totl < 0 and custom.total > 1");
  const field = page.locator("input[aria-label=Condition]");
  await expectText(page.locator(".expression-marks u").first(), "totl");
  await expectText(page.locator(".reason").first(), "its variables are: basket, customer");
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  const reasons = await field.getAttribute("aria-describedby");
  assert.equal(await page.locator(`[id="${reasons}"][aria-live=polite] .reason`).count(), 2);
  await field.fill("till.cash < 0");
  await expectText(page.locator(".expression-marks u"), "cash");
  await shootAll(page, settings, "refused");
  await page.keyboard.press("Tab");
  await page.locator(".reason button:focus", { hasText: "till._cash" }).waitFor();
  await page.keyboard.press("Enter");
  await page.locator("input[aria-label=Condition]:focus").waitFor();
  assert.equal(await field.inputValue(), "till._cash < 0");
  await page.locator(".reason").waitFor({ state: "detached" });
  await field.fill("total <");
  await page.locator(".expression-marks u").waitFor();
  await page.keyboard.press("Enter"); // it tells, it does not forbid
  await page.locator(".probe-strip.is-error").waitFor();
  await removeProbes(page);
}

/** Lines with their values, as rows; the text is changed on the live probe. */
export async function logLines(page, settings) {
  await signIn(page, settings);
  await chooseFile(page, settings);
  await openForm(page, settings.line);
  await action(page, "Log").click();
  await page.locator("input[aria-label=Condition]").fill("total < 0");
  await page.getByLabel("Text to log").fill(settings.template);
  await page.getByLabel("Level").selectOption("warning");
  await page.getByRole("button", { name: "Set probe" }).click();
  await expectText(page.locator(".log-row.level-warning"), settings.text);
  await expectText(page.locator(".probe-card .action-line"), "log warning");
  assert.equal(await page.locator(".snapshot-head").count(), 0, "a line is no snapshot to open");
  await shootAll(page, settings, "log", "Probes");
  const card = page.locator(".probe-card");
  await card.getByLabel("Edit probe").click();
  await page.locator("input[aria-label=Condition]:focus").waitFor();
  assert(await action(page, "Metric").locator("input").isDisabled(), "what a probe does cannot be changed");
  await page.getByLabel("Text to log").fill("now {total}");
  await page.keyboard.press("Enter");
  await expectText(page.locator(".log-row"), "now -1500");
  assert.equal(await card.count(), 1);
  await removeProbes(page);
}

/** A table of numbers that grows, apart by a label; by a location that is typed. */
export async function metricNumbers(page, settings) {
  await signIn(page, settings);
  await page.locator(".service-row", { hasText: settings.service }).click();
  await page.keyboard.press("n");
  await action(page, "Metric").click();
  await page.getByRole("textbox", { name: "Location" }).fill(settings.location);
  await page.getByLabel("Kind of metric").selectOption("histogram");
  await page.getByLabel("Value").fill("$return");
  await page.locator(".more summary").click();
  await page.locator(".more textarea").fill("tier=customer['tier']");
  await shootAll(page, settings, "metric-form");
  await page.getByLabel("Value").press("Enter");
  const table = page.locator(".probe-card .metric table");
  await expectText(table.locator("th"), "p90");
  await expectText(table.locator("td.is-label"), "none");
  const number = async () => Number((await table.locator("td").nth(1).innerText()).replaceAll(",", ""));
  const first = await number();
  await page.waitForFunction(
    (before) => Number(document.querySelectorAll(".metric td")[1]?.textContent.replaceAll(",", "")) > before,
    first,
  );
  await expectText(table.locator("td"), "1,500");
  await shootAll(page, settings, "metric");
  await removeProbes(page);
}
