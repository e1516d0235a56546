import assert from "node:assert/strict";
import { parseSettings } from "../../../components/settings/read-settings";
import type { Settings } from "../../../components/settings/settings";
import { deployProgram, settingsFor } from "../../support";

const channel = "arn:aws:sqs:us-east-1:444455556666:sf-snowpipe-AIDA";

/** Everything but what differs by the stack's name, as a new stack has it. */
const defaults = {
  region: "us-east-1",
  partition: "aws",
  exportPrefix: "braintrust-exports/",
  format: "jsonl",
  publicAccessBlock: "bucket",
  iam: { names: {} },
  streams: [
    { name: "logs", prefix: "braintrust-exports/logs/", format: "jsonl", table: "LOGS", pipe: "LOGS_PIPE" },
  ],
  allowCrossRegion: false,
  braintrust: { permissions: "standard" },
  events: {
    mode: "snowflake-queue",
    notificationChannels: {},
    fileEvents: ["s3:ObjectCreated:*"],
  },
  crossAccountReaders: [],
  bucketPolicyStatements: [],
  lifecycle: {
    profile: "archive",
    standardIaDays: 30,
    glacierDays: 90,
    deepArchiveDays: 365,
    glacierIrDays: 90,
    intelligentTiering: false,
    noncurrentDays: 90,
    abortMultipartDays: 7,
  },
  monitoring: {
    enabled: true,
    alertEmails: [],
    exportEveryHours: 24,
    requestMetrics: true,
    anomalyDetection: false,
    compositeAlarm: false,
    dashboard: false,
    activateCostTag: false,
  },
  defaultTags: {},
  secretKeys: new Set(),
};

const snowflakeNamed = (object: string) => ({
  access: "role",
  schema: "EXPORTS",
  accessKeys: [{ name: "first", status: "Active" }],
  database: object,
  warehouse: `${object}_WH`,
  role: `${object}_LOADER`,
  readerRole: `${object}_READER`,
  adminRole: "ACCOUNTADMIN",
  integrationRole: "ACCOUNTADMIN",
  taskMinutes: 15,
  integration: `${object}_S3`,
  errorNotifications: { enabled: false, integration: `${object}_ERRORS` },
});

const forDevelopment: Partial<Settings> = {
  production: false,
  encryption: "s3",
  accessLogs: { enabled: false, retentionDays: 365 },
  auditTrail: { enabled: false, retentionDays: 365, logGroupDays: 90, managementEvents: "all" },
  protect: false,
  forceDestroy: true,
};
const forProduction: Partial<Settings> = {
  production: true,
  encryption: "kms",
  accessLogs: { enabled: true, retentionDays: 365 },
  auditTrail: { enabled: true, retentionDays: 365, logGroupDays: 90, managementEvents: "all" },
  monitoring: {
    enabled: true,
    alertEmails: [],
    exportEveryHours: 24,
    requestMetrics: true,
    anomalyDetection: true,
    compositeAlarm: true,
    dashboard: true,
    activateCostTag: false,
  },
  protect: true,
  forceDestroy: false,
};

describe("settings without a value", () => {
  const names: [stack: string, object: string, byStack: Partial<Settings>][] = [
    ["dev", "BRAINTRUST_DEV", forDevelopment],
    ["dev-ann", "BRAINTRUST_DEV_ANN", forDevelopment],
    ["sandbox", "BRAINTRUST_SANDBOX", forDevelopment],
    ["prod", "BRAINTRUST_PROD", forProduction],
    ["staging", "BRAINTRUST_STAGING", forProduction],
    ["devops", "BRAINTRUST_DEVOPS", forProduction],
    ["prod-dev", "BRAINTRUST_PROD_DEV", forProduction],
  ];
  for (const [stack, object, byStack] of names) {
    it(`have the defaults of ${byStack.production ? "production" : "development"} in ${stack}`, () => {
      assert.deepEqual(settingsFor({}, stack), {
        ...defaults,
        ...byStack,
        stack,
        snowflake: snowflakeNamed(object),
      });
    });
  }

  it("leave an existing bucket's encryption and logs to its owner", () => {
    const { encryption, accessLogs, protect } = settingsFor({ existingBucket: "theirs" }, "prod");
    assert.deepEqual(
      { encryption, logs: accessLogs.enabled, protect },
      { encryption: "s3", logs: false, protect: true },
    );
  });

  it("are those that a key without a value has", () => {
    const empty = {
      braintrust: { accountId: null, orgId: null },
      exportPrefix: null,
      streams: [{ name: "logs", table: null }],
    };
    assert.deepEqual(settingsFor(empty), settingsFor({}));
  });
});

