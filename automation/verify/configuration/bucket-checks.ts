import { isDeepStrictEqual } from "node:util";
import type { LifecycleRule } from "@aws-sdk/client-s3";
import { statementText } from "../../../components/settings/statement-text";
import { bucketStatements, foreignEncryption } from "../../../components/storage/bucket-policy";
import { lifecycleRules } from "../../../components/storage/export-bucket";
import { orAbsent } from "../../aws/aws-errors";
import { type Check, fail, judge, pass, type Verdict } from "../check";
import type { Aws } from "../clients";
import { askedStatements, comparePolicies, differenceWords, parsePolicy, settled } from "../policies";
import { repair, type Subject } from "../subject";

/** The bucket as it is, against what the stack expects. Of a bucket that was there before, its policy, and the account's block if the settings rely on it. */
export function bucketChecks(subject: Subject, aws: Aws): Check[] {
  const { existingBucket, publicAccessBlock } = subject.settings;
  const privacy = privacyCheck(subject, aws, {
    id: "bucket/public-access",
    bucket: subject.outputs.bucketName,
  });
  const checks = [policyCheck(subject, aws)];
  if (existingBucket !== undefined) return publicAccessBlock === "account" ? [privacy, ...checks] : checks;
  return [
    privacy,
    ownershipCheck(subject, aws),
    encryptionCheck(subject, aws),
    versioningCheck(subject, aws),
    lifecycleCheck(subject, aws),
    lockCheck(subject, aws),
    ...(subject.settings.accessLogs.enabled ? [loggingCheck(subject, aws)] : []),
    ...checks,
  ];
}

/** What makes a bucket private whatever its policy says. */
const blocks = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"] as const;

/** Of a bucket, or of the account where the settings leave public access to it. */
export function privacyCheck(
  subject: Subject,
  { s3, s3Control }: Pick<Aws, "s3" | "s3Control">,
  { id, bucket }: { readonly id: string; readonly bucket: string },
): Check {
  const byAccount = subject.settings.publicAccessBlock === "account";
  const AccountId = subject.accountId;
  return {
    id,
    title: `All four public access blocks of ${byAccount ? "the account" : bucket} are on`,
    needs: [byAccount ? "s3:GetAccountPublicAccessBlock" : "s3:GetBucketPublicAccessBlock"],
    run: async () => {
      const answer = await orAbsent(
        byAccount
          ? s3Control.getPublicAccessBlock({ AccountId })
          : s3.getPublicAccessBlock({ Bucket: bucket, ExpectedBucketOwner: AccountId }),
        "NoSuchPublicAccessBlockConfiguration",
      );
      const off = blocks.filter((block) => answer?.PublicAccessBlockConfiguration?.[block] !== true);
      return judge(
        off.length === 0 ? [] : [`off: ${off.join(", ")}`],
        "all four are on",
        byAccount
          ? "let your organization turn them on for the account, or set publicAccessBlock to bucket"
          : repair(subject),
      );
    },
  };
}

function ownershipCheck(subject: Subject, { s3 }: Aws): Check {
  return {
    id: "bucket/ownership",
    title: "Access control lists are off",
    needs: ["s3:GetBucketOwnershipControls"],
    run: async () => {
      const answer = await orAbsent(
        s3.getBucketOwnershipControls(bucketOf(subject)),
        "OwnershipControlsNotFoundError",
      );
      const found = answer?.OwnershipControls?.Rules?.map((rule) => rule.ObjectOwnership) ?? [];
      return same(found.join(", ") || "none", "BucketOwnerEnforced", "object ownership", subject);
    },
  };
}

function encryptionCheck(subject: Subject, { s3 }: Aws): Check {
  const { kmsKeyArn } = subject.outputs;
  const asked =
    kmsKeyArn === undefined
      ? { algorithm: "AES256" }
      : { algorithm: "aws:kms", key: kmsKeyArn, bucketKey: true };
  return {
    id: "bucket/encryption",
    title:
      kmsKeyArn === undefined
        ? "New objects are encrypted by S3"
        : "New objects are encrypted by the stack's key",
    needs: ["s3:GetEncryptionConfiguration"],
    run: async () => {
      const answer = await orAbsent(
        s3.getBucketEncryption(bucketOf(subject)),
        "ServerSideEncryptionConfigurationNotFoundError",
      );
      const [rule] = answer?.ServerSideEncryptionConfiguration?.Rules ?? [];
      const byDefault = rule?.ApplyServerSideEncryptionByDefault;
      const found = {
        algorithm: byDefault?.SSEAlgorithm ?? "none",
        ...(byDefault?.KMSMasterKeyID === undefined ? {} : { key: byDefault.KMSMasterKeyID }),
        ...(kmsKeyArn === undefined ? {} : { bucketKey: rule?.BucketKeyEnabled === true }),
      };
      return same(found, asked, "default encryption", subject);
    },
  };
}

function versioningCheck(subject: Subject, { s3 }: Aws): Check {
  return {
    id: "bucket/versioning",
    title: "Overwritten and deleted objects are kept as versions",
    needs: ["s3:GetBucketVersioning"],
    run: async () => {
      const { Status } = await s3.getBucketVersioning(bucketOf(subject));
      return same(Status ?? "never enabled", "Enabled", "versioning", subject);
    },
  };
}

function lifecycleCheck(subject: Subject, { s3 }: Aws): Check {
  const { exportPrefix, lifecycle } = subject.settings;
  return {
    id: "bucket/lifecycle",
    title: "Objects move and expire as asked, and no other way",
    needs: ["s3:GetLifecycleConfiguration"],
    run: async () => {
      const answer = await orAbsent(
        s3.getBucketLifecycleConfiguration(bucketOf(subject)),
        "NoSuchLifecycleConfiguration",
      );
      const asked = await settled(lifecycleRules(exportPrefix, lifecycle));
      return same((answer?.Rules ?? []).map(ruleShape), asked, "lifecycle rules", subject);
    },
  };
}

