import * as iam from "@pulumi/aws/iam";
import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import { knownInputs, type ReplicationArgs } from "../arguments";
import { allowBucket, allowObjects, withinAccount } from "../storage/allow-statements";
import { allowKey } from "../storage/encryption-key";
import type { ExportAccessArgs } from "./export-access";

/** What is replicated, and who does it. */
export interface BucketReplicationArgs extends ExportAccessArgs {
  readonly destination: ReplicationArgs;
  readonly roleName: string;
  readonly bucketName: pulumi.Input<string>;
  /** Whether exports are locked: S3 then replicates the locks too. */
  readonly locked: boolean;
  /** The bucket's versioning, without which S3 refuses the configuration. */
  readonly dependsOn: readonly pulumi.Resource[];
}

/** Id of the one rule of the replication configuration. */
const REPLICATION_RULE = "BraintrustExports";

/** Exports copied to a bucket that exists elsewhere, by a role that S3 assumes. */
export class BucketReplication extends pulumi.ComponentResource {
  /** Role that the destination's policy must allow. */
  public readonly roleArn: pulumi.Output<string>;

  public constructor(name: string, args: BucketReplicationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("braintrust-snowflake:index:BucketReplication", name, knownInputs(args), opts);
    const role = new iam.Role(
      `${name}-role`,
      {
        name: args.roleName,
        path: args.iam?.path,
        permissionsBoundary: args.iam?.permissionsBoundaryArn,
        description: "Assumed by S3 to replicate Braintrust exports",
        assumeRolePolicy: pulumi.jsonStringify({
          Version: "2012-10-17",
          Statement: [
            { Effect: "Allow", Principal: { Service: "s3.amazonaws.com" }, Action: "sts:AssumeRole" },
          ],
        }),
      },
      { parent: this, protect: args.protect },
    );
    const rights = new iam.RolePolicy(
      `${name}-rights`,
      {
        role: role.name,
        policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: replicationStatements(args) }),
      },
      { parent: this },
    );
    new s3.BucketReplicationConfig(
      name,
      { bucket: args.bucketName, role: role.arn, rules: [replicationRule(args)] },
      { parent: this, dependsOn: [rights, ...args.dependsOn] },
    );
    this.roleArn = role.arn;
    this.registerOutputs({ roleArn: this.roleArn });
  }
}

/**
 * Objects below the prefix, without deletions: what was deleted here stays there. An object under a KMS key is left out unless the
 * rule names the key of its replica; one under S3's own keys has a replica under those, whatever the destination's default is.
 * docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
 */
export function replicationRule({
  destination,
  exportPrefix,
  kmsKeyArn,
}: Pick<BucketReplicationArgs, "destination" | "exportPrefix" | "kmsKeyArn">) {
  const { bucketArn, accountId, storageClass, kmsKeyArn: replicaKmsKeyId } = destination;
  const encrypted = kmsKeyArn !== undefined && replicaKmsKeyId !== undefined;
  return {
    id: REPLICATION_RULE,
    status: "Enabled",
    priority: 1,
    filter: { prefix: exportPrefix },
    deleteMarkerReplication: { status: "Disabled" },
    ...(encrypted ? { sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } } } : {}),
    destination: {
      bucket: bucketArn,
      ...(storageClass === undefined ? {} : { storageClass }),
      ...(accountId === undefined
        ? {}
        : { account: accountId, accessControlTranslation: { owner: "Destination" } }),
      ...(encrypted ? { encryptionConfiguration: { replicaKmsKeyId } } : {}),
    },
  };
}

/** docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html */
function replicationStatements(
  args: Pick<
    BucketReplicationArgs,
    "destination" | "exportPrefix" | "bucketArn" | "locked" | "account" | "kmsKeyArn"
  >,
): iam.PolicyStatement[] {
  const { destination, exportPrefix, bucketArn, account, kmsKeyArn } = args;
  const reads = ["s3:GetObjectVersionAcl", "s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging"];
  const locks = args.locked ? ["s3:GetObjectLegalHold", "s3:GetObjectRetention"] : [];
  const owner = destination.accountId === undefined ? [] : ["s3:ObjectOwnerOverrideToBucketOwner"];
  const { kmsKeyArn: replicaKey } = destination;
  return [
    ...withinAccount(
      [
        allowBucket("ReadReplication", bucketArn, ["s3:GetReplicationConfiguration", "s3:ListBucket"]),
        allowObjects("ReadVersions", bucketArn, [exportPrefix], [...reads, ...locks]),
      ],
      account,
    ),
    allowObjects(
      "WriteReplicas",
      destination.bucketArn,
      [exportPrefix],
      ["s3:ReplicateObject", "s3:ReplicateTags", ...owner],
    ),
    ...(kmsKeyArn === undefined || replicaKey === undefined
      ? []
      : [
          allowKey("DecryptVersions", kmsKeyArn, ["kms:Decrypt"], account),
          allowKey("EncryptReplicas", replicaKey, ["kms:Encrypt", "kms:GenerateDataKey"], {
            ...account,
            region: pulumi.output(replicaKey).apply((arn) => arn.split(":")[3] ?? ""),
          }),
        ]),
  ];
}
