import type * as iam from "@pulumi/aws/iam";
import * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";
import { knownInputs } from "../arguments";
import { alertServices, dnsSuffix } from "../settings/partitions";
import { allowKey } from "./encryption-key";

/** A trail and its log group that lie under the key. */
export interface EncryptedTrail {
  readonly trailArn: pulumi.Input<string>;
  readonly logGroupArn: pulumi.Input<string>;
}

/** Who may use the key. */
export interface EncryptionKeyPolicyArgs {
  /** Not the ARN: the provider reads the id back, and would see a difference for ever. */
  readonly keyId: pulumi.Input<string>;
  readonly keyArn: pulumi.Input<string>;
  readonly account: Account;
  readonly bucketArn: pulumi.Input<string>;
  /** Writes exports: GenerateDataKey, and Decrypt for multipart uploads. */
  readonly writerArn: pulumi.Input<string>;
  /** Read exports: Decrypt. */
  readonly readerArns: readonly pulumi.Input<string>[];
  /** The topic of the events lies under this key, so S3 must be able to publish with it. */
  readonly encryptsTopic: boolean;
  /** The topic of alerts lies under this key, so those who alert must be able to publish with it. */
  readonly encryptsAlerts: boolean;
  /** The trail whose files, and the log group whose events, lie under this key. @default none */
  readonly audit?: EncryptedTrail | undefined;
}

/** The one policy of the key. Nobody can decrypt exports but the writer and the readers, whatever IAM says elsewhere. */
export class EncryptionKeyPolicy extends pulumi.ComponentResource {
  public constructor(name: string, args: EncryptionKeyPolicyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("braintrust-snowflake:index:EncryptionKeyPolicy", name, knownInputs(args), opts);
    new kms.KeyPolicy(
      name,
      {
        keyId: args.keyId,
        policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: keyStatements(args) }),
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}

/** Every statement of the key's policy. */
export function keyStatements(args: Omit<EncryptionKeyPolicyArgs, "keyId">): iam.PolicyStatement[] {
  const { keyArn, account, writerArn, readerArns } = args;
  return [
    allowAdministration(keyArn, account),
    {
      ...allowKey("EncryptExports", keyArn, ["kms:Decrypt", "kms:GenerateDataKey"], account),
      Principal: { AWS: writerArn },
    },
    ...(readerArns.length === 0
      ? []
      : [
          {
            ...allowKey("DecryptExports", keyArn, ["kms:Decrypt"], account),
            Principal: { AWS: [...readerArns] },
          },
        ]),
    ...(args.encryptsTopic ? [allowPublishing(args)] : []),
    ...(args.encryptsAlerts ? [allowAlerts(args)] : []),
    ...(args.audit === undefined ? [] : auditKeyStatements(keyArn, account, args.audit)),
  ];
}

/** The account's own administrators keep the key, so that nobody is locked out. They cannot read with it. */
function allowAdministration(
  keyArn: pulumi.Input<string>,
  { accountId, partition }: Account,
): iam.PolicyStatement {
  return {
    Sid: "AdministerKey",
    Effect: "Allow",
    Principal: { AWS: pulumi.interpolate`arn:${partition}:iam::${accountId}:root` },
    Action: [
      "kms:CancelKeyDeletion",
      "kms:CreateAlias",
      "kms:DeleteAlias",
      "kms:DescribeKey",
      "kms:DisableKey",
      "kms:DisableKeyRotation",
      "kms:EnableKey",
      "kms:EnableKeyRotation",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListGrants",
      "kms:ListKeyPolicies",
      "kms:ListKeyRotations",
      "kms:ListResourceTags",
      "kms:PutKeyPolicy",
      "kms:RevokeGrant",
      "kms:RotateKeyOnDemand",
      "kms:ScheduleKeyDeletion",
      "kms:TagResource",
      "kms:UntagResource",
      "kms:UpdateAlias",
      "kms:UpdateKeyDescription",
    ],
    Resource: keyArn,
  };
}

/** docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html */
function allowPublishing({
  keyArn,
  account,
  bucketArn,
}: Pick<EncryptionKeyPolicyArgs, "keyArn" | "account" | "bucketArn">): iam.PolicyStatement {
  return {
    Sid: "EncryptEvents",
    Effect: "Allow",
    Principal: { Service: "s3.amazonaws.com" },
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: keyArn,
    Condition: {
      StringEquals: { "aws:SourceAccount": account.accountId },
      ArnEquals: { "aws:SourceArn": bucketArn },
    },
  };
}

/** docs.aws.amazon.com/sns/latest/dg/sns-key-management.html, "event sources from AWS services and encrypted topics" */
function allowAlerts({
  keyArn,
  account,
}: Pick<EncryptionKeyPolicyArgs, "keyArn" | "account">): iam.PolicyStatement {
  return {
    Sid: "EncryptAlerts",
    Effect: "Allow",
    Principal: { Service: account.partition.apply(alertServices) },
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: keyArn,
    Condition: { StringEquals: { "aws:SourceAccount": account.accountId } },
  };
}

/**
 * What the stack's key must allow a trail and its log group, and the account's own readers of log files:
 * docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html and
 * docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
function auditKeyStatements(
  keyArn: pulumi.Input<string>,
  { accountId, region, partition }: Account,
  { trailArn, logGroupArn }: EncryptedTrail,
): iam.PolicyStatement[] {
  const cloudTrail = { Service: "cloudtrail.amazonaws.com" };
  const logs = pulumi.all([region, partition]).apply(([name, kind]) => `logs.${name}.${dnsSuffix(kind)}`);
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
