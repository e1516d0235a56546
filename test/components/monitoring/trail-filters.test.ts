import assert from "node:assert/strict";
import { awsLimits } from "../../../components/aws-limits";
import { trailFilters } from "../../../components/monitoring/trail-filters";
import type { TrailSubject } from "../../../components/monitoring/trail-subject";
import { ACCOUNT_ID, account, resolved } from "../../support";
import { matches } from "./filter-pattern";

const writer = `arn:aws:iam::${ACCOUNT_ID}:role/BraintrustExportRole-prod`;
const reader = `arn:aws:iam::${ACCOUNT_ID}:role/SnowflakeReaderRole-prod`;
const guest = "arn:aws:iam::777788889999:role/analytics";
const keyId = "00000000-0000-0000-0000-000000000000";
const alerts = `arn:aws:sns:us-east-1:${ACCOUNT_ID}:alerts`;
const subject: TrailSubject = {
  suffix: "prod",
  logGroupName: "/aws/cloudtrail/braintrust-exports-prod",
  account: account(),
  bucketName: "acme-exports",
  logBucketNames: ["braintrust-audit-prod-123456789012", "acme-exports-access-logs"],
  writer,
  alertTopicArn: alerts,
  readers: [writer, reader],
  crossAccountReaders: [guest],
  roleNames: ["BraintrustExportRole-prod", "SnowflakeReaderRole-prod"],
  userNames: ["SnowflakeS3User-prod"],
  groupNames: ["SnowflakeS3Readers-prod"],
  policyNames: ["BraintrustS3ExportPolicy-prod"],
  roleArns: [writer, reader],
  keyId,
  trailName: "braintrust-exports-prod",
  managementEvents: true,
};

const session = (arn: string) => ({
  arn: `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${arn.slice(arn.lastIndexOf("/") + 1)}/session`,
  accountId: ACCOUNT_ID,
});
const read = (userIdentity: object, more: object = {}) => ({
  eventSource: "s3.amazonaws.com",
  eventName: "GetObject",
  readOnly: true,
  requestParameters: { bucketName: "acme-exports", key: "braintrust-exports/logs/1" },
  userIdentity,
  ...more,
});
const call = (service: string, eventName: string, requestParameters: object) => ({
  eventSource: `${service}.amazonaws.com`,
  eventName,
  readOnly: false,
  requestParameters,
});
const copy = (userIdentity: object, source: string, more: object = {}) =>
  read(userIdentity, {
    eventName: "CopyObject",
    requestParameters: { bucketName: "elsewhere", "x-amz-copy-source": source },
    ...more,
  });
const stranger = `arn:aws:iam::${ACCOUNT_ID}:user/stranger`;