describe("settings with a value", () => {
  it("keep it", () => {
    const given = {
      bucketName: "acme-exports",
      exportPrefix: "exports/",
      snowflakeRegion: "AWS_US_EAST_1",
      allowCrossRegion: true,
      braintrust: { accountId: "012345678901", orgId: "o", projectIds: ["p"], permissions: "least" },
      crossAccountReaders: [
        { arn: "arn:aws:iam::777788889999:role/path/analytics", prefixes: ["exports/a/"] },
      ],
      objectLock: { mode: "COMPLIANCE", days: 1, confirmCompliance: true },
      monitoring: {
        enabled: false,
        alertEmails: ["oncall@example.com"],
        exportEveryHours: 1.5,
        storageGb: 10,
        queueDepth: 5,
        queueAgeHours: 2,
        requestMetrics: false,
        anomalyDetection: true,
        compositeAlarm: true,
        dashboard: true,
        monthlyBudgetUsd: 20,
        costAnomalyUsd: 5,
        costAnomalyMonitorArn: "arn:aws:ce::012345678901:anomalymonitor/1b2c",
        costTag: "stack",
        activateCostTag: true,
      },
      encryption: "kms",
      accessLogs: { enabled: true, retentionDays: 1 },
      auditTrail: { enabled: true, retentionDays: 2, logGroupDays: 1, managementEvents: "none" },
      protect: true,
      forceDestroy: false,
    };
    const settings = settingsFor(given);
    assert.deepEqual({ ...settings, ...given }, settings);
  });

  it("take the names of Snowflake's objects as they are, the others by default", () => {
    const named = {
      database: "D",
      schema: "S",
      warehouse: "W",
      role: "R",
      readerRole: "Q",
      adminRole: "A",
      integrationRole: "I",
      taskMinutes: 5,
      currentLagMinutes: 60,
      integration: "I",
    };
    const { snowflake } = settingsFor({ snowflake: { ...named, access: "user" } });
    assert.deepEqual({ ...snowflake, ...named }, snowflake);
    assert.equal(snowflake.access, "user");
  });

  it("put each stream below the prefix, and its queue beside it", () => {
    const { streams } = settingsFor({
      exportPrefix: "exports/",
      streams: [
        { name: "logs" },
        { name: "spans-raw", format: "parquet", prefix: "deep/er/" },
        { name: "whole", prefix: "exports/whole-prefix/", table: '"my table"' },
      ],
      events: { notificationChannels: { logs: channel } },
    });
    assert.deepEqual(streams, [
      { name: "logs", prefix: "exports/logs/", format: "jsonl", table: "LOGS", pipe: "LOGS_PIPE", channel },
      {
        name: "spans-raw",
        prefix: "exports/deep/er/",
        format: "parquet",
        table: "SPANS_RAW",
        pipe: "SPANS_RAW_PIPE",
      },
      {
        name: "whole",
        prefix: "exports/whole-prefix/",
        format: "jsonl",
        table: '"my table"',
        pipe: '"my table_PIPE"',
      },
    ]);
  });

  it("know the partition by the region", () => {
    const partitionIn = (region: string) =>
      parseSettings({ stack: "dev", values: { "aws:region": region } }).settings?.partition;
    assert.equal(partitionIn("us-gov-east-1"), "aws-us-gov");
    assert.equal(partitionIn("cn-northwest-1"), "aws-cn");
    assert.equal(partitionIn("ap-southeast-2"), "aws");
  });

  it("take the region of the environment where the stack has none", () => {
    const regionWith = (values: Readonly<Record<string, unknown>>) =>
      parseSettings({ stack: "dev", values, environmentRegion: "eu-west-1" }).settings?.region;
    assert.equal(regionWith({}), "eu-west-1");
    assert.equal(regionWith({ "aws:region": "us-east-1" }), "us-east-1");
    for (const region of [5, true, "sa-east-1 ", "sa-east-1\n"]) {
      const { problems } = parseSettings({ stack: "dev", values: { "aws:region": region } });
      assert.deepEqual(
        problems.map(({ key, value }) => [key, value]),
        [["aws:region", JSON.stringify(String(region))]],
      );
    }
  });

  it("disregard what belongs to others", () => {
    const values = { "aws:region": "us-east-1", "aws:profile": "acme", "other:bucketName": "!" };
    assert.deepEqual(parseSettings({ stack: "dev", values }).settings, settingsFor({}));
  });

  it("accept Snowflake's own name of the same region", () => {
    for (const snowflakeRegion of ["us-east-1", "AWS_US_EAST_1", "aws_us_east_1", "PUBLIC.AWS_US_EAST_1"]) {
      assert.equal(settingsFor({ snowflakeRegion }).snowflakeRegion, snowflakeRegion);
    }
  });

  it("accept as many streams as S3 has notifications, and two keys", () => {
    const streams = Array.from({ length: 100 }, (_, index) => ({ name: `s${index}` }));
    assert.equal(settingsFor({ streams }).streams.length, 100);
    const accessKeys = [{ name: "first", status: "Inactive" }, { name: "second" }];
    assert.equal(settingsFor({ snowflake: { accessKeys } }).snowflake.accessKeys.length, 2);
  });
});

