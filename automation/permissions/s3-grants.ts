import type { Grant, Place } from "./grant";

/** A resource's inputs, as far as they say what it is in AWS. */
type Inputs = Readonly<Record<string, unknown>>;

/** Suffix that an action of S3 has for each resource that is a part of a bucket's configuration. */
const configurations: Readonly<Record<string, string>> = {
  BucketIntelligentTieringConfiguration: "IntelligentTieringConfiguration",
  BucketLifecycleConfiguration: "LifecycleConfiguration",
  BucketLogging: "BucketLogging",
  BucketMetric: "MetricsConfiguration",
  BucketNotification: "BucketNotification",
  BucketObjectLockConfiguration: "BucketObjectLockConfiguration",
  BucketOwnershipControls: "BucketOwnershipControls",
  BucketPolicy: "BucketPolicy",
  BucketPublicAccessBlock: "BucketPublicAccessBlock",
  BucketReplicationConfig: "ReplicationConfiguration",
  BucketServerSideEncryptionConfiguration: "EncryptionConfiguration",
  BucketVersioning: "BucketVersioning",
};

/** What the provider reads of a bucket, whether resources of its own configure it or not. */
const bucketReads = [
  "s3:GetAccelerateConfiguration",
  "s3:GetBucketAcl",
  "s3:GetBucketCORS",
  "s3:GetBucketLocation",
  "s3:GetBucketLogging",
  "s3:GetBucketObjectLockConfiguration",
  "s3:GetBucketPolicy",
  "s3:GetBucketRequestPayment",
  "s3:GetBucketTagging",
  "s3:GetBucketVersioning",
  "s3:GetBucketWebsite",
  "s3:GetEncryptionConfiguration",
  "s3:GetLifecycleConfiguration",
  "s3:GetReplicationConfiguration",
  "s3:ListBucket",
  // `destroy` first looks whether there are objects.
  "s3:ListBucketVersions",
  "s3:ListTagsForResource",
];
const bucketWrites = [
  "s3:CreateBucket",
  "s3:DeleteBucket",
  "s3:PutBucketTagging",
  "s3:TagResource",
  "s3:UntagResource",
];

/** Of one resource of S3; `undefined` where it is unknown here. */
export function s3Grants(kind: string, name: string, inputs: Inputs, place: Place): Grant[] | undefined {
  const bucket = bucketArn(kind, name, inputs, place);
  if (kind === "Bucket") {
    const emptied = {
      read: [],
      write: ["s3:DeleteObject", "s3:DeleteObjectVersion"],
      resources: [`${bucket}/*`],
    };
    const whole = { read: bucketReads, write: bucketWrites, resources: [bucket] };
    return inputs.forceDestroy === true ? [whole, emptied] : [whole];
  }
  const suffix = configurations[kind];
  if (suffix === undefined) return undefined;
  const deletes = kind === "BucketPolicy" ? ["s3:DeleteBucketPolicy"] : [];
  return [{ read: [`s3:Get${suffix}`], write: [`s3:Put${suffix}`, ...deletes], resources: [bucket] }];
}

/** What an existing bucket is looked up by, and what its other users have put there. */
export function existingBucketGrant(bucket: string, { partition }: Place): Grant {
  return {
    read: ["s3:GetBucketLocation", "s3:GetBucketNotification", "s3:GetBucketPolicy", "s3:ListBucket"],
    write: [],
    resources: [`arn:${partition}:s3:::${bucket}`],
  };
}

/** A bucket that Pulumi names has a name that begins with the resource's; the plan shows zeros behind it. */
function bucketArn(kind: string, name: string, { bucket }: Inputs, { partition }: Place): string {
  const given = typeof bucket === "string" ? bucket : kind === "Bucket" ? `${name}-*` : "*";
  return `arn:${partition}:s3:::${given.replace(/-0000000$/, "-*")}`;
}
