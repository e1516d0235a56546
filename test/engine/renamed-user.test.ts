import assert from "node:assert/strict";
import { up } from "../../automation";
import { filledIn, TestProject } from "./harness";

const KEY = "aws:iam/accessKey:AccessKey";
const settings = { braintrust: filledIn.braintrust, snowflake: { access: "user" } };

describe("another name of Snowflake's user", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create("dev", settings);
    await up({ ...project.options, create: true });
    await project.set({ iam: { names: { snowflakeUser: "acme-reader" } } });
  });
  after(() => project.remove());

  it("is refused, since Snowflake uses the key that would be gone", async () => {
    const before = project.world.things();
    const { code, stderr } = await project.run(["up", "--yes"]);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /replace iam\.AccessKey pipeline-snowflake-user-key-first: loses the access key that Snowflake uses/,
    );
    assert.match(stderr, /pass --allow-loss\./);
    assert.deepEqual(project.world.things(), before);
  });

  it("is deployed with --allow-loss", async () => {
    const { code, stderr } = await project.run(["up", "--yes", "--allow-loss"]);
    assert.equal(code, 0, stderr);
    assert.equal(project.world.things().filter(({ type }) => type === KEY).length, 1);
    await project.assertSettled();
  });
});
