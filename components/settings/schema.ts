import { z } from "zod";
import {
  anomalyMonitorArnRule,
  bucketArnRule,
  keyArnRule,
  policyArnRule,
  principalArnRule,
  queueArnRule,
  roleArnRule,
  topicArnRule,
  trailArnRule,
  userArnRule,
} from "./rules/arn-rules";
import { vpcEndpointIdRule, vpcIdRule } from "./rules/network-rules";
import {
  bucketResourceRule,
  type ConditionSetting,
  conditionRule,
  type PrincipalSetting,
  principalRule,
  s3ActionRule,
  sidRule,
} from "./rules/statement-rules";
import {
  accountIdRule,
  braintrustIdRule,
  bucketNameRule,
  costTagRule,
  emailRule,
  externalIdRule,
  iamPathRule,
  identifierRule,
  logGroupNameRule,
  policyNameRule,
  prefixRule,
  queueNameRule,
  roleNameRule,
  snowflakeRegionRule,
  streamNameRule,
  suffixRule,
  tableRule,
  topicNameRule,
  trailNameRule,
} from "./rules/text-rules";
import { days, flag, judged, number, section, text, texts } from "./values";

const format = z.enum(["jsonl", "parquet"]);

const stream = section({
  name: text(streamNameRule),
  prefix: text(prefixRule).optional(),
  format: format.optional(),
  table: text(tableRule).optional(),
});

const braintrust = section({
  accountId: text(accountIdRule).optional(),
  orgId: text(braintrustIdRule).optional(),
  projectIds: z.array(text(braintrustIdRule)).min(1).max(20).optional(),
  principalArns: z.array(text(roleArnRule)).min(1).max(10).optional(),
  permissions: z.enum(["standard", "least"]).default("standard"),
});

const accessKey = section({
  name: text(streamNameRule),
  status: z.enum(["Active", "Inactive"]).default("Active"),
});

const snowflake = section({
  access: z.enum(["role", "user"]).default("role"),
  iamUserArn: text(userArnRule).optional(),
  externalId: text(externalIdRule).optional(),
  snsSubscriberArn: text(userArnRule).optional(),
  database: text(identifierRule).optional(),
  schema: text(identifierRule).default("EXPORTS"),
  warehouse: text(identifierRule).optional(),
  role: text(identifierRule).optional(),
  readerRole: text(identifierRule).optional(),
  adminRole: text(identifierRule).default("ACCOUNTADMIN"),
  integrationRole: text(identifierRule).optional(),
  taskMinutes: number(z.int().min(1).max(11_520)).default(15),
  currentLagMinutes: number(z.int().min(1).max(10_080)).optional(),
  monthlyCredits: number(z.int().min(1).max(1_000_000)).optional(),
  integration: text(identifierRule).optional(),
  accessKeys: z
    .array(accessKey)
    .min(1)
    .max(2)
    .default([{ name: "first", status: "Active" }]),
  network: section({
    vpcIds: z.array(text(vpcIdRule)).min(1).max(20).optional(),
    vpcEndpointIds: z.array(text(vpcEndpointIdRule)).min(1).max(20).optional(),
  }).optional(),
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
  notificationChannels: z.record(z.string(), text(queueArnRule)).default({}),
  suffix: text(suffixRule).optional(),
  fileEvents: z.array(fileEvent).min(1).default(["s3:ObjectCreated:*"]),
  queueName: text(queueNameRule).optional(),
  topicName: text(topicNameRule).optional(),
});

const lifecycle = section({
  profile: z.enum(["archive", "instant", "none"]).default("archive"),
  standardIaDays: days(30).default(30),
  glacierDays: days(60).default(90),
  deepArchiveDays: days(61).default(365),
  glacierIrDays: days(60).default(90),
  intelligentTiering: flag.default(false),
  archiveAccessDays: number(z.int().min(90).max(730)).optional(),
  deepArchiveAccessDays: number(z.int().min(180).max(730)).optional(),
  noncurrentDays: days(1).default(90),
  abortMultipartDays: days(1).default(7),
  expireDays: days(1).optional(),
  /** S3's filters take 1 byte to 5 TB: API_LifecycleRuleAndOperator. */
  minimumObjectSizeBytes: number(z.int().min(2).max(5_000_000_000_000)).optional(),
});

const objectLock = section({
  mode: z.enum(["GOVERNANCE", "COMPLIANCE"]),
  days: days(1),
  confirmCompliance: flag.default(false),
});

