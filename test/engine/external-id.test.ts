import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { Deployment, preview } from "../../automation";
import { filledIn, TestProject } from "./harness";

describe("an external id of a stack's own", () => {
  let project: TestProject;
  const file = (stack: string) => path.join(project.dir, `Pulumi.${stack}.yaml`);
  const texts = () => Promise.all(["dev", "dev-2"].map((stack) => fs.readFile(file(stack), "utf8")));

  before(async () => {
    project = await TestProject.create("dev", {
      ...filledIn,
      snowflake: { iamUserArn: filledIn.snowflake.iamUserArn },
    });
    await fs.copyFile(file("dev"), file("dev-2"));
  });
  after(() => project.remove());

  /** Runs `up`, which must be refused and leave the settings as they are. */
  async function refused(message: RegExp, args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    const before = await texts();
    const { code, stderr } = await project.run(["up", ...args], environment);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
    assert.deepEqual(await texts(), before);
  }

  it("is not written for stacks that were never made, nor without a passphrase", async () => {
    await refused(/no stack "dev" exists/, ["--yes"]);
    await refused(/no stack "dev-2" exists/, ["--stacks", "dev,dev-2", "--parallel", "2", "--yes"]);
    await refused(/PASSPHRASE is not set/, ["--create", "--yes"], { PULUMI_CONFIG_PASSPHRASE: undefined });
  });

  it("is part of what is shown, and not written before somebody agrees", async () => {
    await (await Deployment.open({ ...project.options, create: true })).up();
    assert.deepEqual(await preview(project.options), []);
    await refused(/^ {2}~ update +iam\.Role pipeline-snowflake\n1 update$[\s\S]*--yes/m, []);
  });

  it("is the one that was shown", async () => {
    const deployment = await Deployment.open({ ...project.options, chooseExternalId: true });
    const { outputs } = await deployment.up({}, await deployment.preview());
    assert.equal(outputs.snowflakeExternalId, deployment.open.chosenExternalId);
    const { config } = await project.stackFile();
    const { externalId } = config["braintrust-snowflake:snowflake"] as { externalId: string };
    assert.equal(externalId, outputs.snowflakeExternalId);
    assert.deepEqual(await preview(project.options), []);
  });

  it("is not chosen over one that was written meanwhile", async () => {
    const { iamUserArn } = filledIn.snowflake;
    await project.set({ snowflake: { iamUserArn } });
    const deployment = await Deployment.open({ ...project.options, chooseExternalId: true });
    await project.set({ snowflake: filledIn.snowflake });
    const { outputs } = await deployment.up();
    assert.equal(outputs.snowflakeExternalId, filledIn.snowflake.externalId);
    assert.deepEqual(
      (await project.stackFile()).config["braintrust-snowflake:snowflake"],
      filledIn.snowflake,
    );
  });
});
