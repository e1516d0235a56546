import * as fs from "node:fs";
import * as path from "node:path";
import { projectDir } from "../../automation/project/stack-file";
import { settingsPage } from "./settings-page";

// With --check the page is compared, and nothing is written.
const file = path.join(projectDir, "docs", "settings.md");
const page = settingsPage();
if (!process.argv.includes("--check")) fs.writeFileSync(file, page);
else if (!fs.existsSync(file) || fs.readFileSync(file, "utf8") !== page) {
  console.error("docs/settings.md is out of date: run `npm run docs:settings` and commit it");
  process.exitCode = 1;
}
