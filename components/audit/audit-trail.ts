import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as s3 from "@pulumi/aws/s3";
import type { input } from "@pulumi/aws/types";
import { Trail } from "@pulumi/awsx/cloudtrail/trail";
import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";
import {
  type IamArgs,
  knownInputs,
  ManagementEvents,
  type ObjectLockArgs,
  type PublicAccessBlock,
} from "../arguments";
import { createPrivateBucket, NONCURRENT_LOG_DAYS, type PrivateBucket } from "../storage/private-bucket";
import type { AuditNames } from "./audit-names";
import { hardenTrailPolicy, type TrailPolicy } from "./trail-bucket-policy";

/** Whose uses are recorded, and how the records are kept. */
export interface AuditTrailArgs {
  /** Days until a log file in the bucket is deleted. */
  readonly retentionDays: number;
  /** Days in the log group that the metric filters read. */
  readonly logGroupDays: number;
  /** Calls that are recorded in addition to those on the exports. */
  readonly managementEvents: ManagementEvents;
  /** Lock on the log files. @default none */
  readonly lock?: ObjectLockArgs;
  readonly names: AuditNames;
  /** Path and permissions boundary of what IAM has of it. @default neither */
  readonly iam?: IamArgs | undefined;
  /** Name of the role by which the trail writes to its log group. @default Pulumi's own name for it */
  readonly roleName?: string | undefined;
  /** Who blocks public access to the bucket of the log files. @default bucket */
  readonly publicAccessBlock?: PublicAccessBlock | undefined;
  /** Bucket whose objects are watched. */
  readonly bucketArn: pulumi.Input<string>;
  readonly account: Account;
  /** Key for log files and log group, whose policy lets CloudTrail and CloudWatch Logs use it. @default SSE-S3 */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
  /** What lets log group and trail use the key: they depend on it, and the bucket does not. */
  readonly dependsOn: readonly pulumi.Resource[];
  readonly forceDestroy: boolean;
  /** Whether Pulumi refuses to delete it. @default false */
  readonly protect?: boolean;
}

/** Who did what with the exports: a trail, the log group that metric filters read, the bucket of the log files. */
export class AuditTrail extends pulumi.ComponentResource {
  /** The trail. */
  public readonly trailArn: pulumi.Output<string>;
  /** Log group that metric filters read. */
  public readonly logGroupName: pulumi.Output<string>;

  public constructor(name: string, args: AuditTrailArgs, opts?: pulumi.ComponentResourceOptions) {
    super("braintrust-snowflake:index:AuditTrail", name, knownInputs(args), opts);
    const { names, bucketArn, dependsOn } = args;
    const parent = { parent: this };
    const logs = createLogBucket(`${name}-logs`, args, this);
    const group = new cloudwatch.LogGroup(
      `${name}-group`,
      {
        name: names.logGroupName,
        retentionInDays: args.logGroupDays,
        kmsKeyId: args.kmsKeyArn,
      },
      { ...parent, dependsOn: [...dependsOn] },
    );
    new Trail(
      `${name}-trail`,
      {
        name: names.trailName,
        s3Bucket: { existing: { name: names.bucketName, arn: names.bucketArn } },
        cloudWatchLogsGroup: { enable: true, existing: { arn: names.logGroupArn } },
        isMultiRegionTrail: true,
        includeGlobalServiceEvents: true,
        enableLogFileValidation: true,
        advancedEventSelectors: eventSelectors(bucketArn, args.managementEvents),
        kmsKeyId: args.kmsKeyArn,
      },
      {
        ...parent,
        dependsOn: [group, ...logs.dependencies],
        transforms: [hardenLogBucket(names, args.account), restrictRole(args)],
      },
    );
    this.trailArn = names.trailArn;
    this.logGroupName = group.name;
    this.registerOutputs({ trailArn: this.trailArn });
  }
}

function createLogBucket(name: string, args: AuditTrailArgs, parent: pulumi.Resource): PrivateBucket {
  const { retentionDays, lock } = args;
  // SSE-S3 by default: CloudTrail itself names the stack's key with each log file.
  const { forceDestroy, protect, names, publicAccessBlock } = args;
  const created = createPrivateBucket(
    name,
    { bucketName: names.bucketName, publicAccessBlock, forceDestroy, protect },
    parent,
  );
  const { bucket, versioning } = created;
  new s3.BucketLifecycleConfiguration(
    `${name}-lifecycle`,
    {
      bucket: bucket.bucket,
      rules: [
        {
          id: "ExpireAuditLogs",
          status: "Enabled",
          filter: { prefix: "AWSLogs/" },
          expiration: { days: retentionDays },
          noncurrentVersionExpiration: { noncurrentDays: NONCURRENT_LOG_DAYS },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
        },
      ],
    },
    { parent, dependsOn: versioning },
  );
  if (lock !== undefined) {
    const { mode, days } = lock;
    new s3.BucketObjectLockConfiguration(
      `${name}-lock`,
      { bucket: bucket.bucket, rule: { defaultRetention: { mode, days } } },
      { parent, dependsOn: versioning },
    );
  }
  return created;
}

type EventSelector = input.cloudtrail.TrailAdvancedEventSelector;

/** Reads and writes of the bucket's objects, and of the account's other events those asked for. */
export function eventSelectors(
  bucketArn: pulumi.Input<string>,
  managementEvents: ManagementEvents,
): EventSelector[] {
  return [
    {
      name: "Reads and writes of the exports",
      fieldSelectors: [
        { field: "eventCategory", equals: ["Data"] },
        { field: "resources.type", equals: ["AWS::S3::Object"] },
        // With the slash, or a bucket whose name begins alike would be recorded too.
        { field: "resources.ARN", startsWiths: [pulumi.interpolate`${bucketArn}/`] },
      ],
    },
    ...(managementEvents === ManagementEvents.None
      ? []
      : [
          {
            name: "Management events",
            fieldSelectors: [
              { field: "eventCategory", equals: ["Management"] },
              ...(managementEvents === ManagementEvents.Write
                ? [{ field: "readOnly", equals: ["false"] }]
                : []),
            ],
          },
        ]),
  ];
}

/** awsx creates the trail's role itself and takes none of what an organization demands of it. */
function restrictRole({ iam, roleName }: Pick<AuditTrailArgs, "iam" | "roleName">): pulumi.ResourceTransform {
  return ({ type, props, opts }) => {
    if (type !== "aws:iam/role:Role") return undefined;
    const { path = props.path, permissionsBoundaryArn = props.permissionsBoundary } = iam ?? {};
    const name = roleName ?? props.name;
    return { props: { ...props, name, path, permissionsBoundary: permissionsBoundaryArn }, opts };
  };
}

/** awsx makes the bucket's policy itself, so it is changed on its way to the engine. */
function hardenLogBucket(
  { bucketArn, trailArn }: Pick<AuditNames, "bucketArn" | "trailArn">,
  { accountId }: Account,
): pulumi.ResourceTransform {
  return ({ type, props, opts }) => {
    if (type !== "aws:s3/bucketPolicy:BucketPolicy") return undefined;
    const policy = pulumi
      .all([pulumi.output(props.policy), bucketArn, trailArn, accountId])
      .apply(([document, bucket, trail, account]) => {
        const written: TrailPolicy = typeof document === "string" ? JSON.parse(document) : document;
        return pulumi.jsonStringify(
          hardenTrailPolicy(written, { bucketArn: bucket, trailArn: trail, accountId: account }),
        );
      });
    return { props: { ...props, policy }, opts };
  };
}
