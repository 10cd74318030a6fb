// Reading what was captured, and looking into processes: tables, differences, paths, memory, threads.
import assert from "node:assert/strict";
import {
  action,
  chooseFile,
  expectText,
  lineNumber,
  openForm,
  removeProbes,
  shootAll,
  signIn,
  treeRow,
} from "./steps.mjs";

function cell(page, row, column) {
  return page.locator(".hit-grid tbody tr").nth(row).locator("td").nth(column);
}

/** Columns are typed and mended; rows are walked, opened, marked and compared with the keyboard alone. */
export async function hitTable(page, settings) {
  await signIn(page, settings);
  await chooseFile(page, settings);
  await openForm(page, settings.line);
  await page.getByRole("spinbutton", { name: "Hits" }).fill("5");
  await page.keyboard.press("Enter");
  await expectText(page.locator(".probe-strip .state"), "done");
  await page.getByRole("tree").waitFor(); // the first one opens by itself, a moment before or after
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Table of its snapshots" }).click();
  const rows = page.locator(".hit-grid tbody tr");
  await rows.nth(4).waitFor();
  const columns = page.getByLabel("Columns");
  assert.match(await columns.inputValue(), /total/, "the hub's own columns can be changed");
  await columns.fill("customer['number'], password, nix, bask");
  await expectText(cell(page, 0, 4), "redacted");
  await expectText(page.locator(".columns-field .reason"), "no variable 'nix'");
  await expectText(page.locator(".expression-marks u").first(), "nix");
  await page.getByRole("button", { name: "basket", exact: true }).click();
  await columns.pressSequentially("['pr");
  await page.getByRole("button", { name: "basket['prices']" }).click();
  await expectText(cell(page, 0, 6), "[1200, 300]");
  await columns.fill("customer['number'], total, customer, password");
  await page.getByRole("columnheader", { name: "total" }).waitFor();
  assert.equal(await page.locator(".columns-field .reason").count(), 0);
  await shootAll(page, settings, "table");
  assert(page.url().includes("columns="), "the columns are in the address");

  await rows.nth(0).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press(" ");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press(" ");
  await page.keyboard.press("Enter");
  await page.locator(".snapshot-head").waitFor();
  await page.getByRole("button", { name: "Compare 2 of 2" }).click();
  await differences(page, settings);
}

async function differences(page, settings) {
  const row = (name) => page.locator(`.diff-row:has(.diff-label:text-is("${name}"))`).first();
  const number = row("['number']");
  await expectText(number.locator(".is-left"), /\d/);
  const [left, right] = await number.locator("[role=gridcell] .value").allInnerTexts();
  assert.equal(Number(left) + 1, Number(right), "the earlier hit stands on the left");
  await expectText(row("password"), "redacted on both sides: never compared");
  await shootAll(page, settings, "diff");
  await page.locator(".diff-tree .diff-row[tabindex='0']").focus();
  await page.keyboard.press("ArrowLeft");
  await number.waitFor({ state: "detached" });
  await page.keyboard.press("ArrowRight");
  await number.waitFor();
  await page.getByRole("button", { name: "Swap" }).click();
  await expectText(number.locator(".is-left"), right);
  for (const secret of settings.secrets) assert(!(await page.content()).includes(secret), "a secret is shown");

  await page.goBack();
  await page.goBack();
  await page.locator(".hit-grid tbody tr").last().click();
  await page.locator(".snapshot-head").waitFor();
  await page.keyboard.press("d");
  await expectText(page.locator(".snapshot-note"), "the first snapshot of its probe");
  await page.keyboard.press("k");
  await page.keyboard.press("d");
  await number.waitFor();
  await page.keyboard.press("Escape"); // the snapshot
  await page.keyboard.press("Escape"); // what differs
  await lineNumber(page, settings.line).waitFor();
}

