// `npm run lock`: write package-lock.json anew, without registry addresses, so that it serves every mirror.
// (npm's own omit-lockfile-registry-resolved loses the versions of optional packages for other platforms.)
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const install = ["install", "--package-lock-only", "--omit-lockfile-registry-resolved=false"];
execFileSync("npm", [...install, ...process.argv.slice(2)], { stdio: "inherit" });
const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
for (const entry of Object.values(lock.packages)) delete entry.resolved;
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
