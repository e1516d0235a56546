import assert from "node:assert/strict";
import { AccessLogBucket } from "../../../components/storage/access-log-bucket";
import { ACCOUNT_ID, account, deploy } from "../../support";

describe("AccessLogBucket", () => {
  const build = async () => {
    const { deployed } = await deploy(
      () =>
        new AccessLogBucket("logs", {
          sourceBucket: "acme-exports",
          sourceBucketArn: "arn:aws:s3:::acme-exports",
          account: account(),
          retentionDays: 30,
          forceDestroy: false,
        }),
    );
    return deployed;
  };

  it("lets S3 deliver the logs of the one bucket, and nobody else anything", async () => {
    const deployed = await build();
    assert.deepEqual(deployed.statements(deployed.only("aws:s3/bucketPolicy:BucketPolicy")), [
      {
        Sid: "DenyInsecureTransport",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: ["arn:aws:s3:::logs-0000000", "arn:aws:s3:::logs-0000000/*"],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
      {
        Sid: "DenyTlsBelow12",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: ["arn:aws:s3:::logs-0000000", "arn:aws:s3:::logs-0000000/*"],
        Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } },
      },
      {
        Sid: "AllowAccessLogDelivery",
        Effect: "Allow",
        Principal: { Service: "logging.s3.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: "arn:aws:s3:::logs-0000000/s3-access/*",
        Condition: {
          ArnEquals: { "aws:SourceArn": "arn:aws:s3:::acme-exports" },
          StringEquals: { "aws:SourceAccount": ACCOUNT_ID },
        },
      },
    ]);
  });

  it("asks for logs once S3 may deliver them", async () => {
    const deployed = await build();
    const logging = deployed.only("aws:s3/bucketLogging:BucketLogging");
    assert.deepEqual(logging.inputs, {
      bucket: "acme-exports",
      targetBucket: "logs-0000000",
      targetPrefix: "s3-access/",
      targetObjectKeyFormat: { partitionedPrefix: { partitionDateSource: "EventTime" } },
    });
    const policy = deployed.only("aws:s3/bucketPolicy:BucketPolicy");
    assert.ok(deployed.waits(logging, policy));
    assert.ok(
      deployed.waits(policy, deployed.only("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")),
      "S3 refuses a policy beside a change of the public access block",
    );
  });

  it("deletes logs when their time is over", async () => {
    const deployed = await build();
    const lifecycle = deployed.only("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration");
    assert.deepEqual(lifecycle.inputs.rules, [
      {
        id: "ExpireAccessLogs",
        status: "Enabled",
        filter: { prefix: "s3-access/" },
        expiration: { days: 30 },
        noncurrentVersionExpiration: { noncurrentDays: 30 },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
      },
    ]);
    assert.ok(deployed.waits(lifecycle, deployed.only("aws:s3/bucketVersioning:BucketVersioning")));
  });

  it("is a private bucket under S3's own keys, the only ones that S3 delivers logs to", async () => {
    const deployed = await build();
    const { rules } = deployed.only(
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    ).inputs;
    assert.deepEqual(rules, [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }]);
    assert.equal(deployed.of("aws:s3/bucket:Bucket").length, 1);
  });
});
