import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectDir } from "../../automation/project/stack-file";
import { terminalPicture } from "./terminal-picture";

/** As much of the plan as a page can show. */
const LINES = 40;

const { NO_COLOR: _, ...environment } = process.env;
const plan = execFileSync(
  process.execPath,
  ["-r", "ts-node/register", "automation/cli.ts", "plan", "--stack", "dev"],
  { cwd: projectDir, encoding: "utf8", env: { ...environment, FORCE_COLOR: "1" } },
);
const shown = ["$ npm start", "", ...plan.split("\n").slice(0, LINES), "  …"].join("\n");
fs.writeFileSync(
  path.join(projectDir, "docs", "plan.svg"),
  terminalPicture("The first lines of the plan of stack dev", shown),
);
