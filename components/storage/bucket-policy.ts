import type * as iam from "@pulumi/aws/iam";
import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import { type CrossAccountReaderArgs, knownInputs } from "../arguments";
import { allowReading } from "./allow-statements";
import { ownedName } from "./share-names";
import { SharedPolicy } from "./shared-bucket";

/** What the bucket's one policy says. */
export interface BucketPolicyArgs {
  /** Key prefix below which readers read. */
  readonly exportPrefix: string;
  readonly crossAccountReaders: readonly CrossAccountReaderArgs[];
  readonly bucketName: pulumi.Input<string>;
  readonly bucketArn: pulumi.Input<string>;
  /** The one key that uploads may use. @default SSE-S3 alone */
  readonly kmsKeyArn?: pulumi.Input<string>;
  /** An existing bucket without a key known here: its encryption is its owner's concern. */
  readonly foreignEncryption: boolean;
  /** Statements of the company's own as JSON; without a Resource they are of the whole bucket. @default none */
  readonly statements?: readonly pulumi.Input<string>[];
  /**
   * Where others use the bucket too, in the Sids of what is this pipeline's: see `shareOwner`. How their files are encrypted is not
   * this pipeline's to say. @default the bucket is the pipeline's own
   */
  readonly owner?: pulumi.Input<string>;
}

/**
 * Step 5: the one policy of the bucket. A second one would silently replace it, so every statement is here; those of others are
 * kept where the bucket is not the pipeline's own.
 */
export class BucketPolicy extends pulumi.ComponentResource {
  public constructor(name: string, args: BucketPolicyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("braintrust-snowflake:index:BucketPolicy", name, knownInputs(args), opts);
    const { bucketName: bucket, owner } = args;
    const policy = pulumi.jsonStringify({ Version: "2012-10-17", Statement: bucketStatements(args) });
    if (owner === undefined) new s3.BucketPolicy(name, { bucket, policy }, { parent: this });
    else new SharedPolicy(name, { bucket, owner, policy }, { parent: this });
    this.registerOutputs();
  }
}

/** Every statement of the bucket's policy, in the order in which a reviewer reads them. */
export function bucketStatements(
  args: Omit<BucketPolicyArgs, "bucketName">,
): pulumi.Input<iam.PolicyStatement>[] {
  const { bucketArn, kmsKeyArn, foreignEncryption, crossAccountReaders, exportPrefix, owner } = args;
  const uploads = pulumi.interpolate`${bucketArn}/${owner === undefined ? "" : exportPrefix}*`;
  const statements: pulumi.Input<iam.PolicyStatement>[] = [
    denyInsecureTransport(bucketArn),
    denyOldTls(bucketArn),
    ...(foreignEncryption
      ? []
      : [kmsKeyArn === undefined ? denyForeignKeys(uploads) : denyOtherKeys(uploads, kmsKeyArn)]),
    denyCustomerKeys(uploads),
    ...crossAccountReaders.flatMap(({ arn, prefixes }, index) =>
      allowReading(
        `AllowSnowflakeAccess${index === 0 ? "" : index + 1}`,
        bucketArn,
        prefixes ?? [exportPrefix],
        {
          Principal: { AWS: arn },
        },
      ),
    ),
    ...(args.statements ?? []).map((text) => ofBucket(text, bucketArn)),
  ];
  if (owner === undefined) return statements;
  return statements.map((statement, index) =>
    pulumi.all([statement, owner]).apply(([known, whose]) => ({
      ...(known as iam.PolicyStatement),
      Sid: ownedName(known.Sid ?? `Statement${index + 1}`, whose),
    })),
  );
}

function ofBucket(
  text: pulumi.Input<string>,
  bucketArn: pulumi.Input<string>,
): pulumi.Output<iam.PolicyStatement> {
  return pulumi.all([text, bucketArn]).apply(([json, arn]): iam.PolicyStatement => {
    const statement: iam.PolicyStatement = JSON.parse(json);
    return { ...statement, Resource: statement.Resource ?? [arn, `${arn}/*`] };
  });
}

/** Whether the bucket is an existing one without a key known here. */
export function foreignEncryption(existingBucket: unknown, kmsKeyArn: unknown): boolean {
  return existingBucket !== undefined && kmsKeyArn === undefined;
}

/** Plain HTTP is refused to everybody. */
export function denyInsecureTransport(bucketArn: pulumi.Input<string>): iam.PolicyStatement {
  return {
    ...denyToAll("DenyInsecureTransport", "s3:*", [bucketArn, pulumi.interpolate`${bucketArn}/*`]),
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}

/** TLS below 1.2 is refused to everybody. */
export function denyOldTls(bucketArn: pulumi.Input<string>): iam.PolicyStatement {
  return {
    ...denyToAll("DenyTlsBelow12", "s3:*", [bucketArn, pulumi.interpolate`${bucketArn}/*`]),
    Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } },
  };
}

/**
 * An upload that names no encryption gets the bucket's own; one that names any must name our key. `IfExists` makes
 * "aws:kms" without a key, which S3 reads as the AWS managed key, and "AES256" fail as well:
 * docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 */
function denyOtherKeys(uploads: pulumi.Input<string>, kmsKeyArn: pulumi.Input<string>): iam.PolicyStatement {
  return {
    ...denyToAll("DenyOtherEncryptionKeys", "s3:PutObject", uploads),
    Condition: {
      Null: { "s3:x-amz-server-side-encryption": "false" },
      ArnNotEqualsIfExists: { "s3:x-amz-server-side-encryption-aws-kms-key-id": kmsKeyArn },
    },
  };
}

/** Without a key of the stack's own, a file under any KMS key is one that Snowflake may not be able to read. */
function denyForeignKeys(uploads: pulumi.Input<string>): iam.PolicyStatement {
  return {
    ...denyToAll("DenyOtherEncryptionKeys", "s3:PutObject", uploads),
    Condition: {
      Null: { "s3:x-amz-server-side-encryption": "false" },
      StringNotEquals: { "s3:x-amz-server-side-encryption": "AES256" },
    },
  };
}

/** SSE-C: only the holder of the key could ever read the file. */
function denyCustomerKeys(uploads: pulumi.Input<string>): iam.PolicyStatement {
  return {
    ...denyToAll("DenyCustomerProvidedKeys", "s3:PutObject", uploads),
    Condition: { Null: { "s3:x-amz-server-side-encryption-customer-algorithm": "false" } },
  };
}

function denyToAll(
  sid: string,
  action: string,
  resource: iam.PolicyStatement["Resource"],
): iam.PolicyStatement {
  return {
    Sid: sid,
    Effect: "Deny",
    Principal: "*",
    Action: action,
    ...(resource ? { Resource: resource } : {}),
  };
}
