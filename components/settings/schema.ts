import { z } from "zod";
import {
  accountIdRule,
  anomalyMonitorArnRule,
  braintrustIdRule,
  bucketNameRule,
  costTagRule,
  emailRule,
  externalIdRule,
  identifierRule,
  keyArnRule,
  logGroupNameRule,
  prefixRule,
  principalArnRule,
  queueArnRule,
  snowflakeRegionRule,
  streamNameRule,
  suffixRule,
  type TextRule,
  topicArnRule,
  trailArnRule,
  userArnRule,
} from "./text-rules";

/** Stands for a setting whose value is encrypted where nobody can decrypt it: in the offline plan. */
export const ENCRYPTED = "[encrypted]";

// `pulumi config set --path` turns digits into numbers, and top-level values reach the program as text.
const text = (rule: TextRule) =>
  z
    .preprocess(
      (value) => (typeof value === "number" ? String(value) : value),
      z.string().refine((value) => value === ENCRYPTED || rule.holds(value), {
        error: rule.rule,
        params: { fix: rule.fix },
      }),
    )
    .meta({ examples: rule.examples });
const flag = z.preprocess(
  (value) => (value === "true" ? true : value === "false" ? false : value),
  z.boolean(),
);
const days = (least: number) => z.int().min(least).max(36_500);
const section = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? `known keys here: ${Object.keys(shape).join(", ")}` : undefined,
  });

const stream = section({
  name: text(streamNameRule),
  /** Below `exportPrefix`, or whole. @default the stream's name and "/" */
  prefix: text(prefixRule).optional(),
  format: z.enum(["jsonl", "parquet"]).default("jsonl"),
  /** Landing table in Snowflake. @default the stream's name in upper case */
  table: text(identifierRule).optional(),
});

const braintrust = section({
  /** AWS account that Braintrust assumes the role from. */
  accountId: text(accountIdRule).optional(),
  orgId: text(braintrustIdRule).optional(),
  /** Narrows the external id to these projects. @default every project of the organization */
  projectIds: z.array(text(braintrustIdRule)).min(1).max(20).optional(),
  permissions: z.enum(["standard", "least"]).default("standard"),
});

const accessKey = section({
  /** Generation, part of the key's Pulumi name: a new one makes a new key. */
  name: text(streamNameRule),
  status: z.enum(["Active", "Inactive"]).default("Active"),
});

const snowflake = section({
  access: z.enum(["role", "user"]).default("role"),
  iamUserArn: text(userArnRule).optional(),
  externalId: text(externalIdRule).optional(),
  /** Who subscribes to the topic. @default iamUserArn */
  snsSubscriberArn: text(userArnRule).optional(),
  database: text(identifierRule).optional(),
  schema: text(identifierRule).default("EXPORTS"),
  warehouse: text(identifierRule).optional(),
  /** Role that owns the pipes and loads. */
  role: text(identifierRule).optional(),
  /** Role that reads the loaded tables. */
  readerRole: text(identifierRule).optional(),
  integration: text(identifierRule).optional(),
  /** Access keys of the IAM user, oldest first; the last one is in use. AWS allows two. */
  accessKeys: z
    .array(accessKey)
    .min(1)
    .max(2)
    .default([{ name: "first", status: "Active" }]),
  /** Snowpipe's error notifications, by SNS to a queue of ours. */
  errorNotifications: section({
    enabled: flag.default(false),
    integration: text(identifierRule).optional(),
    iamUserArn: text(userArnRule).optional(),
    externalId: text(externalIdRule).optional(),
  }).prefault({}),
});

const fileEvent = z.enum([
  "s3:ObjectCreated:*",
  "s3:ObjectCreated:Put",
  "s3:ObjectCreated:Post",
  "s3:ObjectCreated:Copy",
  "s3:ObjectCreated:CompleteMultipartUpload",
]);

const events = section({
  mode: z.enum(["snowflake-queue", "sns", "queue", "none"]).default("snowflake-queue"),
  /** Stream name -> ARN of its pipe's queue (`notification_channel`). */
  notificationChannels: z.record(z.string(), text(queueArnRule)).default({}),
  /** Only files with this ending. @default every file below the stream's prefix */
  suffix: text(suffixRule).optional(),
  fileEvents: z.array(fileEvent).min(1).default(["s3:ObjectCreated:*"]),
});

const lifecycle = section({
  profile: z.enum(["archive", "instant", "none"]).default("archive"),
  /** To STANDARD_IA, which takes objects of 30 days and more. */
  standardIaDays: days(30).default(30),
  /** To GLACIER, in `archive`. */
  glacierDays: days(60).default(90),
  /** To DEEP_ARCHIVE, in `archive`. */
  deepArchiveDays: days(61).default(365),
  /** To GLACIER_IR, in `instant`. */
  glacierIrDays: days(60).default(90),
  /** In `instant`: INTELLIGENT_TIERING at once, in place of the two transitions. */
  intelligentTiering: flag.default(false),
  /** Days without a read until Intelligent-Tiering archives a file, which Snowflake cannot read then. @default never */
  archiveAccessDays: z.int().min(90).max(730).optional(),
  /** The same for its deep archive. @default never */
  deepArchiveAccessDays: z.int().min(180).max(730).optional(),
  noncurrentDays: days(1).default(90),
  abortMultipartDays: days(1).default(7),
  /** Deletes exports of this age. @default never */
  expireDays: days(1).optional(),
});