/** A path as of `strobe show --path`; `$return`; every limit of a live probe; each process in words. */
export async function pathsAndReasons(page, settings) {
  await signIn(page, settings);
  await page.locator(".service-row", { hasText: settings.service }).click();
  await page.keyboard.press("n");
  await page.getByRole("textbox", { name: "Location" }).fill(settings.location);
  await page.keyboard.press("Enter");
  await page.getByRole("tree", { name: "Watches" }).waitFor();
  await expectText(treeRow(page, "$return"), /\d/);
  const field = page.getByLabel("Filter the variables, or a path into them");
  await field.fill("customer['self']['ter']");
  await expectText(page.locator(".path-note .reason"), "that has no ['ter']");
  await field.fill("customer['self']['ti");
  await page.getByRole("button", { name: "customer['self']['tier']" }).click();
  await field.press("Enter");
  await expectText(page.locator(".tree-row:focus"), "['tier']");
  await shootAll(page, settings, "path");
  await page.keyboard.press("Escape");

  const card = page.locator(".probe-card");
  await card.getByLabel("Edit probe").click();
  await page.locator(".more summary").click();
  await page.getByLabel("Budget, percent").fill("2.5");
  await page.getByLabel("Which passes").fill("every 100");
  await page.getByLabel("Hits a second").fill("5");
  await page.getByRole("spinbutton", { name: "Hits", exact: true }).fill("1000");
  await page.keyboard.press("Enter");
  await expectText(card, "every 100");
  await card.locator(".states summary").click();
  await expectText(card.locator(".states li", { hasText: `pid ${settings.pid}` }), /[Rr]eached [\d,]+ times/);
  await card.getByLabel("Edit probe").click();
  await page.locator(".more summary").click();
  assert.equal(await page.getByLabel("Budget, percent").inputValue(), "2.5");
  await page.keyboard.press("Escape");
  await shootAll(page, settings, "why");
  await removeProbes(page);
}

/** The cost is read before tracing starts; what grows is a line that leads to the source. */
export async function memoryGrowth(page, settings) {
  await signIn(page, settings);
  await page.locator(".service-row", { hasText: settings.service }).click();
  await page.keyboard.press("m");
  await expectText(page.locator(".memory-start"), "4 to 13 times as long");
  await page.getByRole("button", { name: "Start tracing" }).click();
  await page.getByRole("button", { name: "Look now" }).click();
  const row = page.locator(".numbers tbody tr", { hasText: `program.py:${settings.grows}` });
  while ((await row.count()) === 0) await page.getByRole("button", { name: "Look now" }).click();
  await expectText(row, /\+[\d.]+ (B|KiB)\/s/);
  await shootAll(page, settings, "memory-growth");
  await row.getByRole("button").click();
  await expectText(page.locator(".cm-line.is-current"), "kept.append");
  await page.goBack();
  await page.getByRole("button", { name: "Stop tracing" }).click();
  await page.locator(".memory-start").waitFor();
  await page.locator(".segments label", { hasText: "Objects by type" }).click();
  await page.getByRole("button", { name: "Count now" }).click();
  await page.getByRole("button", { name: "Count again" }).click();
  await page.getByRole("columnheader", { name: "Change" }).waitFor();
  await shootAll(page, settings, "memory-census");
}

/** What a memory probe read at a hit: a table as *Memory* has it, reached from the list and from the table of hits. */
export async function memoryReadings(page, settings) {
  await signIn(page, settings);
  await page.locator(".service-row", { hasText: settings.service }).click();
  await page.keyboard.press("n");
  await action(page, "Memory").click();
  await page.getByRole("textbox", { name: "Location" }).fill(settings.location);
  await page.locator(".more summary").click();
  await page.getByLabel("Hits a second").fill("1");
  await page.getByRole("spinbutton", { name: "Hits", exact: true }).fill("2");
  await page.getByRole("button", { name: "Set probe" }).click();
  const reading = page.locator(".reading");
  await reading.waitFor(); // the first one opens by itself
  await expectText(reading, "of the line since it was armed");
  await page.keyboard.press("Escape");
  await expectText(page.locator(".probe-card .action-line"), "memory since the hit before, by line");
  const lines = page.locator(".log-row.level-memory");
  await lines.nth(1).waitFor();
  await page.getByRole("button", { name: "Table of its readings" }).click();
  await page.locator(".hit-grid tbody tr").nth(1).waitFor();
  await page.getByRole("columnheader", { name: "bytes_per_pass" }).waitFor();
  await lines.first().click();
  await expectText(reading, "since hit 1");
  const row = reading.locator(".numbers tbody tr", { hasText: `program.py:${settings.grows}` });
  await expectText(row, /\+[\d.]+ KiB/);
  assert.equal(await page.locator(".variables").count(), 0, "a reading has no variables");
  await shootAll(page, settings, "memory-reading");
  await page.getByRole("button", { name: "Compare with previous" }).click();
  await page.locator(".diff-label", { hasText: "passes" }).waitFor();
  await row.getByRole("button").click();
  await expectText(page.locator(".cm-line.is-current"), "kept.append");
  await page.keyboard.press("Escape");
  await removeProbes(page);
}

