import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectDir } from "../../automation/project/stack-file";

// As mocha itself finds the files of a configuration's `spec`.
const {
  lookupFiles,
}: { lookupFiles(spec: string, extensions: string[]): string[] } = require("mocha/lib/cli/lookup-files");

describe("the tiers of the tests", () => {
  it("run every file of tests", () => {
    const files = fs.readdirSync(path.join(projectDir, "test"), { recursive: true, encoding: "utf8" });
    const inTest = files.map((file) => path.join(projectDir, "test", file));
    const configurations = [
      path.join(projectDir, ".mocharc.json"),
      ...inTest.filter((file) => path.parse(file).name === "mocharc"),
    ];
    const specs = configurations.flatMap((file): string[] => require(file).spec);
    const run = new Set(specs.flatMap((spec) => lookupFiles(path.resolve(projectDir, spec), ["ts"])));
    assert.deepEqual(
      inTest.filter((file) => file.endsWith(".test.ts") && !run.has(file)),
      [],
    );
  });
});
