import { type Problem, showValue } from "../problems";
import type { Settings } from "../settings";

/** Keys of others that do not go with the bucket: each is for one kind of bucket alone. */
export function keyConflicts({
  existingBucket,
  existingKmsKeyArn,
  kmsKeyArn,
  encryption,
}: Settings): Problem[] {
  const problems: Problem[] = [];
  if (existingKmsKeyArn !== undefined && existingBucket === undefined) {
    problems.push({
      key: "existingKmsKeyArn",
      value: showValue(existingKmsKeyArn),
      rule: "is the key of an existing bucket, and existingBucket names none",
      fix: "name the bucket, or set encryption to kms and kmsKeyArn to the key for a bucket of the stack's own",
    });
  }
  if (kmsKeyArn !== undefined && existingBucket !== undefined) {
    problems.push({
      key: "kmsKeyArn",
      value: showValue(kmsKeyArn),
      rule: "is the key of a bucket that this stack creates, and cannot be used together with existingBucket",
      fix: "set existingKmsKeyArn instead, or remove existingBucket",
    });
  } else if (kmsKeyArn !== undefined && encryption !== "kms") {
    problems.push({
      key: "kmsKeyArn",
      value: showValue(kmsKeyArn),
      rule: `cannot be used with encryption ${encryption}, which uses keys of S3`,
      fix: "set encryption to kms, or remove kmsKeyArn",
    });
  }
  return problems;
}
