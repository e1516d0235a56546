import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { type AccessKeyArgs, knownInputs, type NetworkArgs, SnowflakeAccess } from "../arguments";
import type { PhysicalNames } from "../physical-names";
import { allowReading, withinAccount } from "../storage/allow-statements";
import { allowKey } from "../storage/encryption-key";
import type { ExportAccessArgs } from "./export-access";
import { IMMUTABLE } from "./policy-description";
import { SnowflakeUser } from "./snowflake-user";
import { type Trust, trustPolicy } from "./trust-policy";

/** What Snowflake reads, and how it shows who it is. */
export interface SnowflakeReaderArgs extends ExportAccessArgs {
  /** Of the pipeline, for descriptions. */
  readonly suffix: string;
  readonly names: Pick<
    PhysicalNames,
    "snowflakeRole" | "snowflakePolicy" | "snowflakeUser" | "snowflakeGroup"
  >;
  /** Whether destroying the stack deletes the user's secret at once. */
  readonly forceDestroy: boolean;
  /** A role for a storage integration, or a user with keys. */
  readonly access: SnowflakeAccess;
  /** Whom the role trusts. @default nobody may assume the role */
  readonly trust?: Trust | undefined;
  /** Where Snowflake must read from. @default anywhere */
  readonly network?: NetworkArgs | undefined;
  /** Generations of the user's keys, oldest first. */
  readonly accessKeys: readonly AccessKeyArgs[];
}

/** Step 3: Snowflake's read of the exports, by the role of a storage integration or by a user. */
export class SnowflakeReader extends pulumi.ComponentResource {
  /** The principal that reads: role or user. */
  public readonly principalArn: pulumi.Output<string>;
  /** The role, where there is one. */
  public readonly roleArn?: pulumi.Output<string>;
  /** The user, where there is one. */
  public readonly user?: SnowflakeUser;

  public constructor(name: string, args: SnowflakeReaderArgs, opts?: pulumi.ComponentResourceOptions) {
    super("braintrust-snowflake:index:SnowflakeReader", name, knownInputs(args), opts);
    const policy = new iam.Policy(
      `${name}-policy`,
      {
        name: args.names.snowflakePolicy,
        path: args.iam?.path,
        description: "Reading of the Braintrust exports, below the export prefix alone",
        policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: readStatements(args) }),
      },
      { parent: this, ignoreChanges: [...IMMUTABLE] },
    );
    if (args.access === SnowflakeAccess.Role) {
      const role = new iam.Role(
        name,
        {
          name: args.names.snowflakeRole,
          path: args.iam?.path,
          permissionsBoundary: args.iam?.permissionsBoundaryArn,
          description: "Assumed by Snowflake's storage integration to read Braintrust exports",
          assumeRolePolicy: pulumi.jsonStringify(trustPolicy(args.trust)),
        },
        { parent: this, protect: args.protect },
      );
      new iam.RolePolicyAttachment(
        `${name}-attachment`,
        { role: role.name, policyArn: policy.arn },
        { parent: this },
      );
      this.roleArn = role.arn;
      this.principalArn = role.arn;
    } else {
      const { suffix, names, accessKeys, forceDestroy, protect } = args;
      this.user = new SnowflakeUser(
        `${name}-user`,
        {
          suffix,
          userName: names.snowflakeUser,
          groupName: names.snowflakeGroup,
          iam: args.iam,
          accessKeys,
          forceDestroy,
          protect,
          policyArn: policy.arn,
        },
        { parent: this },
      );
      this.principalArn = this.user.userArn;
    }
    this.registerOutputs({ principalArn: this.principalArn });
  }
}

/** Read and nothing else, below the prefix. */
export function readStatements({
  bucketArn,
  exportPrefix,
  kmsKeyArn,
  account,
  network,
}: Pick<
  SnowflakeReaderArgs,
  "bucketArn" | "exportPrefix" | "kmsKeyArn" | "account" | "network"
>): iam.PolicyStatement[] {
  return [
    ...withinAccount(allowReading("ReadExports", bucketArn, [exportPrefix]), account),
    ...(kmsKeyArn === undefined ? [] : [allowKey("DecryptExports", kmsKeyArn, ["kms:Decrypt"], account)]),
    ...(network === undefined ? [] : [denyElsewhere(bucketArn, network)]),
  ];
}

/**
 * In the reader's own policy and not in the bucket's, where a mistake could lock out others. A request that passes no VPC
 * endpoint lacks both keys, and a negated operator holds where its key is missing:
 * docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 */
function denyElsewhere(bucketArn: pulumi.Input<string>, network: NetworkArgs): iam.PolicyStatement {
  const { vpcIds, vpcEndpointIds } = network;
  return {
    Sid: "DenyOtherNetworks",
    Effect: "Deny",
    Action: "s3:*",
    Resource: [bucketArn, pulumi.interpolate`${bucketArn}/*`],
    Condition: {
      StringNotEquals: {
        ...(vpcIds && { "aws:SourceVpc": vpcIds }),
        ...(vpcEndpointIds && { "aws:SourceVpce": vpcEndpointIds }),
      },
    },
  };
}
