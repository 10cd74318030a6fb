// `npm run wire`: the message types from the schema. Writes only what changed, so that nothing is rebuilt for nothing.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const wire = join(root, "..", "wire");
const target = join(root, "src", "wire.ts");

const folder = mkdtempSync(join(tmpdir(), "strobe-wire-"));
try {
  const made = join(folder, "wire.ts");
  const generate = [join(wire, "generate.py"), "typescript", join(wire, "schema.json"), made];
  execFileSync("python3", generate, { stdio: "inherit" });
  const text = readFileSync(made, "utf8");
  if (!existsSync(target) || readFileSync(target, "utf8") !== text) writeFileSync(target, text);
} finally {
  rmSync(folder, { recursive: true });
}
