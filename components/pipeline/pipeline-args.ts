import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";
import {
  type AccessKeyArgs,
  type AlertEmailArgs,
  BraintrustPermissions,
  type CostTagArgs,
  type CrossAccountReaderArgs,
  Encryption,
  EventsMode,
  type IamArgs,
  type LifecycleArgs,
  LifecycleProfile,
  ManagementEvents,
  type NetworkArgs,
  type ObjectLockArgs,
  type PublicAccessBlock,
  type ReplicationArgs,
  SnowflakeAccess,
  type StreamArgs,
} from "../arguments";
import type { AuditNames } from "../audit/audit-names";
import type { PhysicalNames } from "../physical-names";

/** What a pipeline is made of. Defaults are production's. */
export interface ExportPipelineArgs {
  /** Ends every name in AWS, so that pipelines of one account do not collide. @default the stack's name */
  readonly suffix?: string;
  /** Names in AWS that must be others. @default names that end in the suffix */
  readonly names?: Partial<PhysicalNames>;
  /** Path and permissions boundary of every role, user, group and policy. @default neither */
  readonly iam?: IamArgs;
  /** Who blocks public access to buckets of this stack. @default bucket */
  readonly publicAccessBlock?: PublicAccessBlock;
  /** Whether Pulumi refuses to delete what holds data or an identity that others name. @default true */
  readonly protect?: boolean;
  /** Whether destroying the stack may empty its buckets first. @default false */
  readonly forceDestroy?: boolean;

  /** Name of the bucket. @default `braintrust-exports-`, then suffix, account and region */
  readonly bucketName?: pulumi.Input<string>;
  /** Name of a bucket that exists and is used in place of one of this stack. */
  readonly existingBucket?: pulumi.Input<string>;
  /** Key of the existing bucket. Its policy must let both roles use it. */
  readonly existingKmsKeyArn?: pulumi.Input<string>;
  /** Key for a bucket of this stack, in `kms`. Its policy must let both roles use it. @default a key of this stack */
  readonly kmsKeyArn?: pulumi.Input<string>;
  /** Key prefix of all exports, ending in "/". @default braintrust-exports/ */
  readonly exportPrefix?: string;
  /** Encryption of a bucket of this stack. @default kms */
  readonly encryption?: Encryption;
  /** What becomes of exports with time. @default STANDARD_IA, GLACIER and DEEP_ARCHIVE after 30, 90 and 365 days */
  readonly lifecycle?: Partial<LifecycleArgs>;
  /** Lock on every export. @default none */
  readonly objectLock?: ObjectLockArgs;
  /** Where exports are replicated to. @default nowhere */
  readonly replication?: ReplicationArgs;
  /** Whether S3 logs accesses to a bucket of this stack. @default true */
  readonly accessLogs?: boolean;
  /** Days until an access log is deleted. @default 365 */
  readonly accessLogDays?: number;
  /** Export automations, each with its folder. @default `logs` alone */
  readonly streams?: StreamArgs[];

  /** Account that Braintrust assumes the role from. @default nobody may assume the role */
  readonly braintrustAccountId?: pulumi.Input<string>;
  /** Roles of a self-hosted data plane that assume the role in place of Braintrust's account. @default none */
  readonly braintrustPrincipalArns?: pulumi.Input<string>[];
  /** External ids that Braintrust may present, such as `bt:<organization>:*`. @default nobody may assume the role */
  readonly braintrustExternalIds?: pulumi.Input<string>[];
  /** What Braintrust's role may do. @default standard */
  readonly braintrustPermissions?: BraintrustPermissions;

  /** How Snowflake shows who it is. @default role */
  readonly snowflakeAccess?: SnowflakeAccess;
  /** Snowflake's user that assumes the role: STORAGE_AWS_IAM_USER_ARN. @default nobody may assume it */
  readonly snowflakeIamUserArn?: pulumi.Input<string>;
  /** External id that Snowflake presents: STORAGE_AWS_EXTERNAL_ID. @default nobody may assume the role */
  readonly snowflakeExternalId?: pulumi.Input<string>;
  /** Networks from which Snowflake reads, and from nowhere else. @default anywhere */
  readonly snowflakeNetwork?: NetworkArgs;
  /** Snowflake's principal that subscribes to the topic, in `sns`. @default nobody of another account */
  readonly snowflakeSubscriberArn?: pulumi.Input<string>;
  /** Generations of the user's access keys, oldest first; the last one is in use. @default one, `first` */
  readonly accessKeys?: AccessKeyArgs[];

  /** Where the bucket sends its events. @default snowflake-queue */
  readonly eventsMode?: EventsMode;
  /** Kinds of events that are sent. @default `s3:ObjectCreated:*` */
  readonly fileEvents?: string[];
  /** Ending of the files whose events are sent. @default every file */
  readonly fileSuffix?: string;
  /** Whether Snowpipe reports files that it could not load. @default false */
  readonly loadErrors?: boolean;
  /** Snowflake's user that reports them: SF_AWS_IAM_USER_ARN. @default nobody may */
  readonly loadErrorsIamUserArn?: pulumi.Input<string>;
  /** External id that it presents: SF_AWS_EXTERNAL_ID. @default nobody may */
  readonly loadErrorsExternalId?: pulumi.Input<string>;
  /** Principals of other accounts that read exports. @default none */
  readonly crossAccountReaders?: CrossAccountReaderArgs[];
  /** Further statements of the bucket's policy, each as JSON with a Sid of its own; one without a Resource is of the whole bucket. @default none */
  readonly bucketPolicyStatements?: pulumi.Input<string>[];

