import assert from "node:assert/strict";
import type { ServerSideEncryption } from "@aws-sdk/client-s3";
import {
  allow,
  type Kept,
  rewrite,
  type Sabotage,
  STRANGER,
  type Undo,
  type World,
  widened,
  without,
} from "./world";

/** Of the bucket of the exports. */
export const bucketSabotages: readonly Sabotage[] = [
  {
    what: "the bucket's policy lets a stranger read",
    red: ["bucket/policy"],
    spoil: (world) =>
      rewrite(bucketPolicy(world), widened(allow("s3:GetObject", `${world.outputs.bucketArn}/*`, STRANGER))),
  },
  {
    what: "the bucket's policy allows plain HTTP",
    red: ["bucket/policy"],
    spoil: (world) => rewrite(bucketPolicy(world), without("DenyInsecureTransport")),
  },
  {
    what: "the bucket's policy allows another key",
    red: ["bucket/policy"],
    spoil: (world) => rewrite(bucketPolicy(world), without("DenyOtherEncryptionKeys")),
  },
  {
    what: "the bucket has no policy",
    red: ["bucket/policy"],
    spoil: async (world) => {
      const kept = bucketPolicy(world);
      const before = (await kept.read()) ?? "";
      await world.aws.s3.deleteBucketPolicy(bucketOf(world));
      return () => kept.write(before);
    },
  },
  {
    what: "one public access block is off",
    red: ["bucket/public-access"],
    spoil: (world) => privacy(world, { RestrictPublicBuckets: false }),
  },
  {
    what: "the public access blocks are gone",
    red: ["bucket/public-access"],
    spoil: async (world) => {
      await world.aws.s3.deletePublicAccessBlock(bucketOf(world));
      return () => privacy(world, {});
    },
  },
  {
    what: "objects may have owners of their own",
    red: ["bucket/ownership"],
    spoil: async (world) => {
      await ownership(world, "ObjectWriter");
      return () => ownership(world, "BucketOwnerEnforced");
    },
  },
  {
    what: "versioning is suspended",
    red: ["bucket/versioning"],
    spoil: async (world) => {
      await versioning(world, "Suspended");
      return () => versioning(world, "Enabled");
    },
  },
  {
    what: "objects are encrypted by S3's key and not the stack's",
    red: ["bucket/encryption"],
    spoil: (world) => encryption(world, "AES256"),
  },
  {
    what: "the lifecycle is gone",
    red: ["bucket/lifecycle"],
    spoil: async (world) => {
      const undo = await lifecycleKept(world);
      await world.aws.s3.deleteBucketLifecycle(bucketOf(world));
      return undo;
    },
  },
  {
    what: "everything expires after a day",
    red: ["bucket/lifecycle"],
    spoil: async (world) => {
      const undo = await lifecycleKept(world);
      await world.aws.s3.putBucketLifecycleConfiguration({
        ...bucketOf(world),
        LifecycleConfiguration: {
          Rules: [{ ID: "Expire", Status: "Enabled", Filter: { Prefix: "" }, Expiration: { Days: 1 } }],
        },
      });
      return undo;
    },
  },
  {
    what: "access logs are off",
    red: ["bucket/access-logs"],
    spoil: (world) => logging(world),
  },
  {
    what: "access logs go into the bucket of the exports",
    red: ["bucket/access-logs"],
    spoil: (world) => logging(world, world.outputs.bucketName),
  },
  {
    what: "the log bucket's policy lets a stranger read",
    red: ["logs/policy"],
    spoil: async (world) => {
      const Bucket = await logBucketOf(world);
      const reading = allow("s3:GetObject", `arn:aws:s3:::${Bucket}/*`, STRANGER);
      return rewrite(bucketPolicy(world, Bucket), widened(reading));
    },
  },
  {
    what: "a public access block of the log bucket is off",
    red: ["logs/public-access"],
    spoil: async (world) => privacy(world, { BlockPublicPolicy: false }, await logBucketOf(world)),
  },
];