/** Events that each filter counts, and some that it leaves alone. */
const cases: Readonly<Record<string, { counted: object[]; left: object[] }>> = {
  "denied-calls": {
    counted: [
      read(session(reader), { errorCode: "AccessDenied" }),
      { ...call("sts", "AssumeRole", { roleArn: reader }), errorCode: "AccessDenied" },
    ],
    left: [
      read(session(reader)),
      read(session(reader), { errorCode: "NoSuchKey" }),
      { ...call("sts", "AssumeRole", { roleArn: stranger }), errorCode: "AccessDenied" },
    ],
  },
  "strange-reads": {
    counted: [
      read(session(`arn:aws:iam::${ACCOUNT_ID}:role/Administrator`)),
      read({ arn: stranger, accountId: ACCOUNT_ID }),
      read({ accountId: "999900001111" }),
      copy({ arn: stranger, accountId: ACCOUNT_ID }, "acme-exports/braintrust-exports/logs/1"),
      copy({ accountId: "999900001111" }, "/acme-exports/braintrust-exports/logs/1"),
    ],
    left: [
      read(session(reader)),
      read(session(writer)),
      read({ accountId: "777788889999" }),
      read({ arn: stranger }, { errorCode: "AccessDenied" }),
      read({ arn: stranger }, { requestParameters: { bucketName: "other" } }),
      read({ arn: stranger }, { eventName: "PutObject" }),
      copy(session(reader), "acme-exports/braintrust-exports/logs/1"),
      copy({ arn: stranger }, "other/braintrust-exports/logs/1"),
      copy({ arn: stranger }, "acme-exports/logs/1", { errorCode: "AccessDenied" }),
    ],
  },
  "unlisted-writes": {
    counted: [
      ...["PutObject", "CopyObject", "DeleteObject", "CompleteMultipartUpload", "PutObjectTagging"].map(
        (eventName) => read({ arn: stranger, accountId: ACCOUNT_ID }, { eventName }),
      ),
      read(session(reader), { eventName: "DeleteObject" }),
      read(session(`arn:aws:iam::${ACCOUNT_ID}:role/Administrator`), {
        eventName: "DeleteObjects",
        requestParameters: { bucketName: "acme-exports", delete: "" },
      }),
      read({ accountId: "999900001111" }, { eventName: "PutObject" }),
    ],
    left: [
      read(session(writer), { eventName: "PutObject" }),
      read(session(writer), { eventName: "DeleteObject" }),
      read({ arn: stranger }, { eventName: "PutObject", errorCode: "AccessDenied" }),
      read({ arn: stranger }, { eventName: "GetObject" }),
      read({ arn: stranger }, { eventName: "PutObject", requestParameters: { bucketName: "other" } }),
      read(
        { arn: stranger },
        {
          eventName: "DeleteObject",
          requestParameters: { bucketName: "acme-exports", key: "braintrust-exports/logs/_verify/1" },
        },
      ),
    ],
  },
  "log-group-changes": {
    counted: [
      "DeleteMetricFilter",
      "PutMetricFilter",
      "DeleteLogGroup",
      "DeleteLogStream",
      "PutRetentionPolicy",
    ].map((name) => call("logs", name, { logGroupName: "/aws/cloudtrail/braintrust-exports-prod" })),
    left: [
      call("logs", "DeleteLogGroup", { logGroupName: "/aws/cloudtrail/another" }),
      call("logs", "CreateLogStream", { logGroupName: "/aws/cloudtrail/braintrust-exports-prod" }),
    ],
  },
  "alert-changes": {
    counted: [
      call("monitoring", "DeleteAlarms", { alarmNames: ["braintrust-prod-strange-reads", "other"] }),
      call("monitoring", "DisableAlarmActions", { alarmNames: ["braintrust-prod-queue-age"] }),
      call("monitoring", "PutMetricAlarm", { alarmName: "braintrust-prod-trail-silent" }),
      call("monitoring", "DeleteAlarms", { alarmNames: ["a", "b", "c", "braintrust-prod-trail-silent"] }),
      call("monitoring", "DeleteAlarms", { alarmNames: ["a", "b", "c", "d", "braintrust-prod-queue-age"] }),
    ],
    left: [
      call("monitoring", "DeleteAlarms", { alarmNames: ["other"] }),
      call("monitoring", "DeleteAlarms", { alarmNames: ["TargetTracking-a", "b", "c", "d"] }),
      call("monitoring", "PutMetricAlarm", { alarmName: "braintrust-dev-queue-age" }),
      call("monitoring", "EnableAlarmActions", { alarmNames: ["braintrust-prod-queue-age"] }),
    ],
  },
  "alert-topic-changes": {
    counted: [
      call("sns", "DeleteTopic", { topicArn: alerts }),
      call("sns", "SetTopicAttributes", { topicArn: alerts, attributeName: "Policy" }),
      call("sns", "Unsubscribe", { subscriptionArn: `${alerts}:0f1e` }),
      call("sns", "SetSubscriptionAttributes", { subscriptionArn: `${alerts}:0f1e` }),
    ],
    left: [
      call("sns", "Unsubscribe", { subscriptionArn: `${alerts}-2:0f1e` }),
      call("sns", "DeleteTopic", { topicArn: `${alerts}-2` }),
      call("sns", "Subscribe", { topicArn: alerts }),
    ],
  },
  "bucket-changes": {
    counted: ["PutBucketPolicy", "DeleteBucketPolicy", "PutBucketEncryption", "DeleteBucket"]
      .map((name) => call("s3", name, { bucketName: "acme-exports" }))
      .concat(
        call("s3", "PutBucketLifecycle", { bucketName: "braintrust-audit-prod-123456789012" }),
        call("s3", "PutBucketVersioning", { bucketName: "acme-exports-access-logs" }),
        call("s3", "PutObjectLockConfiguration", { bucketName: "braintrust-audit-prod-123456789012" }),
      ),
    left: [
      call("s3", "PutBucketPolicy", { bucketName: "other" }),
      call("s3", "PutObject", { bucketName: "acme-exports" }),
    ],
  },
  "role-changes": {
    counted: [
      call("iam", "UpdateAssumeRolePolicy", { roleName: "SnowflakeReaderRole-prod" }),
      call("iam", "AttachUserPolicy", { userName: "SnowflakeS3User-prod" }),
      call("iam", "AttachGroupPolicy", {
        groupName: "SnowflakeS3Readers-prod",
        policyArn: "arn:aws:iam::aws:policy/AdministratorAccess",
      }),
      call("iam", "CreatePolicyVersion", {
        policyArn: `arn:aws:iam::${ACCOUNT_ID}:policy/BraintrustS3ExportPolicy-prod`,
      }),
    ],
    left: [
      call("iam", "UpdateAssumeRolePolicy", { roleName: "other" }),
      { ...call("iam", "GetRole", { roleName: "SnowflakeReaderRole-prod" }), readOnly: true },
    ],
  },
  "key-changes": {
    counted: [
      call("kms", "PutKeyPolicy", { keyId }),
      call("kms", "ScheduleKeyDeletion", { keyId: `arn:aws:kms:us-east-1:${ACCOUNT_ID}:key/${keyId}` }),
    ],
    left: [call("kms", "Decrypt", { keyId }), call("kms", "DisableKey", { keyId: "another" })],
  },
  "trail-changes": {
    counted: [
      call("cloudtrail", "StopLogging", { name: "braintrust-exports-prod" }),
      call("cloudtrail", "DeleteTrail", { name: `arn:aws:cloudtrail:::trail/braintrust-exports-prod` }),
      call("cloudtrail", "PutEventSelectors", { trailName: "braintrust-exports-prod" }),
    ],
    left: [
      call("cloudtrail", "StopLogging", { name: "another" }),
      call("cloudtrail", "GetTrailStatus", { name: "braintrust-exports-prod" }),
    ],
  },
};

