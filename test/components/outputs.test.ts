import assert from "node:assert/strict";
import { nextStep } from "../../components/next-step";
import { phaseOf } from "../../components/settings/settings";
import { deployProgram, settingsFor } from "../support";

const user = "arn:aws:iam::444455556666:user/abc1-b-self1234";
const channel = "arn:aws:sqs:us-east-1:444455556666:sf-snowpipe-AIDA";
const braintrust = { accountId: "111122223333", orgId: "org-1" };

describe("stack outputs", () => {
  it("tell what a new stack has, and nothing else", async () => {
    const { outputs, secretOutputs } = await deployProgram();
    const bucket = "braintrust-exports-dev-123456789012-us-east-1";
    assert.deepEqual(outputs, {
      stack: "dev",
      bucketName: bucket,
      bucketArn: `arn:aws:s3:::${bucket}`,
      bucketRegion: "us-east-1",
      exportPrefix: "braintrust-exports/",
      exportUrl: `s3://${bucket}/braintrust-exports/`,
      braintrustRoleArn: "arn:aws:iam::123456789012:role/BraintrustExportRole-dev",
      snowflakeRoleArn: "arn:aws:iam::123456789012:role/SnowflakeReaderRole-dev",
      alertsTopicArn: "arn:aws:sns:us-east-1:123456789012:braintrust-alerts-dev",
      eventsMode: "snowflake-queue",
      snowflake: {
        access: "role",
        database: "BRAINTRUST_DEV",
        schema: "EXPORTS",
        warehouse: "BRAINTRUST_DEV_WH",
        role: "BRAINTRUST_DEV_LOADER",
        readerRole: "BRAINTRUST_DEV_READER",
        integration: "BRAINTRUST_DEV_S3",
        adminRole: "ACCOUNTADMIN",
        integrationRole: "ACCOUNTADMIN",
        taskMinutes: 15,
      },
      streams: [
        {
          name: "logs",
          url: `s3://${bucket}/braintrust-exports/logs/`,
          format: "jsonl",
          table: "LOGS",
          pipe: "LOGS_PIPE",
        },
      ],
      phase: "awaiting-braintrust",
      nextStep:
        "add an S3 export in Braintrust: its dialog shows the ID for " +
        "`pulumi config set --path braintrust-snowflake:braintrust.accountId ID` and " +
        "`pulumi config set --path braintrust-snowflake:braintrust.orgId ID`; then `pulumi up`",
    });
    assert.deepEqual(secretOutputs, []);
  });

  it("tell of everything that a stack can have", async () => {
    const { outputs, secretOutputs } = await deployProgram({
      existingBucket: "theirs",
      braintrust: { ...braintrust, projectIds: ["p", "q"] },
      snowflake: { access: "user", iamUserArn: user, errorNotifications: { enabled: true } },
      events: { mode: "sns" },
      auditTrail: { enabled: true },
      monitoring: { dashboard: true },
    });
    const { snowflake: _, streams: __, ...plain } = outputs;
    assert.deepEqual(plain, {
      stack: "dev",
      bucketName: "theirs",
      bucketArn: "arn:aws:s3:::theirs",
      bucketRegion: "us-east-1",
      exportPrefix: "braintrust-exports/",
      exportUrl: "s3://theirs/braintrust-exports/",
      braintrustRoleArn: "arn:aws:iam::123456789012:role/BraintrustExportRole-dev",
      braintrustExternalId: "bt:org-1:p:*, bt:org-1:q:*",
      snowflakeAccessKeyId: "[id of pipeline-snowflake-user-key-first]",
      snowflakeSecretAccessKey: "[secret]",
      snowflakeSecretArn:
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:pipeline-snowflake-user-secret-000000",
      notificationQueueArn: "arn:aws:sqs:us-east-1:123456789012:snowpipe-s3-notifications-dev",
      notificationQueueUrl: "https://sqs.us-east-1.amazonaws.com/123456789012/snowpipe-s3-notifications-dev",
      deadLetterQueueArn: "arn:aws:sqs:us-east-1:123456789012:snowpipe-s3-notifications-dev-dlq",
      notificationTopicArn: "arn:aws:sns:us-east-1:123456789012:snowpipe-s3-notifications-dev",
      snowflakeSubscriberArn: user,
      auditTrailArn: "arn:aws:cloudtrail:us-east-1:123456789012:trail/braintrust-exports-dev",
      alertsTopicArn: "arn:aws:sns:us-east-1:123456789012:braintrust-alerts-dev",
      dashboardUrl:
        "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#dashboards/dashboard/braintrust-snowflake-dev",
      errorTopicArn: "arn:aws:sns:us-east-1:123456789012:snowpipe-errors-dev",
      errorRoleArn: "arn:aws:iam::123456789012:role/SnowflakeErrorRole-dev",
      errorQueueUrl: "https://sqs.us-east-1.amazonaws.com/123456789012/snowpipe-errors-dev",
      eventsMode: "sns",
      phase: "connected",
      nextStep: "check the pipeline: `npx braintrust-snowflake verify --stack dev`",
    });
    assert.deepEqual(secretOutputs, ["snowflakeSecretAccessKey"]);
  });

  it("name the key, Snowflake's external id and each stream", async () => {
    const { outputs } = await deployProgram({
      encryption: "kms",
      bucketName: "acme-exports",
      exportPrefix: "exports/",
      streams: [{ name: "spans", format: "parquet", prefix: "exports/s/", table: "RAW" }, { name: "logs" }],
      snowflake: { iamUserArn: user, externalId: "acme=1", errorNotifications: { enabled: true } },
    });
    assert.equal(
      outputs.kmsKeyArn,
      "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000",
    );
    assert.equal(outputs.snowflakeExternalId, "acme=1");
    assert.deepEqual(outputs.streams, [
      {
        name: "logs",
        url: "s3://acme-exports/exports/logs/",
        format: "jsonl",
        table: "LOGS",
        pipe: "LOGS_PIPE",
      },
      {
        name: "spans",
        url: "s3://acme-exports/exports/s/",
        format: "parquet",
        table: "RAW",
        pipe: "RAW_PIPE",
      },
    ]);
    const { errorIntegration } = outputs.snowflake as { errorIntegration?: string };
    assert.equal(errorIntegration, "BRAINTRUST_DEV_ERRORS");
  });

  it("tell whom of Snowflake's side the stack trusts and tells, as far as it uses it", async () => {
    const errorNotifications = { enabled: true, iamUserArn: user, externalId: "errors=1" };
    const snowflake = { iamUserArn: user, externalId: "acme=1", errorNotifications };
    const events = { notificationChannels: { logs: channel } };
    const { outputs } = await deployProgram({ braintrust, snowflake, events });
    assert.deepEqual(
      [outputs.snowflakeIamUserArn, outputs.notificationChannels, outputs.errorIamUserArn],
      [user, { logs: channel }, user],
    );
    assert.equal(outputs.errorExternalId, "errors=1");
    const { outputs: ofUser } = await deployProgram({
      braintrust,
      snowflake: { access: "user", iamUserArn: user },
      events: { ...events, mode: "none" },
    });
    assert.ok(!("snowflakeIamUserArn" in ofUser) && !("notificationChannels" in ofUser));
  });

  it("keep the parts made of encrypted settings secret", async () => {
    const { secretOutputs } = await deployProgram(
      {
        braintrust,
        snowflake: { iamUserArn: user, externalId: "acme=1" },
        events: { notificationChannels: { logs: channel } },
      },
      { secretKeys: ["braintrust", "snowflake", "events"] },
    );
    assert.deepEqual([...secretOutputs].sort(), [
      "braintrustExternalId",
      "notificationChannels",
      "snowflakeExternalId",
      "snowflakeIamUserArn",
    ]);
  });
});

