import assert from "node:assert/strict";
import { type ProgressEvent, preview, up } from "../../automation";
import { filledIn, TestProject } from "./harness";

describe("a prod stack with a user for Snowflake", () => {
  let project: TestProject;
  let said: string;

  before(async () => {
    project = await TestProject.create("prod", {
      ...filledIn,
      snowflake: { ...filledIn.snowflake, access: "user", errorNotifications: { enabled: true } },
      events: { mode: "sns" },
      objectLock: { mode: "GOVERNANCE", days: 1 },
      protect: false,
    });
    const { code, stdout, stderr } = await project.run(["up", "--create", "--yes"]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^stack "prod": \d+ create; phase \S+\n$/);
    said = stdout + stderr;
  });
  after(() => project.remove());

  it("shows the outputs of the contract, its secret masked", async () => {
    const { code, stdout, stderr } = await project.run(["outputs", "--json"]);
    assert.equal(code, 0, stderr);
    said += stdout + stderr;
    const shown = JSON.parse(stdout);
    assert.deepEqual(Object.keys(shown).sort(), [
      "alertsTopicArn",
      "auditTrailArn",
      "braintrustExternalId",
      "braintrustRoleArn",
      "bucketArn",
      "bucketName",
      "bucketRegion",
      "dashboardUrl",
      "deadLetterQueueArn",
      "errorQueueUrl",
      "errorRoleArn",
      "errorTopicArn",
      "eventsMode",
      "exportPrefix",
      "exportUrl",
      "kmsKeyArn",
      "notificationQueueArn",
      "notificationQueueUrl",
      "notificationTopicArn",
      "phase",
      "snowflake",
      "snowflakeAccessKeyId",
      "snowflakeSecretAccessKey",
      "snowflakeSecretArn",
      "snowflakeSubscriberArn",
      "streams",
    ]);
    assert.equal(shown.snowflakeSecretAccessKey, "[secret]");
    assert.equal(shown.bucketName, "braintrust-exports-prod-123456789012-us-east-1");
  });

  it("shows the secret where it is asked for", async () => {
    const { stdout } = await project.run(["outputs", "--json", "--show-secrets"]);
    assert.equal(JSON.parse(stdout).snowflakeSecretAccessKey, secretOf(project));
  });

  it("has nothing to change after that", async () => {
    const onProgress = (event: ProgressEvent) => {
      said += JSON.stringify(event);
    };
    assert.deepEqual(await preview({ ...project.options, onProgress, refresh: true }), []);
    await project.assertSettled();
  });

  it("keeps the secret out of everything it says and writes", async () => {
    const secret = secretOf(project);
    const plain = await project.run(["outputs"]);
    assert.match(plain.stdout, /^snowflakeSecretAccessKey +\[secret\]$/m);
    assert.ok(!`${said}${plain.stdout}${plain.stderr}`.includes(secret));
    const texts = await project.texts();
    assert.ok([...texts.keys()].some((file) => file.endsWith("prod.json")));
    assert.deepEqual(
      [...texts].filter(([, text]) => text.includes(secret)).map(([file]) => file),
      [],
    );
  });

  it("takes no key away unless that is allowed", async () => {
    await project.set({ encryption: "s3" });
    const before = project.world.things();
    const refused = await project.run(["up", "--yes"]);
    assert.equal(refused.code, 1);
    assert.equal(refused.stdout, "");
    assert.match(refused.stderr, /would take away .*\n.*delete .*kms\.Key pipeline-key\n/);
    assert.match(refused.stderr, /--allow-loss/);
    assert.deepEqual(project.world.things(), before);

    const { outputs } = await up({ ...project.options, allowLoss: true });
    assert.equal(outputs.kmsKeyArn, undefined);
    assert.deepEqual(
      project.world.things().filter(({ type }) => type.startsWith("aws:kms")),
      [],
    );
    await project.assertSettled();
  });
});

function secretOf({ world }: TestProject): string {
  const { value } = world.named("pipeline-snowflake-user-key-first").computed.secret as { value: string };
  assert.match(value, /^canary-/);
  return value;
}