describe("trailFilters", () => {
  it("have each a case here", () => {
    assert.deepEqual(
      trailFilters(subject)
        .map(({ alarm }) => alarm.key)
        .sort(),
      Object.keys(cases).sort(),
    );
  });

  for (const [key, { counted, left }] of Object.entries(cases)) {
    it(`${key} counts what it should and leaves the rest`, async () => {
      const filter = trailFilters(subject).find(({ alarm }) => alarm.key === key) ?? assert.fail(key);
      const pattern = await resolved(filter.pattern);
      for (const event of counted) assert.ok(matches(pattern, event), JSON.stringify(event));
      for (const event of left) assert.ok(!matches(pattern, event), JSON.stringify(event));
    });
  }

  it("know a reader of this account that is a role or a user of the settings", async () => {
    const own = `arn:aws:iam::${ACCOUNT_ID}:role/path/analytics`;
    const ownUser = `arn:aws:iam::${ACCOUNT_ID}:user/analyst`;
    const filter = trailFilters({ ...subject, crossAccountReaders: [own, ownUser] }).find(
      ({ metric }) => metric === "StrangeReads",
    );
    const pattern = await resolved(filter?.pattern ?? assert.fail());
    assert.ok(!matches(pattern, read(session(own))));
    assert.ok(!matches(pattern, read({ arn: ownUser, accountId: ACCOUNT_ID })));
    assert.ok(matches(pattern, read({ arn: `${ownUser}-2`, accountId: ACCOUNT_ID })));
    assert.ok(matches(pattern, read({ accountId: "777788889999" })));
  });

  it("count callers of this account alone where readers are of more accounts than a pattern can name", async () => {
    const crossAccountReaders = Array.from(
      { length: 15 },
      (_, index) => `arn:aws:iam::${600000000000 + index}:root`,
    );
    const filter = trailFilters({ ...subject, crossAccountReaders }).find(
      ({ metric }) => metric === "StrangeReads",
    );
    const pattern = await resolved(filter?.pattern ?? assert.fail());
    assert.ok(pattern.length <= awsLimits.metricFilterPattern.most);
    assert.ok(matches(pattern, read({ arn: stranger, accountId: ACCOUNT_ID })));
    for (const accountId of ["600000000000", "999900001111"])
      assert.ok(!matches(pattern, read({ accountId })), accountId);
    const few = trailFilters({ ...subject, crossAccountReaders: crossAccountReaders.slice(0, 6) });
    const exact = await resolved(
      few.find(({ metric }) => metric === "StrangeReads")?.pattern ?? assert.fail(),
    );
    assert.ok(!matches(exact, read({ accountId: "600000000000" })));
    assert.ok(matches(exact, read({ accountId: "999900001111" })));
  });

  const unlistedReads = async (crossAccountReaders: string[], more: Partial<TrailSubject> = {}) => {
    const filters = trailFilters({ ...subject, crossAccountReaders, ...more });
    return resolved(filters.find(({ metric }) => metric === "StrangeReads")?.pattern ?? assert.fail());
  };

  it("recognize readers of this account by beginnings of their names where whole ones have no room", async () => {
    const path = "role/aws-reserved/sso.amazonaws.com/eu-central-1";
    const sets = ["DataPlatformReadOnly", "Analysts", "FinanceReporting", "MLResearch", "SupportTier2"];
    for (const count of [1, 8, 9, 15, 40]) {
      const readers = Array.from(
        { length: count },
        (_, index) =>
          `arn:aws:iam::${ACCOUNT_ID}:${path}/AWSReservedSSO_${sets[index % sets.length]}${index}_0123456789abcdef`,
      );
      const pattern = await unlistedReads(readers);
      assert.ok(pattern.length <= awsLimits.metricFilterPattern.most, `${count}: ${pattern.length}`);
      for (const reader of readers) assert.ok(!matches(pattern, read(session(reader))), reader);
      const administrator = `arn:aws:iam::${ACCOUNT_ID}:${path}/AWSReservedSSO_AdministratorAccess_0123456789abcdef`;
      if (count <= 15) assert.ok(matches(pattern, read(session(administrator))), pattern);
      assert.ok(matches(pattern, read({ arn: stranger, accountId: ACCOUNT_ID })));
    }
  });

  it("fit, whatever the names of readers have in common, and count what they still can", async () => {
    const readers = Array.from(
      { length: 60 },
      (_, index) =>
        `arn:aws:iam::${ACCOUNT_ID}:role/${String.fromCharCode(97 + (index % 26))}${index}-reader-of-exports`,
    );
    const pattern = await unlistedReads(readers);
    assert.ok(pattern.length <= awsLimits.metricFilterPattern.most);
    for (const reader of readers) assert.ok(!matches(pattern, read(session(reader))), reader);
    assert.ok(matches(pattern, read({ arn: `arn:aws:iam::${ACCOUNT_ID}:root`, accountId: ACCOUNT_ID })));
  });

  it("count accesses below the prefix alone in a bucket that others use", async () => {
    const shared = { sharedPrefix: "braintrust-exports/" };
    const pattern = await unlistedReads([], shared);
    const elsewhere = { requestParameters: { bucketName: "acme-exports", key: "hr/payroll/1" } };
    assert.ok(matches(pattern, read({ arn: stranger, accountId: ACCOUNT_ID })));
    assert.ok(!matches(pattern, read({ arn: stranger, accountId: ACCOUNT_ID }, elsewhere)));
    assert.ok(matches(pattern, copy({ arn: stranger }, "acme-exports/braintrust-exports/logs/1")));
    assert.ok(!matches(pattern, copy({ arn: stranger }, "acme-exports/hr/payroll/1")));
    const writes = trailFilters({ ...subject, ...shared }).find(({ metric }) => metric === "UnlistedWrites");
    const written = await resolved(writes?.pattern ?? assert.fail());
    assert.ok(matches(written, read({ arn: stranger }, { eventName: "PutObject" })));
    assert.ok(!matches(written, read({ arn: stranger }, { eventName: "PutObject", ...elsewhere })));
    const batch = { eventName: "DeleteObjects", requestParameters: { bucketName: "acme-exports" } };
    assert.ok(matches(written, read({ arn: stranger }, batch)));
  });

  it("have a pattern that CloudWatch takes for the longest names", async () => {
    const long = {
      bucketName: "b".repeat(63),
      logBucketNames: ["l".repeat(63), "m".repeat(63)],
      logGroupName: `/aws/cloudtrail/${"t".repeat(128)}`,
      suffix: "s".repeat(40),
      sharedPrefix: `${"p".repeat(120)}/`,
      roleNames: ["a", "b", "c", "d"].map((name) => name.repeat(64)),
      policyNames: ["e", "f"].map((name) => name.repeat(128)),
      alertTopicArn: `arn:aws-us-gov:sns:us-gov-west-1:${ACCOUNT_ID}:${"n".repeat(256)}`,
    };
    for (const { metric, pattern } of trailFilters({ ...subject, ...long })) {
      const text = await resolved(pattern);
      assert.ok(text.length <= awsLimits.metricFilterPattern.most, `${metric}: ${text.length}`);
    }
  });

  it("count refused attempts to assume a role below a path, and not of another role", async () => {
    const role = (name: string) => `arn:aws:iam::${ACCOUNT_ID}:role/${"p".repeat(510)}/${name}`;
    const filters = trailFilters({ ...subject, roleArns: [role("writer"), role("reader")] });
    const pattern = await resolved(
      filters.find(({ metric }) => metric === "DeniedCalls")?.pattern ?? assert.fail(),
    );
    const attempt = (roleArn: string) => ({
      ...call("sts", "AssumeRole", { roleArn }),
      errorCode: "AccessDenied",
    });
    assert.ok(pattern.length <= awsLimits.metricFilterPattern.most, `${pattern.length}`);
    assert.ok(matches(pattern, attempt(role("writer"))) && matches(pattern, attempt(role("reader"))));
    assert.ok(!matches(pattern, attempt(role("another-reader"))));
  });

  it("see no changes where the trail has no management events", () => {
    const keys = trailFilters({ ...subject, managementEvents: false }).map(({ alarm }) => alarm.key);
    assert.deepEqual(keys, ["denied-calls", "strange-reads", "unlisted-writes"]);
  });

  it("count what CloudTrail tells late", () => {
    for (const { alarm } of trailFilters(subject)) {
      assert.deepEqual([alarm.evaluationPeriods, alarm.datapointsToAlarm], [2, 1], alarm.key);
    }
  });

  it("say where the events are found, in a description that CloudWatch takes", async () => {
    const logGroupName = "g".repeat(512);
    for (const { alarm, metric } of trailFilters({ ...subject, suffix: "s".repeat(40), logGroupName })) {
      const said = await resolved(alarm.description);
      assert.ok(said.length <= 1024, `${metric} ${said.length}`);
      assert.ok(
        said.includes(`--metric-name ${metric} `) && said.endsWith(`--log-group-name ${logGroupName}`),
      );
    }
  });

  it("stay within CloudWatch's longest pattern with as many readers as the settings take", async () => {
    const bucketName = "b".repeat(63);
    const stack = "s".repeat(40);
    const crossAccountReaders = Array.from(
      { length: 15 },
      (_, index) => `arn:aws:iam::${100000000000 + index}:root`,
    );
    const readers = ["BraintrustExportRole", "SnowflakeReaderRole"].map(
      (name) => `arn:aws-us-gov:iam::${ACCOUNT_ID}:role/${name}-${stack}`,
    );
    for (const { metric, pattern } of trailFilters({
      ...subject,
      bucketName,
      readers,
      crossAccountReaders,
    })) {
      const { length } = await resolved(pattern);
      assert.ok(length <= awsLimits.metricFilterPattern.most, `${metric} ${length}`);
    }
  });
});
