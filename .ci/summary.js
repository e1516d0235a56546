const fs = require("node:fs");
const path = require("node:path");

/** What each step took, the longest files of each tier, what did not pass, and the sum of it all on the last line. */
const [folder, failedSteps, whole, ...took] = process.argv.slice(2);
const LONG_MS = 60_000;
const total = { passes: 0, failures: Number(failedSteps), pending: 0 };
const row = (seconds, name) => console.log(`${(seconds / 60).toFixed(1).padStart(6)}  ${name}`);

console.log("\nminutes");
const tiers = new Map();
for (const file of fs.readdirSync(folder)) {
  const report = JSON.parse(fs.readFileSync(path.join(folder, file), "utf8"));
  tiers.set(path.basename(file, ".json"), report);
  for (const key of Object.keys(total)) total[key] += report[key];
}
for (const step of took) {
  const [, name, seconds] = /^(.*)=(\d+)$/.exec(step);
  row(seconds, name);
  const files = Object.entries(tiers.get(name)?.files ?? {}).filter(([, ms]) => ms > LONG_MS);
  for (const [file, ms] of files.sort(([, a], [, b]) => b - a)) row(ms / 1000, `    ${file}`);
}
// Less than the sum: the sandbox tier runs beside others.
row(whole, "all\n");

for (const { failed, skipped } of tiers.values()) {
  for (const test of failed) console.log(`failed: ${test}`);
  for (const test of skipped) console.log(`skipped: ${test}`);
}
console.log(`${total.passes} passed, ${total.failures} failed, ${total.pending} skipped`);
process.exitCode = total.failures > 0 || total.passes === 0 ? 1 : 0;