/** Of a bucket with a lock. */
export const lockSabotages: readonly Sabotage[] = [
  {
    what: "the default retention is gone",
    red: ["bucket/object-lock"],
    spoil: (world) => lock(world),
  },
  {
    what: "objects are locked for ten years",
    red: ["bucket/object-lock"],
    spoil: (world) => lock(world, { Mode: "COMPLIANCE", Years: 10 }),
  },
];

/** Names the bucket of the exports to S3. */
export function bucketOf({ outputs }: World): { Bucket: string } {
  return { Bucket: outputs.bucketName };
}

async function logBucketOf(world: World): Promise<string> {
  const { LoggingEnabled } = await world.aws.s3.getBucketLogging(bucketOf(world));
  return LoggingEnabled?.TargetBucket ?? assert.fail("there are no access logs");
}

function bucketPolicy({ aws: { s3 }, outputs }: World, Bucket = outputs.bucketName): Kept {
  return {
    read: async () => (await s3.getBucketPolicy({ Bucket })).Policy,
    write: (Policy) => s3.putBucketPolicy({ Bucket, Policy }),
  };
}

async function privacy(
  world: World,
  off: Readonly<Record<string, boolean>>,
  Bucket = world.outputs.bucketName,
): Promise<Undo> {
  const all = {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  };
  await world.aws.s3.putPublicAccessBlock({
    Bucket,
    PublicAccessBlockConfiguration: { ...all, ...off },
  });
  return () => privacy(world, {}, Bucket);
}

function ownership(world: World, ObjectOwnership: "ObjectWriter" | "BucketOwnerEnforced") {
  return world.aws.s3.putBucketOwnershipControls({
    ...bucketOf(world),
    OwnershipControls: { Rules: [{ ObjectOwnership }] },
  });
}

function versioning(world: World, Status: "Enabled" | "Suspended") {
  return world.aws.s3.putBucketVersioning({ ...bucketOf(world), VersioningConfiguration: { Status } });
}

async function encryption(world: World, SSEAlgorithm: ServerSideEncryption) {
  const { s3 } = world.aws;
  const { ServerSideEncryptionConfiguration } = await s3.getBucketEncryption(bucketOf(world));
  await s3.putBucketEncryption({
    ...bucketOf(world),
    ServerSideEncryptionConfiguration: {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm } }],
    },
  });
  return () => s3.putBucketEncryption({ ...bucketOf(world), ServerSideEncryptionConfiguration });
}

async function lifecycleKept(world: World) {
  const { s3 } = world.aws;
  const { Rules } = await s3.getBucketLifecycleConfiguration(bucketOf(world));
  return () => s3.putBucketLifecycleConfiguration({ ...bucketOf(world), LifecycleConfiguration: { Rules } });
}

async function logging(world: World, TargetBucket?: string) {
  const { s3 } = world.aws;
  const { LoggingEnabled } = await s3.getBucketLogging(bucketOf(world));
  const put = (target: typeof LoggingEnabled) =>
    s3.putBucketLogging({ ...bucketOf(world), BucketLoggingStatus: { LoggingEnabled: target } });
  await put(TargetBucket === undefined ? undefined : { TargetBucket, TargetPrefix: "logs/" });
  return () => put(LoggingEnabled);
}

async function lock(world: World, DefaultRetention?: { Mode: "COMPLIANCE"; Years: number }) {
  const { s3 } = world.aws;
  const { ObjectLockConfiguration } = await s3.getObjectLockConfiguration(bucketOf(world));
  await s3.putObjectLockConfiguration({
    ...bucketOf(world),
    ObjectLockConfiguration: {
      ObjectLockEnabled: "Enabled",
      ...(DefaultRetention && { Rule: { DefaultRetention } }),
    },
  });
  return () => s3.putObjectLockConfiguration({ ...bucketOf(world), ObjectLockConfiguration });
}
