import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { editStackFile } from "../../automation/project/stack-file";
import { filledIn, TestProject } from "./harness";

describe("without AWS credentials", () => {
  let project: TestProject;
  let config: string;

  before(async () => {
    project = await TestProject.create("dev", filledIn);
    project.preflight = true;
    config = path.join(project.dir, "config");
    await fs.writeFile(
      config,
      '[profile broken]\ncredential_process = /bin/sh -c "echo s3cret-word; exit 1"\n',
    );
    project.variables = {
      AWS_CONFIG_FILE: config,
      AWS_SHARED_CREDENTIALS_FILE: path.join(project.dir, "none"),
    };
  });
  after(() => project.remove());

  /** No key of the harness's either. */
  const none = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" };

  for (const command of [
    ["up", "--create", "--yes"],
    ["preview"],
    ["verify"],
    ["import", "--yes"],
    ["reconcile", "--run"],
  ]) {
    it(`${command[0]} refuses to begin, and creates no stack`, async () => {
      const text = await fs.readFile(path.join(project.dir, "Pulumi.dev.yaml"), "utf8");
      const { code, stdout, stderr } = await project.run(command, none);
      assert.equal(code, 2, stderr);
      assert.equal(stdout, "");
      assert.match(
        stderr,
        /^No AWS credentials for stack "dev":\n {2}AWS_PROFILE = \(unset\): no AWS credentials in .*; export .*\n$/,
      );
      assert.equal(await project.state(), undefined);
      assert.equal(await fs.readFile(path.join(project.dir, "Pulumi.dev.yaml"), "utf8"), text);
      assert.deepEqual(project.world.calls(), []);
    });
  }

  it("plan works, and doctor says so", async () => {
    const planned = await project.run(["plan"], none);
    assert.equal(planned.code, 0, planned.stderr);
    const { stdout } = await project.run(["doctor", "--json"], none);
    const { checks } = JSON.parse(stdout);
    const found = checks.find(({ id }: { id: string }) => id === "credentials");
    assert.match(found.evidence, /^AWS_PROFILE = \(unset\): no AWS credentials/);
  });

  it("refuses a profile that is not there, and one that gives none", async () => {
    const { code, stderr } = await project.run(["up", "--create", "--yes"], { AWS_PROFILE: "broken" });
    assert.equal(code, 2);
    assert.match(stderr, /AWS_PROFILE = "broken": its credential_process has failed/);
    assert.doesNotMatch(stderr, /s3cret-word/);
    await editStackFile(project.stack, [{ path: ["aws:profile"], value: "nowhere" }], project.dir);
    const named = await project.run(["up", "--create", "--yes"]);
    assert.equal(named.code, 2);
    assert.match(
      named.stderr,
      /aws:profile = "nowhere": must be a profile in .*; the profiles there are broken;/,
    );
    assert.equal(await project.state(), undefined);
  });
});
