import * as fs from "node:fs";
import * as path from "node:path";
import { projectDir } from "../../automation/project/stack-file";
import { limitsPage } from "./limits-page";
import { programsByStreams, worstCases } from "./worst-cases";

async function write(): Promise<void> {
  const byStreams = await programsByStreams();
  const programs = [...(await worstCases()), ...byStreams.map(({ deployed }) => deployed)];
  fs.writeFileSync(path.join(projectDir, "docs", "limits.md"), limitsPage(programs, byStreams));
}

void write();
