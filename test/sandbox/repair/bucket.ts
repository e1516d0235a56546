import { type Drift, type Find, foreignPolicy, ROOT, STRANGER } from "./cases";

const EXPORTS = "pipeline-bucket";
const LOGS = "pipeline-bucket-access-logs";

const bucket = (find: Find, name = EXPORTS) => ({ Bucket: find(name, "bucket") });
const keyId = (find: Find) => ({ KeyId: find("pipeline-key", "keyId") });

/** Of the buckets and the key. */
export const bucketDrifts: Readonly<Record<string, Drift>> = {
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
    change: {
      resource: `${EXPORTS}-privacy`,
      act: ({ s3 }, find) =>
        s3.putPublicAccessBlock({
          ...bucket(find),
          PublicAccessBlockConfiguration: { BlockPublicAcls: true, IgnorePublicAcls: true },
        }),
    },
    removal: {
      resource: `${EXPORTS}-privacy`,
      act: ({ s3 }, find) => s3.deletePublicAccessBlock(bucket(find)),
    },
  },
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
    change: {
      resource: `${EXPORTS}-ownership`,
      act: ({ s3 }, find) =>
        s3.putBucketOwnershipControls({
          ...bucket(find),
          OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerPreferred" }] },
        }),
    },
    removal: {
      resource: `${EXPORTS}-ownership`,
      act: ({ s3 }, find) => s3.deleteBucketOwnershipControls(bucket(find)),
    },
  },
  // A bucket with a lock cannot stop versioning, so it is the other one's.
  "aws:s3/bucketVersioning:BucketVersioning": {
    change: {
      resource: `${LOGS}-versioning`,
      act: ({ s3 }, find) =>
        s3.putBucketVersioning({ ...bucket(find, LOGS), VersioningConfiguration: { Status: "Suspended" } }),
    },
    removal: { why: "versioning can be suspended and never be removed" },
  },
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
    change: {
      resource: `${EXPORTS}-encryption`,
      act: ({ s3 }, find) =>
        s3.putBucketEncryption({
          ...bucket(find),
          ServerSideEncryptionConfiguration: {
            Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
          },
        }),
    },
    removal: {
      resource: `${EXPORTS}-encryption`,
      act: ({ s3 }, find) => s3.deleteBucketEncryption(bucket(find)),
    },
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    change: {
      resource: `${EXPORTS}-lifecycle`,
      act: ({ s3 }, find) =>
        s3.putBucketLifecycleConfiguration({
          ...bucket(find),
          LifecycleConfiguration: {
            Rules: [{ ID: "ExpireAll", Status: "Enabled", Filter: { Prefix: "" }, Expiration: { Days: 1 } }],
          },
        }),
    },
    removal: {
      resource: `${EXPORTS}-lifecycle`,
      act: ({ s3 }, find) => s3.deleteBucketLifecycle(bucket(find)),
    },
  },
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": {
    change: {
      resource: `${EXPORTS}-lock`,
      act: ({ s3 }, find) =>
        s3.putObjectLockConfiguration({
          ...bucket(find),
          ObjectLockConfiguration: {
            ObjectLockEnabled: "Enabled",
            Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 2 } },
          },
        }),
    },
    removal: {
      resource: `${EXPORTS}-lock`,
      act: ({ s3 }, find) =>
        s3.putObjectLockConfiguration({
          ...bucket(find),
          ObjectLockConfiguration: { ObjectLockEnabled: "Enabled" },
        }),
    },
  },
  "aws:s3/bucketPolicy:BucketPolicy": {
    change: {
      resource: "pipeline-bucket-policy",
      act: ({ s3 }, find) =>
        s3.putBucketPolicy({
          ...bucket(find),
          Policy: foreignPolicy("s3:GetObject", `${find(EXPORTS, "arn")}/*`, ROOT),
        }),
    },
    removal: {
      resource: "pipeline-bucket-policy",
      act: ({ s3 }, find) => s3.deleteBucketPolicy(bucket(find)),
    },
  },
  "aws:s3/bucketLogging:BucketLogging": {
    change: {
      resource: `${LOGS}-delivery`,
      act: ({ s3 }, find) =>
        s3.putBucketLogging({
          ...bucket(find),
          BucketLoggingStatus: {
            LoggingEnabled: { TargetBucket: find(LOGS, "bucket"), TargetPrefix: "elsewhere/" },
          },
        }),
    },
    removal: {
      resource: `${LOGS}-delivery`,
      act: ({ s3 }, find) => s3.putBucketLogging({ ...bucket(find), BucketLoggingStatus: {} }),
    },
  },
  "aws:s3/bucketNotification:BucketNotification": {
    change: {
      resource: "pipeline-events-notification",
      act: ({ s3 }, find) =>
        s3.putBucketNotificationConfiguration({
          ...bucket(find),
          NotificationConfiguration: {
            TopicConfigurations: [
              {
                Id: "theirs",
                TopicArn: find("pipeline-events-topic", "arn"),
                Events: ["s3:ObjectRemoved:*"],
              },
            ],
          },
        }),
    },
    removal: {
      resource: "pipeline-events-notification",
      act: ({ s3 }, find) =>
        s3.putBucketNotificationConfiguration({ ...bucket(find), NotificationConfiguration: {} }),
    },
  },
  "aws:s3/bucket:Bucket": {
    change: {
      resource: LOGS,
      act: ({ s3 }, find) => s3.putBucketTagging({ ...bucket(find, LOGS), Tagging: { TagSet: STRANGER } }),
    },
    removal: { resource: LOGS, act: ({ s3 }, find) => s3.deleteBucket(bucket(find, LOGS)) },
  },
  "aws:kms/alias:Alias": {
    change: {
      resource: "pipeline-key-alias",
      act: async ({ kms }, find) =>
        kms.updateAlias({
          AliasName: find("pipeline-key-alias", "name"),
          TargetKeyId: (await kms.createKey({})).KeyMetadata?.KeyId,
        }),
    },
    removal: {
      resource: "pipeline-key-alias",
      act: ({ kms }, find) => kms.deleteAlias({ AliasName: find("pipeline-key-alias", "name") }),
    },
  },
  "aws:kms/key:Key": {
    change: { resource: "pipeline-key", act: ({ kms }, find) => kms.disableKeyRotation(keyId(find)) },
    removal: {
      resource: "pipeline-key",
      act: ({ kms }, find) => kms.scheduleKeyDeletion({ ...keyId(find), PendingWindowInDays: 7 }),
    },
  },
  "aws:kms/keyPolicy:KeyPolicy": {
    change: {
      resource: "pipeline-key-policy",
      act: ({ kms }, find) =>
        kms.putKeyPolicy({
          ...keyId(find),
          PolicyName: "default",
          Policy: foreignPolicy("kms:*", "*", ROOT),
        }),
    },
    removal: { resource: "pipeline-key-policy" },
  },
};
