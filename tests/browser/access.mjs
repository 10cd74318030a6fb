// What axe-core finds wrong with a page for people who use it by keyboard, by screen reader, or with low vision.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Every finding of what shows now, as lines; `name` says what that is. */
export async function expectAccessible(page, name) {
  // Not as a script of the page, which its content security policy would refuse.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { preload: false, resultTypes: ["violations"] });
    return violations.flatMap(({ id, impact, help, nodes }) =>
      nodes.map(({ target, html, any }) => {
        const why = any.map(({ message }) => message).join("; ");
        return [`${impact} ${id}: ${help}`, target.join(" "), html.slice(0, 200), why].join("\n    ");
      }),
    );
  });
  assert.equal(found.length, 0, `${name}: ${found.length} findings of axe\n  ${found.join("\n  ")}`);
}
