import * as path from "node:path";
import { planStack } from "../../automation/plan/plan";
import { renderPlan } from "../../automation/plan/render";
import { projectDir } from "../../automation/project/stack-file";
import { fixtureProject } from "../fixtures/project";
import { terminalPicture } from "./terminal-picture";

export const pictureFile = path.join(projectDir, "docs", "plan.svg");

/** As much of the plan as a page can show. */
const LINES = 40;

/** The plan of stack dev as `npm start` prints it on a terminal, by settings that no deployment changes. */
export async function planPicture(): Promise<string> {
  const plan = renderPlan(await planStack("dev", fixtureProject), { color: true, width: 100 });
  const shown = ["$ npm start", "", ...plan.split("\n").slice(0, LINES), "  …"].join("\n");
  return terminalPicture("The first lines of the plan of stack dev", shown);
}