/** A rule as the program spells it; what AWS adds that the program never asks for is kept, and so stands out. */
function ruleShape(rule: LifecycleRule): unknown {
  const { ID, Status, Filter, Transitions, Expiration, NoncurrentVersionExpiration, ...rest } = rule;
  const { AbortIncompleteMultipartUpload, Prefix, ...others } = rest;
  return withoutAbsent({
    id: ID,
    status: Status,
    filter: filterShape(Filter, Prefix),
    transitions: Transitions?.map(({ Days, StorageClass }) => ({ days: Days, storageClass: StorageClass })),
    expiration: Expiration && { days: Expiration.Days },
    noncurrentVersionExpiration: NoncurrentVersionExpiration && {
      noncurrentDays: NoncurrentVersionExpiration.NoncurrentDays,
    },
    abortIncompleteMultipartUpload: AbortIncompleteMultipartUpload && {
      daysAfterInitiation: AbortIncompleteMultipartUpload.DaysAfterInitiation,
    },
    ...others,
  });
}

/** S3 says a prefix alone by itself, and one with a size as both. What else a filter has the program never asks for. */
function filterShape(filter: LifecycleRule["Filter"], formerPrefix: string | undefined): unknown {
  const { Prefix = formerPrefix, And, ...others } = filter ?? {};
  if (And === undefined) return { prefix: Prefix, ...others };
  const { Prefix: prefix, ObjectSizeGreaterThan, ...further } = And;
  const rest = { ...others, ...further };
  return ObjectSizeGreaterThan === undefined
    ? { prefix, ...rest }
    : { and: { prefix, objectSizeGreaterThan: ObjectSizeGreaterThan, ...rest } };
}

function lockCheck(subject: Subject, { s3 }: Aws): Check {
  const { objectLock } = subject.settings;
  return {
    id: "bucket/object-lock",
    title: objectLock === undefined ? "No default retention locks objects" : "Objects are locked as asked",
    needs: ["s3:GetBucketObjectLockConfiguration"],
    run: async () => {
      const answer = await orAbsent(
        s3.getObjectLockConfiguration(bucketOf(subject)),
        "ObjectLockConfigurationNotFoundError",
      );
      const retention = answer?.ObjectLockConfiguration?.Rule?.DefaultRetention;
      const found = retention === undefined ? "none" : { mode: retention.Mode, days: retention.Days };
      const asked = objectLock === undefined ? "none" : { mode: objectLock.mode, days: objectLock.days };
      return same(found, asked, "default retention", subject);
    },
  };
}

function loggingCheck(subject: Subject, { s3 }: Aws): Check {
  const { logBucket, outputs } = subject;
  return {
    id: "bucket/access-logs",
    title: "Each access is logged into the stack's log bucket",
    needs: ["s3:GetBucketLogging"],
    run: async () => {
      const { LoggingEnabled } = await s3.getBucketLogging(bucketOf(subject));
      const target = LoggingEnabled?.TargetBucket;
      if (target === undefined) return fail("access logs are off", repair(subject));
      const known = logBucket === undefined ? target !== outputs.bucketName : target === logBucket;
      return known
        ? pass(`delivered to ${target}`)
        : fail(`delivered to ${target}, expected ${logBucket ?? "another bucket"}`, repair(subject));
    },
  };
}

function policyCheck(subject: Subject, { s3 }: Aws): Check {
  const { crossAccountReaders, exportPrefix, existingBucket, bucketPolicyStatements } = subject.settings;
  const { bucketArn, kmsKeyArn } = subject.outputs;
  return {
    id: "bucket/policy",
    title: "The bucket policy says what was asked, and nothing else",
    needs: ["s3:GetBucketPolicy"],
    run: async () => {
      const answer = await orAbsent(s3.getBucketPolicy(bucketOf(subject)), "NoSuchBucketPolicy");
      const asked = await askedStatements(
        bucketStatements({
          bucketArn,
          crossAccountReaders,
          exportPrefix,
          foreignEncryption: foreignEncryption(existingBucket, kmsKeyArn),
          owner: subject.owner,
          statements: bucketPolicyStatements.map(statementText),
          kmsKeyArn,
        }),
      );
      const { missing, unexpected } = comparePolicies(parsePolicy(answer?.Policy), asked);
      // Of a bucket that others use too, the other statements are theirs.
      const shared = existingBucket !== undefined;
      const others = shared && unexpected.length > 0 ? `; of others: ${unexpected.join(", ")}` : "";
      return judge(
        differenceWords({ missing, unexpected: shared ? [] : unexpected }),
        shared
          ? `the ${asked.length} expected statements${others}`
          : `the ${asked.length} expected statements, and no other`,
        repair(subject),
      );
    },
  };
}

function bucketOf({ outputs, accountId }: Subject): { Bucket: string; ExpectedBucketOwner: string } {
  return { Bucket: outputs.bucketName, ExpectedBucketOwner: accountId };
}

/** A list is said by its length where it is as asked, and whole where it is not. */
function same(found: unknown, asked: unknown, what: string, subject: Subject): Verdict {
  const words = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  return isDeepStrictEqual(found, asked)
    ? pass(`${what}: ${Array.isArray(found) ? `${found.length}, as asked` : words(found)}`)
    : fail(`${what}: ${words(found)}, expected ${words(asked)}`, repair(subject));
}

function withoutAbsent(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
