import assert from "node:assert/strict";
import { destroy, PipelineError, preview, up } from "../../automation";
import { nameOf } from "../../automation/engine/changes";
import { filledIn, TestProject } from "./harness";

describe("a protected stack", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create("prod", {
      ...filledIn,
      monitoring: { alertEmails: ["a@example.com"] },
    });
    await up({ ...project.options, create: true });
  });
  after(() => project.remove());

  it("is not destroyed, and the error names the way", async () => {
    const before = project.world.things();
    const { code, stdout, stderr } = await project.run(["destroy", "--yes"]);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /stack "prod" is protected: \d+ resources, .+ among them; .*set protect to false/);
    await assert.rejects(destroy(project.options), PipelineError);
    assert.deepEqual(project.world.things(), before);
  });

  it("refuses to replace or delete what holds data, and says what would be lost", async () => {
    await project.set({ bucketName: "another-name", accessLogs: { enabled: false } });
    const before = { things: project.world.things(), state: await project.state() };
    const { code, stderr } = await project.run(["up", "--yes"]);
    assert.equal(code, 1);
    assert.match(stderr, /would delete or replace stateful resources:/);
    assert.match(stderr, /replace s3\.Bucket pipeline-bucket: loses its objects/);
    assert.match(stderr, /delete s3\.Bucket pipeline-bucket-access-logs: loses its objects/);
    assert.match(stderr, /pass --allow-loss\./);
    assert.match(stderr, /`pulumi state unprotect [^`]*'urn:[^']*::pipeline-bucket'/);
    assert.deepEqual({ things: project.world.things(), state: await project.state() }, before);
  });

  it("loses with --allow-loss exactly that, and stays protected otherwise", async () => {
    const before = await protectedNames();
    await project.set({ bucketName: undefined });
    const { code, stderr } = await project.run(["up", "--yes", "--allow-loss"]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^unprotecting pipeline-bucket-access-logs$/m);
    assert.deepEqual(
      await protectedNames(),
      before.filter((name) => name !== "pipeline-bucket-access-logs"),
    );
    await project.assertSettled();
  });

  describe("whose state protects everything, as earlier versions did", () => {
    before(() => project.pulumi("state", "protect", "--all", "--stack", "prod", "--yes"));

    it("previews the deletion of what holds no data, with the command that pulumi itself needs", async () => {
      await project.set({ monitoring: { alertEmails: ["a@example.com"], dashboard: false } });
      const { code, stdout, stderr } = await project.run(["preview"]);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /- delete +cloudwatch\.Dashboard pipeline-monitoring-dashboard/);
      const command =
        /pipeline-monitoring-dashboard.*: still protected .*`pulumi (state unprotect [^`]*)`/.exec(stderr);
      assert.ok(command !== null, stderr);
      const words = (command[1] ?? "").split(" ").map((word) => word.replaceAll("'", ""));
      await project.pulumi(...words);
      assert.ok(!(await protectedNames()).includes("pipeline-monitoring-dashboard"));
      await project.pulumi("state", "protect", "--all", "--stack", "prod", "--yes");
    });

    it("is brought up to date, and protects afterwards only what holds data", async () => {
      const { code, stderr } = await project.run(["up", "--yes"]);
      assert.equal(code, 0, stderr);
      assert.match(stderr, /^unprotecting .*pipeline-monitoring-dashboard/m);
      assert.deepEqual(await protectedNames(), [
        "pipeline-audit-logs",
        "pipeline-braintrust",
        "pipeline-bucket",
        "pipeline-key",
        "pipeline-snowflake",
      ]);
      assert.deepEqual(await preview(project.options), []);
    });
  });

  describe("whose protection is off", () => {
    it("is destroyed", async () => {
      await project.set({ protect: false });
      await up(project.options);
      await destroy(project.options);
      assert.deepEqual(project.world.things(), []);
      await project.assertSettled();
    });
  });

  async function protectedNames(): Promise<string[]> {
    const { resources = [] } = (await project.state()) ?? {};
    return resources
      .filter(({ protect }) => protect)
      .map(({ urn }) => nameOf(urn))
      .sort();
  }
});