/** The attributes of spans open, and their table tells which trace each belongs to. */
export async function spanAttributes(page, settings) {
  await signIn(page, settings);
  await page.locator(".service-row", { hasText: settings.service }).click();
  await page.keyboard.press("n");
  await action(page, "Span").click();
  await page.getByRole("textbox", { name: "Location" }).fill(settings.location);
  await page.locator(".probe-form textarea").first().fill("tier=customer['tier']\ntotal");
  await page.getByRole("spinbutton", { name: "Hits", exact: true }).fill("4");
  await page.getByRole("button", { name: "Set probe" }).click();
  await page.getByRole("tree", { name: "Attributes" }).waitFor(); // the first one opens by itself
  await expectText(treeRow(page, "tier"), /none|gold/);
  await expectText(page.locator(".snapshot-head"), "trace 4bf92f3577b34da6a3ce929d0e0e");
  await shootAll(page, settings, "span");
  await page.keyboard.press("Escape");
  await expectText(page.locator(".log-row.level-span"), "tier=");
  await page.getByRole("button", { name: "Table of its spans" }).click();
  await page.locator(".hit-grid tbody tr").nth(3).waitFor();
  await page.getByRole("columnheader", { name: "$trace_id" }).waitFor();
  await expectText(cell(page, 0, 5), /^4bf92f3577b34da6a3ce929d0e0e[0-9a-f]{4}$/);
  await shootAll(page, settings, "span-table");
  await removeProbes(page);
}

/** Dump again until it shows: a machine that stalls for longer than the agent waits for the GIL is answered without it. */
async function dumpUntil(page, wanted) {
  for (let attempt = 0; attempt < 8; attempt++) {
    const came = await wanted.first().waitFor({ timeout: 8000 }).then(
      () => true,
      () => false,
    );
    if (came) return;
    await page.getByRole("button", { name: "Dump again" }).click();
  }
  await wanted.first().waitFor();
}

/** Threads at the same lines stand together; a frame leads to the source, and has its variables when asked for. */
export async function threadStacks(page, settings) {
  await signIn(page, settings);
  await page.locator(".service-row", { hasText: settings.service }).click();
  await page.getByRole("button", { name: "Threads" }).click();
  await dumpUntil(page, page.locator(".thread-name", { hasText: "shelf-0, shelf-1, shelf-2 and 2 more" }));
  await page.getByLabel("with variables").check();
  await page.getByRole("button", { name: "Dump again" }).click();
  const main = page.locator(".thread", { hasText: "MainThread" });
  await dumpUntil(page, main.locator(".thread-variables"));
  const still = page.locator(".thread", { hasText: "shelf-0" });
  await dumpUntil(page, still.filter({ hasText: "has not moved since the dump before" }));
  await dumpUntil(page, main.locator(".thread-variables"));
  await main.locator(".thread-variables summary").last().click();
  await shootAll(page, settings, "threads");
  for (const secret of settings.secrets) assert(!(await page.content()).includes(secret), "a secret is shown");
  await page.getByLabel("Filter the threads").fill("shelf-3");
  await main.waitFor({ state: "detached" });
  await page.locator(".frame-row", { hasText: "program.py" }).first().click();
  await expectText(page.locator(".cm-line.is-current"), "bell.wait()");
}
