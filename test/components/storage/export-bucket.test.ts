import assert from "node:assert/strict";
import { ExportBucket, lifecycleRules } from "../../../components/storage/export-bucket";
import { account, deploy, resolved, settingsFor } from "../../support";

describe("ExportBucket", () => {
  const build = (given: Readonly<Record<string, unknown>> = {}, kmsKeyArn?: string) => {
    const settings = settingsFor(given);
    return deploy(
      () =>
        new ExportBucket("exports", {
          existingBucket: settings.existingBucket,
          exportPrefix: settings.exportPrefix,
          lifecycle: settings.lifecycle,
          objectLock: settings.objectLock,
          accessLogDays: settings.accessLogs.enabled ? settings.accessLogs.retentionDays : undefined,
          forceDestroy: settings.forceDestroy,
          bucketName: "acme-exports",
          account: account(),
          requestMetrics: settings.monitoring.enabled,
          ...(kmsKeyArn === undefined ? {} : { kmsKeyArn }),
        }),
    );
  };

  it("is one private bucket under its physical name", async () => {
    const { deployed, result } = await build();
    assert.deepEqual(deployed.only("aws:s3/bucket:Bucket").inputs, {
      bucket: "acme-exports",
      forceDestroy: true,
    });
    assert.equal(await resolved(result.bucketName), "acme-exports");
    assert.equal(await resolved(result.bucketArn), "arn:aws:s3:::acme-exports");
    assert.equal(result.dependencies.length, 1, "a policy waits for the public access block");
  });

  it("has request metrics only where monitoring is on", async () => {
    const type = "aws:s3/bucketMetric:BucketMetric";
    assert.equal((await build()).deployed.of(type).length, 1);
    assert.equal((await build({ monitoring: { enabled: false } })).deployed.of(type).length, 0);
  });

  it("hands its key to the bucket's encryption", async () => {
    const { deployed } = await build({}, "arn:key");
    assert.match(
      JSON.stringify(
        deployed.only(
          "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        ).inputs,
      ),
      /"kmsMasterKeyId":"arn:key"/,
    );
  });

  it("moves the exports alone, once versioning is on", async () => {
    const { deployed } = await build({ exportPrefix: "traces/" });
    const lifecycle = deployed.only("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration");
    assert.deepEqual(lifecycle.inputs.rules, [
      {
        id: "BraintrustDataLifecycle",
        status: "Enabled",
        filter: { prefix: "traces/" },
        transitions: [
          { days: 30, storageClass: "STANDARD_IA" },
          { days: 90, storageClass: "GLACIER" },
          { days: 365, storageClass: "DEEP_ARCHIVE" },
        ],
        noncurrentVersionExpiration: { noncurrentDays: 90 },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
      },
    ]);
    assert.ok(deployed.waits(lifecycle, deployed.only("aws:s3/bucketVersioning:BucketVersioning")));
  });

  it("has no archive of Intelligent-Tiering's, which Snowflake cannot read, unless asked for one", async () => {
    const type = "aws:s3/bucketIntelligentTieringConfiguration:BucketIntelligentTieringConfiguration";
    const tiering = { profile: "instant", intelligentTiering: true };
    for (const lifecycle of [{}, tiering])
      assert.deepEqual((await build({ lifecycle })).deployed.of(type), []);
    const { deployed } = await build({
      lifecycle: { ...tiering, archiveAccessDays: 90, deepArchiveAccessDays: 200 },
    });
    assert.deepEqual(deployed.only(type).inputs, {
      bucket: "acme-exports",
      name: "BraintrustExports",
      filter: { prefix: "braintrust-exports/" },
      tierings: [
        { accessTier: "ARCHIVE_ACCESS", days: 90 },
        { accessTier: "DEEP_ARCHIVE_ACCESS", days: 200 },
      ],
    });
  });

  it("has no lifecycle where none is asked for", async () => {
    const { deployed } = await build({ lifecycle: { profile: "none" } });
    assert.deepEqual(deployed.of("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"), []);
  });

  it("measures requests below the prefix", async () => {
    const { deployed } = await build();
    assert.deepEqual(deployed.only("aws:s3/bucketMetric:BucketMetric").inputs, {
      bucket: "acme-exports",
      name: "BraintrustExports",
      filter: { prefix: "braintrust-exports/" },
    });
  });

  it("locks objects only when asked to, once versioning is on", async () => {
    const type = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration";
    assert.deepEqual((await build()).deployed.of(type), []);
    const { deployed } = await build({ objectLock: { mode: "GOVERNANCE", days: 30 } });
    const lock = deployed.only(type);
    assert.deepEqual(lock.inputs, {
      bucket: "acme-exports",
      rule: { defaultRetention: { mode: "GOVERNANCE", days: 30 } },
    });
    assert.ok(deployed.waits(lock, deployed.only("aws:s3/bucketVersioning:BucketVersioning")));
    assert.equal(deployed.only("aws:s3/bucket:Bucket").inputs.objectLockEnabled, undefined);
  });

  it("has its accesses logged only when asked to", async () => {
    const type = "braintrust-snowflake:index:AccessLogBucket";
    assert.deepEqual((await build()).deployed.of(type), []);
    const { deployed } = await build({ accessLogs: { enabled: true, retentionDays: 12 } });
    assert.equal(deployed.of(type).length, 1);
    assert.equal(deployed.only("aws:s3/bucketLogging:BucketLogging").inputs.bucket, "acme-exports");
    assert.equal(deployed.named("exports-access-logs", "aws:s3/bucket:Bucket").inputs.forceDestroy, true);
    const lifecycle = deployed.named("exports-access-logs-lifecycle");
    const [rule] = lifecycle.inputs.rules as { expiration: unknown }[];
    assert.deepEqual(rule?.expiration, { days: 12 });
    const statements = deployed.statements(deployed.named("exports-access-logs-policy"));
    assert.match(JSON.stringify(statements), /"aws:SourceArn":"arn:aws:s3:::acme-exports"/);
  });

  it("looks an existing bucket up and makes nothing", async () => {
    const { deployed, result } = await build({ existingBucket: "theirs" });
    assert.deepEqual(
      deployed.resources.filter(({ type }) => type.startsWith("aws:")),
      [],
    );
    assert.equal(await resolved(result.bucketName), "theirs");
    assert.equal(await resolved(result.bucketArn), "arn:aws:s3:::theirs");
    assert.deepEqual(result.dependencies, []);
  });
});

describe("lifecycleRules", () => {
  const rulesOf = (lifecycle: Readonly<Record<string, unknown>>) =>
    lifecycleRules("exports/", settingsFor({ lifecycle }).lifecycle);
  const transitionsOf = (lifecycle: Readonly<Record<string, unknown>>) => rulesOf(lifecycle)[0]?.transitions;

  it("takes every day from the settings", () => {
    assert.deepEqual(
      rulesOf({
        standardIaDays: 31,
        glacierDays: 100,
        deepArchiveDays: 200,
        noncurrentDays: 5,
        abortMultipartDays: 2,
        expireDays: 400,
      }),
      [
        {
          id: "BraintrustDataLifecycle",
          status: "Enabled",
          filter: { prefix: "exports/" },
          transitions: [
            { days: 31, storageClass: "STANDARD_IA" },
            { days: 100, storageClass: "GLACIER" },
            { days: 200, storageClass: "DEEP_ARCHIVE" },
          ],
          expiration: { days: 400 },
          noncurrentVersionExpiration: { noncurrentDays: 5 },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 2 },
        },
      ],
    );
  });

  it("keeps `instant` in classes that Snowflake can read", () => {
    assert.deepEqual(transitionsOf({ profile: "instant", standardIaDays: 40, glacierIrDays: 80 }), [
      { days: 40, storageClass: "STANDARD_IA" },
      { days: 80, storageClass: "GLACIER_IR" },
    ]);
    assert.deepEqual(transitionsOf({ profile: "instant", intelligentTiering: true }), [
      { days: 0, storageClass: "INTELLIGENT_TIERING" },
    ]);
  });

  it("expires without moving where `none` has days to expire", () => {
    assert.deepEqual(rulesOf({ profile: "none" }), []);
    assert.deepEqual(rulesOf({ profile: "none", expireDays: 10 }), [
      {
        id: "BraintrustDataLifecycle",
        status: "Enabled",
        filter: { prefix: "exports/" },
        expiration: { days: 10 },
        noncurrentVersionExpiration: { noncurrentDays: 90 },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
      },
    ]);
  });
});
