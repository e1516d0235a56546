import type * as iam from "@pulumi/aws/iam";
import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";
import { knownInputs, type PublicAccessBlock } from "../arguments";
import { denyInsecureTransport, denyOldTls } from "./bucket-policy";
import { createPrivateBucket, NONCURRENT_LOG_DAYS } from "./private-bucket";

/** Whose accesses are logged, and for how long the logs are kept. */
export interface AccessLogBucketArgs {
  /** Name of the bucket that is watched. */
  readonly sourceBucket: pulumi.Input<string>;
  readonly sourceBucketArn: pulumi.Input<string>;
  readonly account: Account;
  /** Days until a log file is deleted. */
  readonly retentionDays: number;
  /** Who blocks public access. @default bucket */
  readonly publicAccessBlock?: PublicAccessBlock | undefined;
  readonly forceDestroy: boolean;
  /** Whether Pulumi refuses to delete it. @default false */
  readonly protect?: boolean;
}

const LOG_PREFIX = "s3-access/";

/**
 * S3 server access logs of one bucket in a bucket of their own. SSE-S3, since S3 delivers logs to no other kind of
 * encryption: docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
 */
export class AccessLogBucket extends pulumi.ComponentResource {
  /** Bucket that S3 writes its access logs to. */
  public readonly bucketName: pulumi.Output<string>;

  public constructor(name: string, args: AccessLogBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("braintrust-snowflake:index:AccessLogBucket", name, knownInputs(args), opts);
    const { bucket, dependencies, versioning } = createPrivateBucket(
      name,
      {
        publicAccessBlock: args.publicAccessBlock,
        forceDestroy: args.forceDestroy,
        protect: args.protect,
      },
      this,
    );
    new s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      {
        bucket: bucket.bucket,
        rules: [
          {
            id: "ExpireAccessLogs",
            status: "Enabled",
            filter: { prefix: LOG_PREFIX },
            expiration: { days: args.retentionDays },
            noncurrentVersionExpiration: { noncurrentDays: NONCURRENT_LOG_DAYS },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
          },
        ],
      },
      { parent: this, dependsOn: versioning },
    );
    const policy = new s3.BucketPolicy(
      `${name}-policy`,
      {
        bucket: bucket.bucket,
        policy: pulumi.jsonStringify({
          Version: "2012-10-17",
          Statement: logBucketStatements(bucket.arn, args),
        }),
      },
      { parent: this, dependsOn: dependencies },
    );
    new s3.BucketLogging(
      `${name}-delivery`,
      {
        bucket: args.sourceBucket,
        targetBucket: bucket.bucket,
        targetPrefix: LOG_PREFIX,
        // By day of the event, so that a question about a day reads the files of that day.
        targetObjectKeyFormat: { partitionedPrefix: { partitionDateSource: "EventTime" } },
      },
      { parent: this, dependsOn: policy },
    );
    this.bucketName = bucket.bucket;
    this.registerOutputs({ bucketName: this.bucketName });
  }
}

/** What the log bucket's policy says: S3 delivers the logs of that one bucket, and everybody comes over TLS 1.2. */
export function logBucketStatements(
  bucketArn: pulumi.Input<string>,
  source: Pick<AccessLogBucketArgs, "sourceBucketArn" | "account">,
): iam.PolicyStatement[] {
  return [denyInsecureTransport(bucketArn), denyOldTls(bucketArn), allowLogDelivery(bucketArn, source)];
}

function allowLogDelivery(
  bucketArn: pulumi.Input<string>,
  { sourceBucketArn, account }: Pick<AccessLogBucketArgs, "sourceBucketArn" | "account">,
): iam.PolicyStatement {
  return {
    Sid: "AllowAccessLogDelivery",
    Effect: "Allow",
    Principal: { Service: "logging.s3.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: pulumi.interpolate`${bucketArn}/${LOG_PREFIX}*`,
    Condition: {
      ArnEquals: { "aws:SourceArn": sourceBucketArn },
      StringEquals: { "aws:SourceAccount": account.accountId },
    },
  };
}
