const fs = require("node:fs");
const path = require("node:path");

/** Those that take minutes, the longest first: one that is begun last runs alone in the end. */
const longest = [
  "killed",
  "launch",
  "many-streams",
  "settings-change",
  "template",
  "guards",
  "network-identity",
  "organization",
  "two-pipelines",
  "lifecycle",
  "permissions",
  "hand-over",
  "sabotage",
  "sandbox-command",
  "repair",
  "import",
  "s3-backend",
  "checkov",
].map((name) => `${name}.test.ts`);

const files = fs.readdirSync(__dirname).filter((name) => name.endsWith(".test.ts"));
const others = files.filter((name) => !longest.includes(name));

module.exports = {
  require: ["ts-node/register"],
  spec: [...longest.filter((name) => files.includes(name)), ...others].map((name) =>
    path.join(__dirname, name),
  ),
  parallel: true,
  // Most of the time passes in the provider's waits.
  jobs: 4,
  timeout: 1_800_000,
  slow: 120_000,
};
