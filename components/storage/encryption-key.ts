import type * as iam from "@pulumi/aws/iam";
import * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";
import type { AuditNames } from "../audit/audit-names";
import { auditKeyStatements } from "../audit/trail-bucket-policy";
import { ALERT_SERVICES } from "../monitoring/alert-topic";

/** The key of the exports. Its policy comes with {@link EncryptionKeyPolicy}, once those it names exist. */
export class EncryptionKey extends pulumi.ComponentResource {
  public readonly keyArn: pulumi.Output<string>;
  public readonly keyId: pulumi.Output<string>;

  public constructor(
    name: string,
    args: { readonly stack: string; readonly protect?: boolean },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("braintrust-snowflake:index:EncryptionKey", name, {}, opts);
    const key = new kms.Key(
      name,
      {
        description: `Braintrust exports of stack ${args.stack}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
      },
      { parent: this, protect: args.protect },
    );
    new kms.Alias(
      `${name}-alias`,
      { name: `alias/braintrust-exports-${args.stack}`, targetKeyId: key.keyId },
      { parent: this },
    );
    this.keyArn = key.arn;
    this.keyId = key.keyId;
    this.registerOutputs({ keyArn: this.keyArn });
  }
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
  /** The alert topic lies under this key, so alarms and budgets must be able to publish with it. */
  readonly encryptsAlerts: boolean;
  /** The trail whose files, and the log group whose events, lie under this key. @default none */
  readonly audit?: Pick<AuditNames, "trailArn" | "logGroupArn"> | undefined;
}

/** The one policy of the key. Nobody can decrypt but the writer and the readers, whatever IAM says elsewhere. */
export class EncryptionKeyPolicy extends pulumi.ComponentResource {
  public constructor(name: string, args: EncryptionKeyPolicyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("braintrust-snowflake:index:EncryptionKeyPolicy", name, {}, opts);
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
    ...(args.encryptsAlerts ? [allowAlerts(keyArn, account)] : []),
    ...(args.audit === undefined ? [] : auditKeyStatements(keyArn, account, args.audit)),
  ];
}

/** Use of a key through S3 in the stack's region alone. */
export function allowKey(
  sid: string,
  keyArn: pulumi.Input<string>,
  actions: readonly string[],
  { region, partition }: Account,
): iam.PolicyStatement {
  return {
    Sid: sid,
    Effect: "Allow",
    Action: [...actions],
    Resource: keyArn,
    Condition: { StringEquals: { "kms:ViaService": viaService("s3", region, partition) } },
  };
}

function viaService(
  service: string,
  region: pulumi.Input<string>,
  partition: pulumi.Input<string>,
): pulumi.Output<string> {
  return pulumi
    .all([region, partition])
    .apply(([name, kind]) => `${service}.${name}.amazonaws.com${kind === "aws-cn" ? ".cn" : ""}`);
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
function allowAlerts(keyArn: pulumi.Input<string>, { accountId }: Account): iam.PolicyStatement {
  return {
    Sid: "EncryptAlerts",
    Effect: "Allow",
    Principal: { Service: [...ALERT_SERVICES] },
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: keyArn,
    Condition: { StringEquals: { "aws:SourceAccount": accountId } },
  };
}
