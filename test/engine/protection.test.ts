import assert from "node:assert/strict";
import { destroy, PipelineError, up } from "../../automation";
import { filledIn, TestProject } from "./harness";

describe("a protected stack", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create("prod", filledIn);
    await up({ ...project.options, create: true });
  });
  after(() => project.remove());

  it("explains why it is not destroyed, and loses nothing", async () => {
    const before = project.world.things();
    const { code, stdout, stderr } = await project.run(["destroy", "--yes"]);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /stack "prod" is protected: \d+ resources, .+ among them; .*set protect to false/);
    await assert.rejects(destroy(project.options), PipelineError);
    assert.deepEqual(project.world.things(), before);
    assert.deepEqual(
      project.world.calls().filter(({ operation }) => operation === "delete"),
      [],
    );
  });

  it("is not replaced either", async () => {
    await project.set({ bucketName: "another-name" });
    const before = project.world.things();
    await assert.rejects(up({ ...project.options, allowLoss: true }), (error) => {
      assert.ok(error instanceof PipelineError);
      assert.match(error.message, /pipeline-bucket.*protect/s);
      return true;
    });
    assert.deepEqual(project.world.things(), before);
    await project.set({ bucketName: undefined });
  });

  it("goes once it is unprotected", async () => {
    await project.set({ protect: false });
    await up(project.options);
    await destroy(project.options);
    assert.deepEqual(project.world.things(), []);
    await project.assertSettled();
  });
});
