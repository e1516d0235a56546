import { type Problem, showValue } from "../problems";
import type { Settings } from "../settings";
import { ENCRYPTED } from "../values";

/** Replications that S3 would refuse, or that would leave every export out. */
export function replicationConflicts(settings: Settings): Problem[] {
  const { replication, existingBucket, bucketName, encryption } = settings;
  if (replication === undefined) return [];
  const { bucketArn, kmsKeyArn } = replication;
  const problem = (key: string, value: unknown, rule: string, fix: string): Problem[] => [
    { key: `replication${key}`, value: showValue(value), rule, fix },
  ];
  if (existingBucket !== undefined) {
    return problem(
      "",
      replication,
      "configures a bucket of this stack's own, with versioning, and existingBucket names one that is not",
      "let the bucket's owner replicate it, or remove existingBucket",
    );
  }
  return [
    ...(bucketName !== undefined && bucketName !== ENCRYPTED && bucketArn.endsWith(`:::${bucketName}`)
      ? problem(".bucketArn", bucketArn, "is the bucket that is replicated", "name another bucket")
      : []),
    // docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
    ...(encryption === "kms" && kmsKeyArn === undefined
      ? problem(
          ".kmsKeyArn",
          kmsKeyArn,
          "is required with encryption kms: S3 replicates no object under a KMS key without a key for its replica",
          "set it to a key in the destination's region whose policy allows the output replicationRoleArn",
        )
      : []),
    ...(encryption === "s3" && kmsKeyArn !== undefined
      ? problem(
          ".kmsKeyArn",
          kmsKeyArn,
          "has no effect with encryption s3: replicas of objects under S3's keys are under S3's keys",
          "set encryption to kms, or remove it",
        )
      : []),
  ];
}
