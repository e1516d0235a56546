import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { filledIn, TestProject } from "./harness";

describe("the command line", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create("dev", {
      ...filledIn,
      snowflake: { iamUserArn: filledIn.snowflake.iamUserArn },
    });
  });
  after(() => project.remove());

  it("deploys with the result alone on standard output, and a line for each change beside it", async () => {
    const { code, stdout, stderr } = await project.run(["up", "--create", "--yes"]);
    assert.equal(code, 0, stderr);
    const count = project.world.things().length;
    assert.equal(stdout, `stack "dev": ${count} create; phase awaiting-channel\n`);
    const progress = [...stderr.matchAll(/^\[(\d+)\/(\d+) \d+s\] create \S+ \S+$/gm)];
    assert.deepEqual(
      progress.map(([, done, total]) => `${done}/${total}`),
      Array.from({ length: count }, (_, index) => `${index + 1}/${count}`),
    );
    assert.equal(
      stripVTControlCharacters(stderr).replaceAll("\r", ""),
      stderr,
      "a line that changes in place",
    );
  });

  it("has chosen an external id for a stack without one, and keeps it", async () => {
    const { config } = await project.stackFile();
    const { externalId } = config["braintrust-snowflake:snowflake"] as { externalId: string };
    assert.match(externalId, /^braintrust-dev-[0-9a-f]{32}$/);
    const { stdout } = await project.run(["outputs", "--json"]);
    assert.equal(JSON.parse(stdout).snowflakeExternalId, externalId);
  });

  it("says by its exit code whether a preview finds changes", async () => {
    const none = await project.run(["preview", "--expect-no-changes"]);
    assert.deepEqual([none.code, none.stdout], [0, "no changes\n"]);
    await project.set({ crossAccountReaders: [{ arn: "arn:aws:iam::210987654321:role/reader" }] });
    const some = await project.run(["preview", "--expect-no-changes"]);
    assert.equal(some.code, 1);
    assert.equal(some.stdout, "  ~ update          s3.BucketPolicy pipeline-bucket-policy\n1 update\n");
    assert.match(some.stderr, /expected to have no changes, and has 1 update/);
  });

  it("destroys with the result alone on standard output", async () => {
    const count = project.world.things().length;
    const { code, stdout, stderr } = await project.run(["destroy", "--yes", "--remove"]);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, `stack "dev": ${count} delete; removed\n`);
    assert.match(stderr, new RegExp(`^\\[${count}/${count} \\d+s\\] delete `, "m"));
    assert.deepEqual(project.world.things(), []);
  });
});
