import type * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";

/** Who a resource policy speaks of; identity policies name nobody. */
type Principal = Pick<iam.PolicyStatement, "Principal">;

/**
 * The same for the account's own buckets alone: a bucket that is deleted frees its name, and its next owner would be sent
 * the exports, or be read from. docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourceaccount
 */
export function withinAccount(
  statements: readonly iam.PolicyStatement[],
  { accountId }: Pick<Account, "accountId">,
): iam.PolicyStatement[] {
  return statements.map((statement) => ({
    ...statement,
    Condition: { ...statement.Condition, StringEquals: { "aws:ResourceAccount": accountId } },
  }));
}

/** Object actions below the prefixes alone. */
export function allowObjects(
  sid: string,
  bucketArn: pulumi.Input<string>,
  prefixes: readonly string[],
  actions: readonly string[],
  principal: Principal = {},
): iam.PolicyStatement {
  return {
    Sid: sid,
    Effect: "Allow",
    ...principal,
    Action: [...actions],
    Resource: prefixes.map((prefix) => pulumi.interpolate`${bucketArn}/${prefix}*`),
  };
}

/**
 * Listing actions that send `s3:prefix`, below the prefixes alone. A prefix may be asked for without its slash.
 * A request without any prefix has no such key, so it is refused: the whole bucket cannot be listed.
 */
export function allowListing(
  sid: string,
  bucketArn: pulumi.Input<string>,
  prefixes: readonly string[],
  actions: readonly string[],
  principal: Principal = {},
): iam.PolicyStatement {
  return {
    ...allowBucket(sid, bucketArn, actions, principal),
    Condition: {
      StringLike: { "s3:prefix": prefixes.flatMap((prefix) => [prefix.replace(/\/$/, ""), `${prefix}*`]) },
    },
  };
}

/**
 * Bucket actions whose requests carry no `s3:prefix`: under such a condition they would never be granted.
 * docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
export function allowBucket(
  sid: string,
  bucketArn: pulumi.Input<string>,
  actions: readonly string[],
  principal: Principal = {},
): iam.PolicyStatement {
  return { Sid: sid, Effect: "Allow", ...principal, Action: [...actions], Resource: bucketArn };
}

/** The read that Snowflake documents: docs.snowflake.com/en/user-guide/data-load-s3-config-storage-integration */
export function allowReading(
  sid: string,
  bucketArn: pulumi.Input<string>,
  prefixes: readonly string[],
  principal: Principal = {},
): iam.PolicyStatement[] {
  return [
    allowObjects(sid, bucketArn, prefixes, ["s3:GetObject", "s3:GetObjectVersion"], principal),
    allowListing(`${sid}List`, bucketArn, prefixes, ["s3:ListBucket"], principal),
    allowBucket(`${sid}Location`, bucketArn, ["s3:GetBucketLocation"], principal),
  ];
}
