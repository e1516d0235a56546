import * as s3 from "@pulumi/aws/s3";
import type { input } from "@pulumi/aws/types";
import type * as pulumi from "@pulumi/pulumi";
import { PublicAccessBlock } from "../arguments";

/** How a private bucket is named and kept. */
export interface PrivateBucketArgs {
  /** @default Pulumi's own name for it */
  readonly bucketName?: pulumi.Input<string>;
  /** Key for SSE-KMS. @default SSE-S3 */
  readonly kmsKeyArn?: pulumi.Input<string>;
  /** Who blocks public access. @default bucket */
  readonly publicAccessBlock?: PublicAccessBlock | undefined;
  /** Whether destroying the stack may empty the bucket first. */
  readonly forceDestroy: boolean;
  /** Whether Pulumi refuses to delete it. @default false */
  readonly protect?: boolean;
}

/** Days in which a log file that somebody has deleted or overwritten can be restored. */
export const NONCURRENT_LOG_DAYS = 30;

/** A bucket and the resources that must exist before anything else is done to it. */
export interface PrivateBucket {
  readonly bucket: s3.Bucket;
  /** S3 refuses a policy beside a change of the public access block, so policies wait for these. */
  readonly dependencies: pulumi.Resource[];
  readonly versioning: s3.BucketVersioning;
}

/** A bucket that nothing can make public: four public access blocks, of its own or the account's, no ACLs, versioned, encrypted. */
export function createPrivateBucket(
  name: string,
  args: PrivateBucketArgs,
  parent: pulumi.Resource,
): PrivateBucket {
  const bucket = new s3.Bucket(
    name,
    {
      bucket: args.bucketName,
      forceDestroy: args.forceDestroy,
    },
    { parent, protect: args.protect },
  );
  const dependencies =
    args.publicAccessBlock === PublicAccessBlock.Account
      ? []
      : [
          new s3.BucketPublicAccessBlock(
            `${name}-privacy`,
            {
              bucket: bucket.bucket,
              blockPublicAcls: true,
              blockPublicPolicy: true,
              ignorePublicAcls: true,
              restrictPublicBuckets: true,
            },
            { parent },
          ),
        ];
  new s3.BucketOwnershipControls(
    `${name}-ownership`,
    { bucket: bucket.bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
    { parent, dependsOn: dependencies },
  );
  const versioning = new s3.BucketVersioning(
    `${name}-versioning`,
    { bucket: bucket.bucket, versioningConfiguration: { status: "Enabled" } },
    { parent },
  );
  new s3.BucketServerSideEncryptionConfiguration(
    `${name}-encryption`,
    { bucket: bucket.bucket, rules: [encryptionRule(args.kmsKeyArn)] },
    { parent },
  );
  return { bucket, dependencies, versioning };
}

// The bucket key spares a call to KMS, and its price, for each object.
function encryptionRule(
  kmsKeyArn: pulumi.Input<string> | undefined,
): input.s3.BucketServerSideEncryptionConfigurationRule {
  return kmsKeyArn === undefined
    ? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }
    : {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: kmsKeyArn },
        bucketKeyEnabled: true,
      };
}