  /** Whether the stack has an audit trail of its own. @default true, unless `existingTrailArn` names another */
  readonly auditTrail?: boolean;
  /** Trail of the organization that has the data events of the bucket. */
  readonly existingTrailArn?: pulumi.Input<string>;
  /** Log group of that trail, for metric filters. @default no alarm on who does what */
  readonly existingTrailLogGroup?: pulumi.Input<string>;
  /** Calls that the trail records in addition to those on exports. @default all */
  readonly managementEvents?: ManagementEvents;
  /** Days until a log file of the trail is deleted. @default 365 */
  readonly auditLogDays?: number;
  /** Days in the log group that metric filters read. @default 90 */
  readonly auditLogGroupDays?: number;
  /** Lock on log files of the trail. @default none */
  readonly auditLock?: ObjectLockArgs;

  /** Whether there are alarms, their topic and S3's request metrics. @default true */
  readonly monitoring?: boolean;
  /** Recipients of alerts. @default none */
  readonly alertEmails?: AlertEmailArgs[];
  /** A topic that exists already, for the alarms. @default one of the stack's own */
  readonly alertTopicArn?: pulumi.Input<string>;
  /** Whether S3 counts requests, which alarms on missing exports and failed requests need. @default true */
  readonly requestMetrics?: boolean;
  /** Hours without an export after which an alarm fires. @default 24 */
  readonly exportEveryHours?: number;
  /** An alarm on unusual downloads. @default true */
  readonly anomalyDetection?: boolean;
  /** One alarm over all others. @default true */
  readonly compositeAlarm?: boolean;
  /** A dashboard. @default true */
  readonly dashboard?: boolean;
  /** Messages in the queue of events that are too many. @default 1000 in `queue`, else no alarm */
  readonly queueDepth?: number;
  /** Hours that an event waits in the queue and that are too long. @default 24 in `queue`, else no alarm */
  readonly queueAgeHours?: number;
  /** GB in the bucket that are too many. @default no alarm */
  readonly storageGb?: number;
  /** Monthly budget. @default none */
  readonly monthlyBudgetUsd?: number;
  /** Unusual spending of this much and more is reported. @default none is */
  readonly costAnomalyUsd?: number;
  /** A cost anomaly monitor that exists already. @default one by `costTag` */
  readonly costAnomalyMonitorArn?: pulumi.Input<string>;
  /** Tag by which costs are identified. @default costs of the whole account */
  readonly costTag?: CostTagArgs;
  /** Makes `costTag` a cost allocation tag. @default false */
  readonly activateCostTag?: boolean;
}

const defaultPrefix = "braintrust-exports/";

/** What a pipeline has where its arguments say nothing. */
const defaults = {
  protect: true,
  forceDestroy: false,
  exportPrefix: defaultPrefix,
  encryption: Encryption.Kms as Encryption,
  lifecycle: {
    profile: LifecycleProfile.Archive,
    standardIaDays: 30,
    glacierDays: 90,
    deepArchiveDays: 365,
    glacierIrDays: 90,
    intelligentTiering: false,
    noncurrentDays: 90,
    abortMultipartDays: 7,
  } as LifecycleArgs,
  accessLogs: true,
  accessLogDays: 365,
  braintrustExternalIds: [] as pulumi.Input<string>[],
  braintrustPermissions: BraintrustPermissions.Standard as BraintrustPermissions,
  snowflakeAccess: SnowflakeAccess.Role as SnowflakeAccess,
  accessKeys: [{ name: "first", status: "Active" }] as AccessKeyArgs[],
  eventsMode: EventsMode.SnowflakeQueue as EventsMode,
  fileEvents: ["s3:ObjectCreated:*"],
  loadErrors: false,
  crossAccountReaders: [] as CrossAccountReaderArgs[],
  bucketPolicyStatements: [] as pulumi.Input<string>[],
  managementEvents: ManagementEvents.All as ManagementEvents,
  auditLogDays: 365,
  auditLogGroupDays: 90,
  monitoring: true,
  alertEmails: [] as AlertEmailArgs[],
  requestMetrics: true,
  exportEveryHours: 24,
  anomalyDetection: true,
  compositeAlarm: true,
  dashboard: true,
  activateCostTag: false,
};

/** Arguments with every default filled in. */
export type CompleteArgs = Omit<ExportPipelineArgs, "lifecycle"> & {
  readonly lifecycle: LifecycleArgs;
} & Required<Pick<ExportPipelineArgs, keyof typeof defaults | "suffix" | "streams" | "auditTrail">>;

/** What each part of a pipeline is made from. */
export interface PipelineBasis {
  readonly pipeline: pulumi.ComponentResource;
  /** Its logical name, with which those of its parts begin. */
  readonly name: string;
  readonly given: CompleteArgs;
  /** `undefined` in place of false, which would win over the resource option `protect` that parts take from the pipeline. */
  readonly protect: true | undefined;
  readonly account: Account;
  readonly names: PhysicalNames;
  /** Names of the stack's own audit trail, where it has one. */
  readonly audit: AuditNames | undefined;
}

/** Fills in the defaults. An argument that is there and undefined is one that is not there. */
export function complete(args: ExportPipelineArgs): CompleteArgs {
  const { exportPrefix = defaultPrefix } = args;
  return {
    ...defaults,
    streams: [{ name: "logs", prefix: `${exportPrefix}logs/` }],
    auditTrail: args.existingTrailArn === undefined,
    // A bucket that exists has its owner's encryption and access logs.
    ...(args.existingBucket === undefined ? {} : { encryption: Encryption.S3, accessLogs: false }),
    ...given(args),
    lifecycle: { ...defaults.lifecycle, ...given(args.lifecycle ?? {}) },
    suffix: args.suffix ?? pulumi.getStack(),
  };
}

function given<Args extends object>(args: Args): Partial<Args> {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined)) as Partial<Args>;
}
