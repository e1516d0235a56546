import * as fs from "node:fs/promises";
import * as path from "node:path";
import { projectDir } from "../../automation/project/stack-file";
import { changesOf, everySetting } from "./matrix";
import { outcomesOf } from "./outcome";
import { changesPage, type Rows, rowsOf } from "./page";

async function write(): Promise<void> {
  const all: Rows[] = [];
  for (const setting of everySetting.map((each) => changesOf(each))) {
    all.push(rowsOf(setting, await outcomesOf(setting)));
  }
  const page = changesPage(all);
  await fs.writeFile(path.join(projectDir, "docs", "changes.md"), page);
  console.log(page.match(/^## .*$/gm)?.join("\n"));
}

write().catch((error: Error) => {
  console.error(error);
  process.exitCode = 1;
});
