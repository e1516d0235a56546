import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { projectDir } from "../../automation/project/stack-file";
import { policiesPage } from "./policies-page";

describe("the page of policies", () => {
  it("has every policy as the program writes it: else run `npm run docs:policies` and review what changed", async () => {
    const written = await fs.readFile(path.join(projectDir, "docs", "policies.md"), "utf8");
    assert.equal(written, await policiesPage());
  });
});
