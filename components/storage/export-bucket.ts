import * as s3 from "@pulumi/aws/s3";
import type { input } from "@pulumi/aws/types";
import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";
import { knownInputs, type LifecycleArgs, type ObjectLockArgs, type PublicAccessBlock } from "../arguments";
import { AccessLogBucket } from "./access-log-bucket";
import { createPrivateBucket } from "./private-bucket";

/** What the bucket of the exports is, or which existing one takes its place. */
export interface ExportBucketArgs {
  /** Name of a bucket that exists; what follows is its owner's then. @default a bucket of this stack's own */
  readonly existingBucket?: pulumi.Input<string>;
  readonly exportPrefix: string;
  readonly lifecycle: LifecycleArgs;
  /** @default none */
  readonly objectLock?: ObjectLockArgs;
  /** Days for which S3's access logs are kept. @default none are written */
  readonly accessLogDays?: number;
  /** Who blocks public access. @default bucket */
  readonly publicAccessBlock?: PublicAccessBlock | undefined;
  /** Whether destroying the stack may empty the bucket first. */
  readonly forceDestroy: boolean;
  /** Whether Pulumi refuses to delete what holds data or an identity that others name. @default false */
  readonly protect?: boolean;
  /** Physical name. */
  readonly bucketName: pulumi.Input<string>;
  readonly account: Account;
  /** CloudWatch's request metrics of the exports, which cost by the metric. */
  readonly requestMetrics: boolean;
  /** Key for SSE-KMS. @default SSE-S3 */
  readonly kmsKeyArn?: pulumi.Input<string>;
}

/** Id of the metrics configuration of all exports, by which CloudWatch knows their request metrics. */
export const REQUEST_METRICS = "BraintrustExports";
const ARCHIVE_TIERS = "BraintrustExports";

/** Step 1: where Braintrust's exports land. An existing bucket is looked up and left as it is. */
export class ExportBucket extends pulumi.ComponentResource {
  /** Bucket that exports land in. */
  public readonly bucketName: pulumi.Output<string>;
  /** Its ARN. */
  public readonly bucketArn: pulumi.Output<string>;
  /** Bucket of the access logs, if there are any. */
  public readonly accessLogBucketName?: pulumi.Output<string>;
  /** What a bucket policy depends on; of an existing bucket, nothing. */
  public readonly dependencies: pulumi.Resource[];
  /** What a replication depends on; of an existing bucket, nothing. */
  public readonly versioning: pulumi.Resource[];

  public constructor(name: string, args: ExportBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("braintrust-snowflake:index:ExportBucket", name, knownInputs(args), opts);
    if (args.existingBucket !== undefined) {
      const existing = s3.getBucketOutput({ bucket: args.existingBucket }, { parent: this });
      this.bucketName = existing.bucket;
      this.bucketArn = existing.arn;
      this.dependencies = [];
      this.versioning = [];
    } else {
      const { bucket, dependencies, versioning, accessLogs } = createExportBucket(name, args, this);
      this.accessLogBucketName = accessLogs?.bucketName;
      this.bucketName = bucket.bucket;
      this.bucketArn = bucket.arn;
      this.dependencies = dependencies;
      this.versioning = [versioning];
    }
    this.registerOutputs({ bucketName: this.bucketName, bucketArn: this.bucketArn });
  }
}

