import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { filledIn, TestProject } from "./harness";

describe("a command whose reader has gone", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create("dev", filledIn);
  });
  after(() => project.remove());

  const deaf = async (args: readonly string[], since: (child: ChildProcess) => Promise<unknown>) => {
    const { child, ended } = project.start(args);
    await since(child);
    child.stdout?.destroy();
    child.stderr?.destroy();
    assert.equal((await ended).code, 0);
    await project.assertSettled();
  };

  it("finishes its work all the same", async () => {
    await deaf(["up", "--create", "--yes"], async () => undefined);
    assert.notDeepEqual(project.world.things(), []);
  });

  it("does so where it has begun", async () => {
    await deaf(["destroy", "--yes"], ({ stderr }) => once(stderr ?? assert.fail(), "data"));
    assert.deepEqual(project.world.things(), []);
  });
});
