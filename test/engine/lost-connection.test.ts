import assert from "node:assert/strict";
import { Deployment } from "../../automation";
import { CONNECTION_LOST, inlineProgram } from "../../automation/inline-program";
import { filledIn, TestProject } from "./harness";

describe("a program that ends before the engine knows of its resources", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create("dev", filledIn);
  });
  after(() => project.remove());

  it("is taken for a failure, and nothing is deleted", async () => {
    const deployment = await Deployment.open({ ...project.options, create: true });
    await deployment.up({}, []);
    const things = project.world.things();
    const lost = Object.assign(new Error("14 UNAVAILABLE: No connection established"), { code: 14 });
    const program = inlineProgram(() => {
      throw lost;
    });
    deployment.open.stack.workspace.program = program;
    await assert.rejects(deployment.up({}, []), new RegExp(CONNECTION_LOST));
    await assert.rejects(deployment.preview(), new RegExp(CONNECTION_LOST));
    assert.deepEqual(project.world.things(), things);
    await project.assertSettled();
  });
});