describe("phaseOf", () => {
  const role = { iamUserArn: user, externalId: "acme=1" };
  const cases: [phase: string, given: Readonly<Record<string, unknown>>][] = [
    ["awaiting-braintrust", {}],
    ["awaiting-braintrust", { braintrust: { orgId: "org-1" }, snowflake: role }],
    ["awaiting-braintrust", { braintrust: { accountId: "111122223333" }, snowflake: role }],
    ["awaiting-snowflake", { braintrust }],
    ["awaiting-snowflake", { braintrust, snowflake: { iamUserArn: user } }],
    ["awaiting-snowflake", { braintrust, snowflake: { externalId: "acme=1" } }],
    ["awaiting-snowflake", { braintrust, snowflake: { access: "user" }, events: { mode: "sns" } }],
    ["awaiting-channel", { braintrust, snowflake: role }],
    ["awaiting-channel", { braintrust, snowflake: { access: "user" } }],
    [
      "awaiting-channel",
      {
        braintrust,
        snowflake: role,
        streams: [{ name: "a" }, { name: "b" }],
        events: { notificationChannels: { a: channel } },
      },
    ],
    ["connected", { braintrust, snowflake: role, events: { notificationChannels: { logs: channel } } }],
    ["connected", { braintrust, snowflake: role, events: { mode: "sns" } }],
    [
      "connected",
      { braintrust, snowflake: { access: "user", snsSubscriberArn: user }, events: { mode: "sns" } },
    ],
    ["connected", { braintrust, snowflake: { access: "user" }, events: { mode: "queue" } }],
    ["connected", { braintrust, snowflake: role, events: { mode: "none" } }],
  ];
  for (const [phase, given] of cases) {
    it(`is ${phase} with ${JSON.stringify(given)}`, () => assert.equal(phaseOf(settingsFor(given)), phase));
  }
});

describe("nextStep", () => {
  const role = { iamUserArn: user, externalId: "acme=1" };
  const principalArns = ["arn:aws:iam::111122223333:role/BraintrustAPIHandlerRole"];
  const cases: [title: string, given: Readonly<Record<string, unknown>>, step: RegExp][] = [
    [
      "only the id that is unknown",
      { braintrust: { accountId: "111122223333" } },
      /for `[^`]*\.orgId ID`; then/,
    ],
    ["no account for roles of your own", { braintrust: { principalArns } }, /for `[^`]*\.orgId ID`; then/],
    [
      "the commands that connect Snowflake",
      { braintrust },
      /`[^`]* connect --run --stack dev`.*--part setup /,
    ],
    [
      "the part with the pipes once trust is set",
      { braintrust, snowflake: role },
      /sql --part load --stack dev`/,
    ],
    [
      "both commands where nothing says whether Snowflake is set up",
      { braintrust, snowflake: { access: "user" }, events: { mode: "queue" } },
      /^set up Snowflake, unless you have: `[^`]* connect --run --stack dev`; then check .*verify /,
    ],
    [
      "the check alone where Snowflake's answers are known",
      {
        braintrust,
        snowflake: { access: "user" },
        streams: [{ name: "logs" }],
        events: { notificationChannels: { logs: "arn:aws:sqs:us-east-1:444455556666:sf-snowpipe-a_b" } },
      },
      /^check the pipeline: /,
    ],
  ];
  for (const [title, given, step] of cases) {
    it(`names ${title}`, () => assert.match(nextStep(settingsFor(given)), step));
  }
});
