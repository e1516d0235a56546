import * as fs from "node:fs/promises";
import * as path from "node:path";
import { projectDir } from "../../automation/project/stack-file";
import { controlsPage } from "./page";
import { evaluatePrograms } from "./programs";

evaluatePrograms()
  .then((programs) => fs.writeFile(path.join(projectDir, "docs", "controls.md"), controlsPage(programs)))
  .catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
