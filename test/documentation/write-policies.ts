import * as fs from "node:fs";
import * as path from "node:path";
import { projectDir } from "../../automation/project/stack-file";
import { policiesPage } from "./policies-page";

policiesPage().then((page) => fs.writeFileSync(path.join(projectDir, "docs", "policies.md"), page));
