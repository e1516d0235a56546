import type { KMS } from "@aws-sdk/client-kms";
import type { S3 } from "@aws-sdk/client-s3";
import { awsCall } from "../../aws/aws-call";
import { orAbsent } from "../../aws/aws-errors";
import type { FoundBucket } from "../found";
import { tagsOf } from "./identities";

/** The bucket of this name, wherever it is. Of another region only that is said: its parts answer there alone. */
export async function findBucket(s3: S3, kms: KMS, Bucket: string): Promise<FoundBucket | undefined> {
  const head = await awsCall("s3:ListBucket", () =>
    orAbsent(s3.headBucket({ Bucket }), "NotFound", "NoSuchBucket"),
  );
  if (head === undefined) return undefined;
  const ask = <Answer>(action: string, call: Promise<Answer>, ...absences: readonly string[]) =>
    awsCall(action, () => orAbsent(call, ...absences));
  const location = await ask("s3:GetBucketLocation", s3.getBucketLocation({ Bucket }));
  const [
    versioning,
    encryption,
    publicAccess,
    ownership,
    acl,
    lifecycle,
    policy,
    notification,
    logging,
    tagging,
    top,
  ] = await Promise.all([
    ask("s3:GetBucketVersioning", s3.getBucketVersioning({ Bucket })),
    ask(
      "s3:GetEncryptionConfiguration",
      s3.getBucketEncryption({ Bucket }),
      "ServerSideEncryptionConfigurationNotFoundError",
    ),
    ask(
      "s3:GetBucketPublicAccessBlock",
      s3.getPublicAccessBlock({ Bucket }),
      "NoSuchPublicAccessBlockConfiguration",
    ),
    ask(
      "s3:GetBucketOwnershipControls",
      s3.getBucketOwnershipControls({ Bucket }),
      "OwnershipControlsNotFoundError",
    ),
    ask("s3:GetBucketAcl", s3.getBucketAcl({ Bucket })),
    ask(
      "s3:GetLifecycleConfiguration",
      s3.getBucketLifecycleConfiguration({ Bucket }),
      "NoSuchLifecycleConfiguration",
    ),
    ask("s3:GetBucketPolicy", s3.getBucketPolicy({ Bucket }), "NoSuchBucketPolicy"),
    ask("s3:GetBucketNotification", s3.getBucketNotificationConfiguration({ Bucket })),
    ask("s3:GetBucketLogging", s3.getBucketLogging({ Bucket })),
    ask("s3:GetBucketTagging", s3.getBucketTagging({ Bucket }), "NoSuchTagSet"),
    ask("s3:ListBucket", s3.listObjectsV2({ Bucket, Delimiter: "/" })),
  ]);
  const byDefault =
    encryption?.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
  const keyId = byDefault?.KMSMasterKeyID;
  const key = keyId === undefined ? undefined : await findKey(kms, keyId);
  const { $metadata, ...configurations } = notification ?? { $metadata: {} };
  return {
    name: Bucket,
    region: regionOf(location?.LocationConstraint),
    tags: tagsOf(tagging?.TagSet),
    versioning: versioning?.Status,
    encryption: byDefault,
    key,
    blocksPublicAccess: publicAccess !== undefined,
    hasOwnershipControls: ownership !== undefined,
    aclGrantees: (acl?.Grants ?? [])
      .filter(({ Grantee }) => Grantee?.ID === undefined || Grantee.ID !== acl?.Owner?.ID)
      .map(({ Grantee }) => Grantee?.URI ?? Grantee?.ID ?? "another account"),
    lifecycleRules: lifecycle?.Rules ?? [],
    policy: policy?.Policy,
    notification: configurations,
    logging: logging?.LoggingEnabled,
    folders: (top?.CommonPrefixes ?? []).map(({ Prefix = "" }) => Prefix),
    holdsObjects: (top?.KeyCount ?? 0) > 0 || (top?.CommonPrefixes ?? []).length > 0,
  };
}

async function findKey(kms: KMS, KeyId: string): Promise<FoundBucket["key"]> {
  const { KeyMetadata } = await awsCall("kms:DescribeKey", () => kms.describeKey({ KeyId }));
  return { arn: KeyMetadata?.Arn ?? KeyId, managed: KeyMetadata?.KeyManager === "AWS" };
}

/** docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html */
function regionOf(constraint: string | undefined): string {
  if (!constraint) return "us-east-1";
  return constraint === "EU" ? "eu-west-1" : constraint;
}
