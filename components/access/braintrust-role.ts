import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";
import { type BraintrustPermissions, knownInputs } from "../arguments";
import { allowBucket, allowListing, allowObjects, withinAccount } from "../storage/allow-statements";
import { allowKey } from "../storage/encryption-key";
import type { ExportAccessArgs } from "./export-access";
import { IMMUTABLE } from "./policy-description";
import { type Trust, trustPolicy } from "./trust-policy";

/** Where Braintrust writes, and who of Braintrust may. */
export interface BraintrustRoleArgs extends ExportAccessArgs {
  readonly roleName: string;
  readonly policyName: string;
  readonly permissions: BraintrustPermissions;
  /** @default nobody may assume the role */
  readonly trust?: Trust | undefined;
}

/** Step 2: the role that Braintrust assumes to write exports. */
export class BraintrustRole extends pulumi.ComponentResource {
  /** Role that Braintrust assumes. */
  public readonly roleArn: pulumi.Output<string>;

  public constructor(name: string, args: BraintrustRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("braintrust-snowflake:index:BraintrustRole", name, knownInputs(args), opts);
    const role = new iam.Role(
      name,
      {
        name: args.roleName,
        path: args.iam?.path,
        permissionsBoundary: args.iam?.permissionsBoundaryArn,
        description: "Assumed by Braintrust to write its exports",
        assumeRolePolicy: pulumi.jsonStringify(trustPolicy(args.trust)),
      },
      { parent: this, protect: args.protect },
    );
    const policy = new iam.Policy(
      `${name}-policy`,
      {
        name: args.policyName,
        path: args.iam?.path,
        description: "What a Braintrust export needs, below the export prefix alone",
        policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: exportStatements(args) }),
      },
      { parent: this, ignoreChanges: [...IMMUTABLE] },
    );
    new iam.RolePolicyAttachment(
      `${name}-attachment`,
      { role: role.name, policyArn: policy.arn },
      { parent: this },
    );
    this.roleArn = role.arn;
    this.registerOutputs({ roleArn: this.roleArn });
  }
}

/**
 * Whom the role trusts: nobody until both Braintrust's account and external ids are known. Braintrust asks for its account's
 * root, since its workers' role has no stable name.
 */
export function braintrustTrust(
  { braintrustAccountId, braintrustPrincipalArns }: BraintrustWriters,
  externalIds: readonly pulumi.Input<string>[],
  { partition }: Account,
): Trust | undefined {
  const root = braintrustAccountId && pulumi.interpolate`arn:${partition}:iam::${braintrustAccountId}:root`;
  const principalArns = braintrustPrincipalArns ?? (root === undefined ? [] : [root]);
  if (principalArns.length === 0 || externalIds.length === 0) return undefined;
  return { principalArns, externalIds, match: "StringLike" };
}

/** Whose calls are Braintrust's. */
export interface BraintrustWriters {
  readonly braintrustAccountId?: pulumi.Input<string> | undefined;
  /** Roles of a self-hosted data plane, in place of the account. */
  readonly braintrustPrincipalArns?: readonly pulumi.Input<string>[] | undefined;
}

// "List*" is spelled out: as a pattern it would take in actions that no prefix can narrow.
const standardObjectActions = [
  "s3:AbortMultipartUpload",
  "s3:DeleteObject",
  "s3:DeleteObjectVersion",
  "s3:GetObject",
  "s3:GetObjectAcl",
  "s3:ListMultipartUploadParts",
  "s3:PutObject",
  "s3:PutObjectAcl",
];
// DeleteObject, since Braintrust's "Test automation" removes the file that it wrote; PutObjectAcl, since an upload with an ACL header
// needs it, also where ACLs are off.
const leastObjectActions = [
  "s3:AbortMultipartUpload",
  "s3:DeleteObject",
  "s3:ListMultipartUploadParts",
  "s3:PutObject",
  "s3:PutObjectAcl",
];

/** What the role may do: `standard` is what Braintrust documents, `least` an export without any read. */
export function exportStatements(
  args: Pick<BraintrustRoleArgs, "bucketArn" | "exportPrefix" | "kmsKeyArn" | "account" | "permissions">,
): iam.PolicyStatement[] {
  const { bucketArn, exportPrefix, kmsKeyArn, account } = args;
  const standard = args.permissions === "standard";
  const listing = standard ? ["s3:ListBucket", "s3:ListBucketVersions"] : ["s3:ListBucket"];
  const statements = [
    allowObjects(
      "WriteExports",
      bucketArn,
      [exportPrefix],
      standard ? standardObjectActions : leastObjectActions,
    ),
    allowListing("ListExports", bucketArn, [exportPrefix], listing),
    allowBucket("LocateBucket", bucketArn, ["s3:GetBucketLocation", "s3:ListBucketMultipartUploads"]),
  ];
  return [
    ...withinAccount(statements, account),
    ...(kmsKeyArn === undefined
      ? []
      : [allowKey("EncryptExports", kmsKeyArn, ["kms:Decrypt", "kms:GenerateDataKey"], account)]),
  ];
}