const accessLogs = section({ enabled: flag.optional(), retentionDays: days(1).default(365) });

/** Days that CloudWatch Logs can keep a group's events: AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const logGroupDays = number(
  z.literal([
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
  ]),
);

const auditTrail = section({
  enabled: flag.optional(),
  retentionDays: days(1).default(365),
  logGroupDays: logGroupDays.default(90),
  managementEvents: z.enum(["all", "write", "none"]).default("all"),
  lock: objectLock.optional(),
  existing: text(trailArnRule).optional(),
  logGroup: text(logGroupNameRule).optional(),
  name: text(trailNameRule).optional(),
});

const monitoring = section({
  enabled: flag.default(true),
  alertEmails: z.array(text(emailRule)).default([]),
  alertTopicArn: text(topicArnRule).optional(),
  exportEveryHours: number(z.number().positive().max(168)).default(24),
  storageGb: number(z.number().positive()).optional(),
  queueDepth: number(z.int().positive()).optional(),
  queueAgeHours: number(z.number().positive().max(336)).optional(),
  requestMetrics: flag.default(true),
  anomalyDetection: flag.optional(),
  compositeAlarm: flag.optional(),
  dashboard: flag.optional(),
  monthlyBudgetUsd: number(z.number().min(0.01)).optional(),
  costAnomalyUsd: number(z.number().positive()).optional(),
  costAnomalyMonitorArn: text(anomalyMonitorArnRule).optional(),
  costTag: text(costTagRule).optional(),
  activateCostTag: flag.default(false),
});

const iam = section({
  path: text(iamPathRule).optional(),
  permissionsBoundaryArn: text(policyArnRule).optional(),
  names: section({
    braintrustRole: text(roleNameRule).optional(),
    snowflakeRole: text(roleNameRule).optional(),
    snowflakeUser: text(roleNameRule).optional(),
    snowflakeGroup: text(policyNameRule).optional(),
    exportPolicy: text(policyNameRule).optional(),
    readPolicy: text(policyNameRule).optional(),
    errorRole: text(roleNameRule).optional(),
    trailRole: text(roleNameRule).optional(),
    replicationRole: text(roleNameRule).optional(),
  }).prefault({}),
});

const replication = section({
  bucketArn: text(bucketArnRule),
  accountId: text(accountIdRule).optional(),
  kmsKeyArn: text(keyArnRule).optional(),
  /** API_Destination of S3; GLACIER and DEEP_ARCHIVE too, since nothing here reads the replicas. */
  storageClass: z
    .enum([
      ...(["STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING"] as const),
      ...(["GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"] as const),
    ])
    .optional(),
});

/** A statement as IAM writes it, so that one can be copied: hence the capitals. */
const statement = section({
  Sid: text(sidRule),
  Effect: z.enum(["Allow", "Deny"]),
  Principal: judged<PrincipalSetting>(principalRule.holds, principalRule).optional(),
  NotPrincipal: judged<PrincipalSetting>(principalRule.holds, principalRule).optional(),
  Action: texts(s3ActionRule).optional(),
  NotAction: texts(s3ActionRule).optional(),
  Resource: texts(bucketResourceRule).optional(),
  Condition: judged<ConditionSetting>(conditionRule.holds, conditionRule).optional(),
});

/** Everything `braintrust-snowflake:*` may say in a stack's file; descriptions.ts says what each key means. */
export const settingsSchema = section({
  bucketName: text(bucketNameRule).optional(),
  existingBucket: text(bucketNameRule).optional(),
  existingKmsKeyArn: text(keyArnRule).optional(),
  exportPrefix: text(prefixRule).default("braintrust-exports/"),
  format: format.default("jsonl"),
  streams: z
    .array(stream)
    .min(1)
    .default([{ name: "logs" }]),
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
  bucketPolicyStatements: z.array(statement).default([]),
  encryption: z.enum(["s3", "kms"]).optional(),
  kmsKeyArn: text(keyArnRule).optional(),
  publicAccessBlock: z.enum(["bucket", "account"]).default("bucket"),
  iam: iam.prefault({}),
  replication: replication.optional(),
  lifecycle: lifecycle.prefault({}),
  objectLock: objectLock.optional(),
  accessLogs: accessLogs.prefault({}),
  auditTrail: auditTrail.prefault({}),
  monitoring: monitoring.prefault({}),
  protect: flag.optional(),
  forceDestroy: flag.optional(),
});

/** What a stack's file says, with the defaults that depend on nothing else. */
export type RawSettings = z.infer<typeof settingsSchema>;
