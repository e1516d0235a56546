import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";

/** What a trail and what belongs to it are called, known before they exist: policies name them, and awsx asks for them. */
export interface AuditNames {
  readonly trailName: string;
  readonly trailArn: pulumi.Output<string>;
  readonly logGroupName: string;
  readonly logGroupArn: pulumi.Output<string>;
  readonly bucketName: pulumi.Output<string>;
  readonly bucketArn: pulumi.Output<string>;
}

/** A bucket's name is at most 63 characters: "braintrust-audit-", the account's 12 and a hyphen leave these. */
const LONGEST_SUFFIX = 33;

/** Names of the trail, its log group and the bucket of its log files. Buckets take no capitals and no "_". */
export function auditNames(
  trailName: string,
  suffix: string,
  { accountId, region, partition }: Account,
): AuditNames {
  const logGroupName = `/aws/cloudtrail/${trailName}`;
  const plainSuffix = suffix.toLowerCase().replaceAll("_", "-").slice(0, LONGEST_SUFFIX);
  const bucketName = pulumi.interpolate`braintrust-audit-${plainSuffix}-${accountId}`;
  return {
    trailName,
    trailArn: pulumi.interpolate`arn:${partition}:cloudtrail:${region}:${accountId}:trail/${trailName}`,
    logGroupName,
    logGroupArn: pulumi.interpolate`arn:${partition}:logs:${region}:${accountId}:log-group:${logGroupName}`,
    bucketName,
    bucketArn: pulumi.interpolate`arn:${partition}:s3:::${bucketName}`,
  };
}