function createExportBucket(name: string, args: ExportBucketArgs, parent: pulumi.Resource) {
  const { bucket, dependencies, versioning } = createPrivateBucket(name, args, parent);
  const rules = lifecycleRules(args.exportPrefix, args.lifecycle);
  if (rules.length > 0) {
    new s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      { bucket: bucket.bucket, rules },
      { parent, dependsOn: versioning },
    );
  }
  const tierings = archiveTiers(args.lifecycle);
  if (tierings.length > 0) {
    new s3.BucketIntelligentTieringConfiguration(
      `${name}-archive-tiers`,
      { bucket: bucket.bucket, name: ARCHIVE_TIERS, filter: { prefix: args.exportPrefix }, tierings },
      { parent },
    );
  }
  if (args.requestMetrics) {
    new s3.BucketMetric(
      `${name}-metrics`,
      { bucket: bucket.bucket, name: REQUEST_METRICS, filter: { prefix: args.exportPrefix } },
      { parent },
    );
  }
  if (args.objectLock !== undefined) {
    const { mode, days } = args.objectLock;
    // Set here and not on the bucket: there, turning the lock on would replace the bucket and lose its objects.
    new s3.BucketObjectLockConfiguration(
      `${name}-lock`,
      { bucket: bucket.bucket, rule: { defaultRetention: { mode, days } } },
      { parent, dependsOn: versioning },
    );
  }
  let accessLogs: AccessLogBucket | undefined;
  if (args.accessLogDays !== undefined) {
    accessLogs = new AccessLogBucket(
      `${name}-access-logs`,
      {
        sourceBucket: bucket.bucket,
        sourceBucketArn: bucket.arn,
        account: args.account,
        retentionDays: args.accessLogDays,
        publicAccessBlock: args.publicAccessBlock,
        forceDestroy: args.forceDestroy,
        protect: args.protect,
      },
      { parent },
    );
  }
  return { bucket, dependencies, versioning, accessLogs };
}

type LifecycleRule = input.s3.BucketLifecycleConfigurationRule;
type Transition = input.s3.BucketLifecycleConfigurationRuleTransition;

/** Lifecycle of the exports alone: whatever else the bucket holds keeps its class. Empty where nothing is asked for. */
export function lifecycleRules(exportPrefix: string, lifecycle: LifecycleArgs): LifecycleRule[] {
  const { profile, expireDays, noncurrentDays, abortMultipartDays, minimumObjectSizeBytes } = lifecycle;
  if (profile === "none" && expireDays === undefined) return [];
  const transitions = lifecycleTransitions(lifecycle);
  const bySize = minimumObjectSizeBytes !== undefined && transitions.length > 0;
  return [
    {
      id: "BraintrustDataLifecycle",
      status: "Enabled",
      filter: { prefix: exportPrefix },
      ...(transitions.length > 0 && !bySize ? { transitions } : {}),
      ...(expireDays === undefined ? {} : { expiration: { days: expireDays } }),
      noncurrentVersionExpiration: { noncurrentDays },
      abortIncompleteMultipartUpload: { daysAfterInitiation: abortMultipartDays },
    },
    // A filter by size takes the place of S3's 128 KB, and a rule with one aborts no upload:
    // docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
    ...(bySize
      ? [
          {
            id: "BraintrustDataTransitions",
            status: "Enabled",
            filter: { and: { prefix: exportPrefix, objectSizeGreaterThan: minimumObjectSizeBytes - 1 } },
            transitions,
          },
        ]
      : []),
  ];
}

function lifecycleTransitions(lifecycle: LifecycleArgs): Transition[] {
  switch (lifecycle.profile) {
    case "archive":
      return [
        { days: lifecycle.standardIaDays, storageClass: "STANDARD_IA" },
        { days: lifecycle.glacierDays, storageClass: "GLACIER" },
        { days: lifecycle.deepArchiveDays, storageClass: "DEEP_ARCHIVE" },
      ];
    case "instant":
      return lifecycle.intelligentTiering
        ? [{ days: 0, storageClass: "INTELLIGENT_TIERING" }]
        : [
            { days: lifecycle.standardIaDays, storageClass: "STANDARD_IA" },
            { days: lifecycle.glacierIrDays, storageClass: "GLACIER_IR" },
          ];
    case "none":
      return [];
  }
}

/** A tier of Intelligent-Tiering's, and the days without a read that lead there. */
export interface ArchiveTier {
  readonly accessTier: "ARCHIVE_ACCESS" | "DEEP_ARCHIVE_ACCESS";
  readonly days: number;
}

/** Intelligent-Tiering's archives, which it has only where they are asked for. */
export function archiveTiers({
  archiveAccessDays,
  deepArchiveAccessDays,
}: Pick<LifecycleArgs, "archiveAccessDays" | "deepArchiveAccessDays">): ArchiveTier[] {
  const tier = (accessTier: ArchiveTier["accessTier"], days: number | undefined) =>
    days === undefined ? [] : [{ accessTier, days }];
  return [
    ...tier("ARCHIVE_ACCESS", archiveAccessDays),
    ...tier("DEEP_ARCHIVE_ACCESS", deepArchiveAccessDays),
  ];
}
