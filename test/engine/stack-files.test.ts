import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { filledIn, TestProject } from "./harness";

describe("a stack named with its organization, its file in a folder of its own", () => {
  const qualified = ["--stack", "organization/braintrust-snowflake/dev"];
  let project: TestProject;

  before(async () => {
    project = await TestProject.create("dev", {
      ...filledIn,
      snowflake: { iamUserArn: filledIn.snowflake.iamUserArn },
    });
    const description = path.join(project.dir, "Pulumi.yaml");
    await fs.appendFile(description, "stackConfigDir: stacks\n");
    await fs.mkdir(path.join(project.dir, "stacks"));
    await fs.rename(
      path.join(project.dir, "Pulumi.dev.yaml"),
      path.join(project.dir, "stacks", "Pulumi.dev.yaml"),
    );
  });
  after(() => project.remove());

  it("is deployed, and what is written is written there", async () => {
    const { code, stderr } = await project.run(["up", "--create", "--yes", ...qualified]);
    assert.equal(code, 0, stderr);
    await project.assertSettled();
    const text = await fs.readFile(path.join(project.dir, "stacks", "Pulumi.dev.yaml"), "utf8");
    assert.match(text, /externalId: braintrust-dev-[0-9a-f]{32}\n[\s\S]*encryptionsalt: /);
    const beside = await fs.readdir(project.dir);
    assert.ok(!beside.includes("Pulumi.dev.yaml"), beside.join());
  });

  it("is the one that is meant by the name alone, for every command and for pulumi", async () => {
    for (const stack of [
      ["--stack", "organization/dev"],
      ["--stack", "dev"],
    ]) {
      const previewed = await project.run(["preview", "--expect-no-changes", ...stack]);
      assert.equal(previewed.code, 0, `${stack}: ${previewed.stderr}`);
    }
    for (const command of ["outputs", "recover", "sql"]) {
      const { code, stdout, stderr } = await project.run([command, ...qualified]);
      assert.equal(code, 0, `${command}: ${stderr}`);
      assert.ok(stdout.length > 0);
    }
    const { stdout } = await project.pulumi("config", "get", "aws:region", "--stack", "dev");
    assert.match(stdout, /us-east-1/);
  });

  it("keeps its copies of the state under the name alone", async () => {
    await project.set({ protect: false });
    assert.equal((await project.run(["up", "--yes", ...qualified])).code, 0);
    const { stdout } = await project.run(["recover", "--json", "--stack", "dev"]);
    assert.ok(JSON.parse(stdout).checkpoints.length > 0, stdout);
  });

  it("is refused in another project, and under another organization of this backend", async () => {
    const foreign = await project.run(["preview", "--stack", "organization/other/dev"]);
    assert.equal(foreign.code, 2, foreign.stderr);
    assert.match(foreign.stderr, /is of the project other, and this one is braintrust-snowflake/);
    const unknown = await project.run(["preview", "--stack", "acme/dev"]);
    assert.notEqual(unknown.code, 0);
    assert.match(unknown.stderr, /organization/);
  });
});
