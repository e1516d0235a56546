import assert from "node:assert/strict";
import {
  LONGEST_PATTERN,
  type TrailSubject,
  trailFilters,
} from "../../../components/monitoring/trail-filters";
import { ACCOUNT_ID, account, resolved } from "../../support";
import { matches } from "./filter-pattern";

const writer = `arn:aws:iam::${ACCOUNT_ID}:role/BraintrustExportRole-prod`;
const reader = `arn:aws:iam::${ACCOUNT_ID}:role/SnowflakeReaderRole-prod`;
const guest = "arn:aws:iam::777788889999:role/analytics";
const keyId = "00000000-0000-0000-0000-000000000000";
const subject: TrailSubject = {
  suffix: "prod",
  logGroupName: "/aws/cloudtrail/braintrust-exports-prod",
  account: account(),
  bucketName: "acme-exports",
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
  "bucket-changes": {
    counted: ["PutBucketPolicy", "DeleteBucketPolicy", "PutBucketEncryption", "DeleteBucket"].map((name) =>
      call("s3", name, { bucketName: "acme-exports" }),
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
    assert.ok(pattern.length <= LONGEST_PATTERN);
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

  it("name readers of this account by beginnings of their names where whole ones have no room", async () => {
    const path = "role/aws-reserved/sso.amazonaws.com/eu-central-1";
    const readers = (count: number) =>
      Array.from(
        { length: count },
        (_, index) =>
          `arn:aws:iam::${ACCOUNT_ID}:${path}/AWSReservedSSO_DataPlatformReadOnly_0123456789abcde${index.toString(16)}`,
      );
    for (const count of [1, 8, 15]) {
      const crossAccountReaders = readers(count);
      const filter = trailFilters({ ...subject, crossAccountReaders }).find(
        ({ metric }) => metric === "StrangeReads",
      );
      const pattern = await resolved(filter?.pattern ?? assert.fail());
      assert.ok(pattern.length <= LONGEST_PATTERN, `${count}: ${pattern.length}`);
      for (const reader of crossAccountReaders) assert.ok(!matches(pattern, read(session(reader))), reader);
      const administrator = `arn:aws:iam::${ACCOUNT_ID}:${path}/AWSReservedSSO_AdministratorAccess_0123456789abcdef`;
      assert.ok(matches(pattern, read(session(administrator))), pattern);
      assert.ok(matches(pattern, read({ arn: stranger, accountId: ACCOUNT_ID })));
    }
  });

  it("see no changes where the trail has no management events", () => {
    const keys = trailFilters({ ...subject, managementEvents: false }).map(({ alarm }) => alarm.key);
    assert.deepEqual(keys, ["denied-calls", "strange-reads"]);
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
      assert.ok(length <= LONGEST_PATTERN, `${metric} ${length}`);
    }
  });
});