const objectLock = section({
  mode: z.enum(["GOVERNANCE", "COMPLIANCE"]),
  days: days(1),
  /** COMPLIANCE cannot be undone by anyone, root included, until the days are over. */
  confirmCompliance: flag.default(false),
});

const accessLogs = section({ enabled: flag.optional(), retentionDays: days(1).default(365) });

/** Days that CloudWatch Logs can keep a group's events: AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const logGroupDays = z.literal([
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]);

const auditTrail = section({
  enabled: flag.optional(),
  /** Days until a log file in the bucket is deleted. */
  retentionDays: days(1).default(365),
  /** Days in the log group that the metric filters read. */
  logGroupDays: logGroupDays.default(90),
  /** Calls that change or read the account's resources, besides those on the exports. */
  managementEvents: z.enum(["all", "write", "none"]).default("all"),
  /** Lock on the log files. @default none */
  lock: objectLock.optional(),
  /** A trail of the organization that has the data events of the bucket: none is made then. */
  existing: text(trailArnRule).optional(),
  /** Log group of the existing trail, for metric filters. @default none, so no alarm on who does what */
  logGroup: text(logGroupNameRule).optional(),
});

const monitoring = section({
  /** Alarms, the topic that they tell, S3's request metrics of the exports. */
  enabled: flag.default(true),
  alertEmails: z.array(text(emailRule)).default([]),
  /** A topic that exists already, for the alarms. @default one of the stack's own */
  alertTopicArn: text(topicArnRule).optional(),
  exportEveryHours: z.number().positive().max(168).default(24),
  /** An alarm where the bucket holds more. */
  storageGb: z.number().positive().optional(),
  /** Messages in our own queue. @default 1000 in `queue`; in `sns`, where nobody need read it, no alarm */
  queueDepth: z.int().positive().optional(),
  /** Age of the oldest message in our own queue. @default 24 in `queue`; in `sns` no alarm */
  queueAgeHours: z.number().positive().max(336).optional(),
  /** Without them no alarm on missing exports, failed requests and downloads. */
  requestMetrics: flag.default(true),
  /** 0.30 USD a month. @default in production */
  anomalyDetection: flag.optional(),
  /** 0.50 USD a month. @default in production */
  compositeAlarm: flag.optional(),
  /** 3 USD a month beyond an account's first three. @default in production */
  dashboard: flag.optional(),
  /** A budget: told at 80 % and 100 % spent, and when the forecast reaches 100 %. */
  monthlyBudgetUsd: z.number().min(0.01).optional(),
  /** Unusual spending of this much and more is told. */
  costAnomalyUsd: z.number().positive().optional(),
  /** A cost anomaly monitor that exists already. @default one by `costTag` */
  costAnomalyMonitorArn: text(anomalyMonitorArnRule).optional(),
  /** Key of a tag of `aws:defaultTags` that is a cost allocation tag. @default costs of the whole account */
  costTag: text(costTagRule).optional(),
  /** Makes `costTag` a cost allocation tag: in the account that pays, once AWS has seen the tag, a day or so later. */
  activateCostTag: flag.default(false),
});

/** Everything `braintrust-snowflake:*` may say in a stack's file. */
export const settingsSchema = section({
  bucketName: text(bucketNameRule).optional(),
  existingBucket: text(bucketNameRule).optional(),
  /** Key of the existing bucket. Its policy must let both roles use it; ours is not touched. */
  existingKmsKeyArn: text(keyArnRule).optional(),
  exportPrefix: text(prefixRule).default("braintrust-exports/"),
  streams: z
    .array(stream)
    .min(1)
    .default([{ name: "logs", format: "jsonl" }]),
  snowflakeRegion: text(snowflakeRegionRule).optional(),
  allowCrossRegion: flag.default(false),
  braintrust: braintrust.prefault({}),
  snowflake: snowflake.prefault({}),
  events: events.prefault({}),
  /** S3 takes a policy of 20 KB: docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html */
  crossAccountReaders: z
    .array(
      section({ arn: text(principalArnRule), prefixes: z.array(text(prefixRule)).min(1).max(5).optional() }),
    )
    .max(15)
    .default([]),
  encryption: z.enum(["s3", "kms"]).optional(),
  lifecycle: lifecycle.prefault({}),
  objectLock: objectLock.optional(),
  accessLogs: accessLogs.prefault({}),
  auditTrail: auditTrail.prefault({}),
  monitoring: monitoring.prefault({}),
  protect: flag.optional(),
  forceDestroy: flag.optional(),
});

export type RawSettings = z.infer<typeof settingsSchema>;
