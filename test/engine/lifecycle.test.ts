import assert from "node:assert/strict";
import { destroy, outputs, preview, refresh, UsageError, up } from "../../automation";
import { filledIn, TestProject } from "./harness";

const VERSIONING = "pipeline-bucket-versioning";
const POLICY = "pipeline-bucket-policy";

describe("a dev stack, by the typed functions", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create("dev", filledIn);
  });
  after(() => project.remove());

  it("is unknown before it is made", async () => {
    await assert.rejects(up(project.options), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /no stack "dev" exists: the backend has no stack yet; .*--create/);
      return true;
    });
    assert.deepEqual(project.world.calls(), []);
  });

  it("comes up with the outputs that others rely on", async () => {
    const result = await up({ ...project.options, create: true });
    assert.deepEqual([...new Set(result.changes.map(({ operation }) => operation))], ["create"]);
    assert.equal(result.changes.length, project.world.things().length);
    const bucketName = "braintrust-exports-dev-123456789012-us-east-1";
    assert.deepEqual(result.outputs, {
      stack: "dev",
      bucketName,
      bucketArn: `arn:aws:s3:::${bucketName}`,
      bucketRegion: "us-east-1",
      exportPrefix: "braintrust-exports/",
      exportUrl: `s3://${bucketName}/braintrust-exports/`,
      braintrustRoleArn: "arn:aws:iam::123456789012:role/BraintrustExportRole-dev",
      alertsTopicArn: "arn:aws:sns:us-east-1:123456789012:braintrust-alerts-dev",
      braintrustExternalId: "bt:org-1:*",
      snowflakeRoleArn: "arn:aws:iam::123456789012:role/SnowflakeReaderRole-dev",
      snowflakeExternalId: filledIn.snowflake.externalId,
      snowflakeIamUserArn: filledIn.snowflake.iamUserArn,
      eventsMode: "snowflake-queue",
      snowflake: {
        access: "role",
        database: "BRAINTRUST_DEV",
        schema: "EXPORTS",
        warehouse: "BRAINTRUST_DEV_WH",
        role: "BRAINTRUST_DEV_LOADER",
        readerRole: "BRAINTRUST_DEV_READER",
        adminRole: "ACCOUNTADMIN",
        integrationRole: "ACCOUNTADMIN",
        taskMinutes: 15,
        integration: "BRAINTRUST_DEV_S3",
      },
      streams: [
        {
          name: "logs",
          url: `s3://${bucketName}/braintrust-exports/logs/`,
          format: "jsonl",
          table: "LOGS",
          pipe: "LOGS_PIPE",
        },
      ],
      phase: "awaiting-channel",
      nextStep:
        "connect Snowflake: `npx braintrust-snowflake connect --run --stack dev`; without the Snowflake CLI by hand, " +
        "`npx braintrust-snowflake sql --part load --stack dev` and `npx braintrust-snowflake connect --stack dev`",
    });
    assert.deepEqual(await outputs(project.options), result.outputs);
    await project.assertSettled();
  });

  it("has nothing to change after that, in the program or in AWS", async () => {
    assert.deepEqual(await preview(project.options), []);
    assert.deepEqual(await refresh(project.options), []);
    assert.deepEqual(await preview(project.options), []);
  });

  it("takes a setting over, and changes nothing else", async () => {
    const logs = "arn:aws:sqs:us-east-1:444455556666:sf-snowpipe-AIDA-abc";
    await project.set({ events: { notificationChannels: { logs } } });
    const result = await up(project.options);
    assert.deepEqual(operations(result.changes), ["update pipeline-events-notification"]);
    assert.equal(result.outputs.phase, "connected");
  });

  it("sees what was changed or deleted in AWS, and restores it", async () => {
    const { world } = project;
    const versioning = world.named(VERSIONING);
    const policy = world.named(POLICY);
    world.put({
      ...versioning,
      inputs: { ...versioning.inputs, versioningConfiguration: { status: "Suspended" } },
    });
    world.remove(policy);

    const drift = await refresh(project.options);
    assert.deepEqual(operations(drift), [`delete ${POLICY}`, `update ${VERSIONING}`]);
    const repair = (await up(project.options)).changes;
    assert.deepEqual(operations(repair), [`create ${POLICY}`, `update ${VERSIONING}`]);

    assert.deepEqual(world.named(VERSIONING), versioning);
    assert.deepEqual(world.named(POLICY).inputs, policy.inputs);
    assert.deepEqual(await preview({ ...project.options, refresh: true }), []);
  });

  it("sees the same drift where an update reads the live resources first", async () => {
    project.world.remove(project.world.named(POLICY));
    const { changes } = await up({ ...project.options, refresh: true });
    assert.ok(operations(changes).includes(`create ${POLICY}`));
    await project.assertSettled();
  });

  it("leaves nothing behind", async () => {
    const changes = await destroy({ ...project.options, remove: true });
    assert.ok(changes.every(({ operation }) => operation === "delete"));
    assert.deepEqual(project.world.things(), []);
    assert.equal(await project.state(), undefined);
    assert.ok(await project.stackFile());
    await assert.rejects(outputs(project.options), UsageError);
  });
});

function operations(changes: readonly { operation: string; name: string }[]): string[] {
  return changes.map(({ operation, name }) => `${operation} ${name}`).sort();
}
