import type * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";
import { denyInsecureTransport, denyOldTls } from "../storage/bucket-policy";
import type { AuditNames } from "./audit-names";

/**
 * What the stack's key must allow a trail and its log group, and whoever of the account may read log files:
 * docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html and
 * docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
export function auditKeyStatements(
  keyArn: pulumi.Input<string>,
  { accountId, region, partition }: Account,
  { trailArn, logGroupArn }: Pick<AuditNames, "trailArn" | "logGroupArn">,
): iam.PolicyStatement[] {
  const cloudTrail = { Service: "cloudtrail.amazonaws.com" };
  const logs = pulumi
    .all([region, partition])
    .apply(([name, kind]) => `logs.${name}.amazonaws.com${kind === "aws-cn" ? ".cn" : ""}`);
  return [
    {
      Sid: "EncryptAuditTrail",
      Effect: "Allow",
      Principal: cloudTrail,
      Action: "kms:GenerateDataKey",
      Resource: keyArn,
      Condition: {
        ArnEquals: { "aws:SourceArn": trailArn },
        StringEquals: { "kms:EncryptionContext:aws:cloudtrail:arn": trailArn },
      },
    },
    {
      Sid: "DescribeKeyForAuditTrail",
      Effect: "Allow",
      Principal: cloudTrail,
      Action: "kms:DescribeKey",
      Resource: keyArn,
      Condition: { ArnEquals: { "aws:SourceArn": trailArn } },
    },
    {
      Sid: "ReadAuditTrail",
      Effect: "Allow",
      Principal: { AWS: pulumi.interpolate`arn:${partition}:iam::${accountId}:root` },
      Action: "kms:Decrypt",
      Resource: keyArn,
      Condition: { StringEquals: { "kms:EncryptionContext:aws:cloudtrail:arn": trailArn } },
    },
    {
      Sid: "EncryptAuditLogGroup",
      Effect: "Allow",
      Principal: { Service: logs },
      Action: ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"],
      Resource: keyArn,
      Condition: { StringEquals: { "kms:EncryptionContext:aws:logs:arn": logGroupArn } },
    },
  ];
}

/** The one trail that may write to a log bucket. */
export interface LogBucketOwner {
  readonly bucketArn: string;
  readonly trailArn: string;
  readonly accountId: string;
}

/** A policy document as awsx writes it. */
export interface TrailPolicy {
  readonly Version: string;
  readonly Statement: readonly TrailStatement[];
}

interface TrailStatement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly [other: string]: unknown;
}

/**
 * The policy that awsx gives a trail's log bucket, made strict: CloudTrail may use it for this one trail and write below
 * the account's folder alone, and nobody may use plain HTTP or TLS below 1.2. awsx's own lets any trail of any account in:
 * docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
 *
 * @throws Error where a statement allows something else than what a trail needs, since that would pass unseen.
 */
export function hardenTrailPolicy(policy: TrailPolicy, owner: LogBucketOwner): pulumi.Unwrap<object> {
  const { bucketArn, trailArn, accountId } = owner;
  const hardened = policy.Statement.map((statement) => {
    const actions = [statement.Action].flat();
    const [action] = actions;
    if (statement.Effect !== "Allow" || actions.length !== 1 || action === undefined || !(action in places)) {
      throw new Error(
        `awsx's policy of the log bucket has a statement unknown here: ${JSON.stringify(statement)}`,
      );
    }
    const { ArnEquals, ...conditions } = statement.Condition ?? {};
    return {
      ...statement,
      Resource: `${bucketArn}${places[action]?.(accountId) ?? ""}`,
      Condition: { ...conditions, ArnEquals: { ...ArnEquals, "aws:SourceArn": trailArn } },
    };
  });
  return {
    Version: policy.Version,
    Statement: [...hardened, denyInsecureTransport(bucketArn), denyOldTls(bucketArn)],
  };
}

/** Where in the bucket each action of CloudTrail's is needed. */
const places: Readonly<Record<string, (accountId: string) => string>> = {
  "s3:GetBucketAcl": () => "",
  "s3:PutObject": (accountId) => `/AWSLogs/${accountId}/*`,
};
