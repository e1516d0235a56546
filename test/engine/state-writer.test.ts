import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import { up } from "../../automation";
import { version } from "../../components/package";
import { filledIn, TestProject } from "./harness";

describe("a stack that a newer version deployed", () => {
  let project: TestProject;
  let newer: string;

  before(async () => {
    project = await TestProject.create("dev", filledIn);
    await up({ ...project.options, create: true });
    const state = await fs.readFile(project.stateFile, "utf8");
    newer = state.replaceAll(`"version":"${version}"`, '"version":"97.3.0"');
    assert.ok(newer !== state);
    await fs.writeFile(project.stateFile, newer);
    await project.set({ exportPrefix: "acme/" });
  });
  after(() => project.remove());

  for (const command of [
    "preview",
    "up --yes",
    "refresh --yes",
    "destroy --yes",
    "connect --run --yes",
    "outputs",
  ]) {
    it(`is refused by ${command} with both versions, and left as it is`, async () => {
      const things = project.world.things();
      const settings = await project.stackFile();
      const { code, stderr } = await project.run(command.split(" "));
      assert.equal(code, 2, stderr);
      assert.match(
        stderr,
        new RegExp(`"97\\.3\\.0": must not be newer than this one, ${version}; install version 97\\.3\\.0`),
      );
      assert.equal(await fs.readFile(project.stateFile, "utf8"), newer);
      assert.deepEqual(project.world.things(), things);
      assert.deepEqual(await project.stackFile(), settings);
    });
  }
});
