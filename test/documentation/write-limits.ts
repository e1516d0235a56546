import * as fs from "node:fs";
import * as path from "node:path";
import { projectDir } from "../../automation/project/stack-file";
import { limitsPage } from "./limits-page";
import { worstCases } from "./worst-cases";

worstCases().then((programs) =>
  fs.writeFileSync(path.join(projectDir, "docs", "limits.md"), limitsPage(programs)),
);