describe("settings as Pulumi delivers them", () => {
  it("are texts: lists and maps as JSON, flags as words, ids as numbers", () => {
    const given = {
      streams: '[{"name":"a"},{"name":"b","format":"parquet"}]',
      braintrust: ' {"accountId":123456789012,"orgId":"o"}',
      lifecycle: '{"profile":"instant","intelligentTiering":"true"}',
      protect: "true",
      forceDestroy: "false",
      encryption: "kms",
    };
    const { streams, braintrust, lifecycle, protect, forceDestroy, encryption } = settingsFor(given);
    assert.deepEqual(
      streams.map(({ name, format }) => [name, format]),
      [
        ["a", "jsonl"],
        ["b", "parquet"],
      ],
    );
    assert.deepEqual(braintrust, { accountId: "123456789012", orgId: "o", permissions: "standard" });
    assert.deepEqual([lifecycle.profile, lifecycle.intelligentTiering], ["instant", true]);
    assert.deepEqual([protect, forceDestroy, encryption], [true, false, "kms"]);
  });

  it("takes the format of all streams for those that name none", () => {
    const { streams } = settingsFor({
      format: "parquet",
      streams: [{ name: "logs" }, { name: "spans", format: "jsonl" }],
    });
    assert.deepEqual(
      streams.map(({ format }) => format),
      ["parquet", "jsonl"],
    );
    assert.equal(settingsFor({ format: "parquet" }).streams[0]?.format, "parquet");
  });

  it("stop the program with every problem where they are wrong", async () => {
    await assert.rejects(
      deployProgram({ bucketName: "Acme", braintrust: { orgId: "*" } }),
      (error: Error) => {
        assert.match(
          error.message,
          /^Invalid settings in Pulumi\.dev\.yaml:\n {2}bucketName = "Acme": must be /,
        );
        assert.match(
          error.message,
          /\n {2}braintrust\.orgId = "\*": must be .*; copy the id that Braintrust shows/,
        );
        return true;
      },
    );
  });

  it("never come out of the message where they are encrypted", async () => {
    await assert.rejects(
      deployProgram({ braintrust: { orgId: "canary*" } }, { secretKeys: ["braintrust"] }),
      (error: Error) => {
        assert.match(error.message, /braintrust\.orgId = \[secret\]: must be/);
        assert.doesNotMatch(error.message, /canary/);
        return true;
      },
    );
  });
});
