import assert from "node:assert/strict";
import { join } from "node:path";
import { projectDir } from "../../automation/project/stack-file";

describe("the package's entry", () => {
  it("is the program: `pulumi up` runs what package.json names", () => {
    assert.equal(require.resolve(projectDir), join(projectDir, "index.ts"));
  });
});
