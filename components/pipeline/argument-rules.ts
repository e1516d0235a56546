import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { PhysicalNames } from "../physical-names";
import { formatProblem, type Problem, schemaProblems } from "../settings/problems";
import { settingsSchema } from "../settings/schema";
import { ENCRYPTED, section } from "../settings/values";

const { bucketName, existingBucket, existingKmsKeyArn, kmsKeyArn, exportPrefix, ...settings } =
  settingsSchema.shape;
const stream = settings.streams.unwrap().element.shape;
const braintrust = settings.braintrust.unwrap().shape;
const snowflake = settings.snowflake.unwrap().shape;
const loadErrors = snowflake.errorNotifications.unwrap().shape;
const events = settings.events.unwrap().shape;
const statement = settings.bucketPolicyStatements.unwrap().element;
const reader = settings.crossAccountReaders.unwrap().element.shape;
const accessKey = snowflake.accessKeys.unwrap().element.shape;
const network = snowflake.network.unwrap().shape;
const iam = settings.iam.unwrap().shape;
const iamNames = iam.names.unwrap().shape;
const lifecycle = settings.lifecycle.unwrap().shape;
const lock = settings.objectLock.unwrap().shape;
const replication = settings.replication.unwrap().shape;
const auditTrail = settings.auditTrail.unwrap().shape;
const monitoring = settings.monitoring.unwrap().shape;

// A settings file says by text what a program says by type.
const KNOWN = "must be known before any resource is created";
const typed = (type: string, error: string) =>
  z.custom<unknown>((value) => typeof value === type, {
    error: ({ input }) => (input === ENCRYPTED ? KNOWN : error),
  });
const text = (rule: z.ZodType = z.unknown()) => typed("string", "must be a text").pipe(rule);
const number = (rule: z.ZodType) => typed("number", "must be a number").pipe(rule);
const flag = typed("boolean", "must be true or false");
/** A text that shapes the program. */
const plain = (rule?: z.ZodType) =>
  text(z.unknown().refine((value) => value !== ENCRYPTED, KNOWN)).pipe(text(rule));

const lockArgs = section({ mode: plain(lock.mode), days: number(lock.days) });
const names = section({
  braintrustRole: plain(iamNames.braintrustRole),
  braintrustPolicy: plain(iamNames.exportPolicy),
  snowflakeRole: plain(iamNames.snowflakeRole),
  snowflakePolicy: plain(iamNames.readPolicy),
  snowflakeUser: plain(iamNames.snowflakeUser),
  snowflakeGroup: plain(iamNames.snowflakeGroup),
  errorRole: plain(iamNames.errorRole),
  replicationRole: plain(iamNames.replicationRole),
  trailRole: plain(iamNames.trailRole),
  eventQueue: plain(events.queueName),
  errorQueue: plain(events.queueName),
  eventTopic: plain(events.topicName),
  errorTopic: plain(events.topicName),
  alertTopic: plain(events.topicName),
  auditTrail: plain(auditTrail.name),
  // docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html
  keyAlias: plain(
    z
      .string()
      .regex(/^alias\/(?!aws\/)[\w/-]{1,250}$/, 'must be "alias/", then letters, digits, "_", "/" and "-"'),
  ),
} satisfies Record<keyof PhysicalNames, z.ZodType>).partial();

const words = { whole: "args", unknown: "is not an argument", fix: "correct it in the program" };

/** What arguments must be, by the rules of the settings that they stand for. */
const argumentsSchema = section({
  suffix: plain(),
  names,
  iam: section({ path: plain(iam.path), permissionsBoundaryArn: text(iam.permissionsBoundaryArn) }).partial(),
  publicAccessBlock: plain(settings.publicAccessBlock),
  protect: flag,
  forceDestroy: flag,

  bucketName: text(bucketName),
  existingBucket: text(existingBucket),
  existingKmsKeyArn: text(existingKmsKeyArn),
  kmsKeyArn: text(kmsKeyArn),
  exportPrefix: plain(exportPrefix),
  encryption: plain(settings.encryption),
  lifecycle: section({
    profile: plain(lifecycle.profile),
    intelligentTiering: flag,
    standardIaDays: number(lifecycle.standardIaDays),
    glacierDays: number(lifecycle.glacierDays),
    deepArchiveDays: number(lifecycle.deepArchiveDays),
    glacierIrDays: number(lifecycle.glacierIrDays),
    archiveAccessDays: number(lifecycle.archiveAccessDays),
    deepArchiveAccessDays: number(lifecycle.deepArchiveAccessDays),
    noncurrentDays: number(lifecycle.noncurrentDays),
    abortMultipartDays: number(lifecycle.abortMultipartDays),
    expireDays: number(lifecycle.expireDays),
    minimumObjectSizeBytes: number(lifecycle.minimumObjectSizeBytes),
  }).partial(),
  objectLock: lockArgs,
  replication: section({
    bucketArn: text(replication.bucketArn),
    accountId: text(replication.accountId).optional(),
    kmsKeyArn: text(replication.kmsKeyArn).optional(),
    storageClass: plain(replication.storageClass).optional(),
  }),
  accessLogs: flag,
  accessLogDays: number(settings.accessLogs.unwrap().shape.retentionDays),
  streams: z
    .array(
      section({
        name: plain(stream.name),
        // With the name of a stream it may be longer than a prefix of the settings.
        prefix: plain(z.string().regex(/^[^/].*\/$/, 'must be a key prefix that ends in "/"')),
        channel: text(events.notificationChannels.unwrap().valueType).optional(),
      }),
    )
    .min(1),

  braintrustAccountId: text(braintrust.accountId),
  braintrustPrincipalArns: z.array(text(braintrust.principalArns.unwrap().element)),
  braintrustExternalIds: z.array(text()),
  braintrustPermissions: plain(braintrust.permissions),

  snowflakeAccess: plain(snowflake.access),
  snowflakeIamUserArn: text(snowflake.iamUserArn),
  snowflakeExternalId: text(snowflake.externalId),
  snowflakeNetwork: section({
    vpcIds: z.array(text(network.vpcIds.unwrap().element)),
    vpcEndpointIds: z.array(text(network.vpcEndpointIds.unwrap().element)),
  }).partial(),
  snowflakeSubscriberArn: text(snowflake.snsSubscriberArn),
  accessKeys: z
    .array(section({ name: plain(accessKey.name), status: plain(accessKey.status).optional() }))
    .min(1)
    .max(2),

  eventsMode: plain(events.mode),
  fileEvents: z.array(plain(events.fileEvents.unwrap().element)).min(1),
  fileSuffix: plain(events.suffix),
  loadErrors: flag,
  loadErrorsIamUserArn: text(loadErrors.iamUserArn),
  loadErrorsExternalId: text(loadErrors.externalId),
  crossAccountReaders: z.array(
    section({
      arn: text(reader.arn),
      prefixes: z.array(plain(reader.prefixes.unwrap().element)).min(1).optional(),
    }),
  ),
  bucketPolicyStatements: z.array(
    text()
      .transform((json) => statementOf(json))
      .pipe(typed("object", "must be a statement as JSON"))
      .pipe(statement),
  ),

  auditTrail: flag,
  existingTrailArn: text(auditTrail.existing),
  existingTrailLogGroup: text(auditTrail.logGroup),
  managementEvents: plain(auditTrail.managementEvents),
  auditLogDays: number(auditTrail.retentionDays),
  auditLogGroupDays: number(auditTrail.logGroupDays),
  auditLock: lockArgs,

  monitoring: flag,
  alertEmails: z.array(
    section({
      key: plain(),
      address: text(monitoring.alertEmails.unwrap().element),
      formerName: text().optional(),
    }),
  ),
  alertTopicArn: text(monitoring.alertTopicArn),
  requestMetrics: flag,
  exportEveryHours: number(monitoring.exportEveryHours),
  anomalyDetection: flag,
  compositeAlarm: flag,
  dashboard: flag,
  queueDepth: number(monitoring.queueDepth),
  queueAgeHours: number(monitoring.queueAgeHours),
  storageGb: number(monitoring.storageGb),
  monthlyBudgetUsd: number(monitoring.monthlyBudgetUsd),
  costAnomalyUsd: number(monitoring.costAnomalyUsd),
  costAnomalyMonitorArn: text(monitoring.costAnomalyMonitorArn),
  costTag: section({ key: plain(), value: plain() }),
  activateCostTag: flag,
}).partial();

/**
 * Checks the arguments of a pipeline as far as they are known.
 *
 * @throws RunError that says everything that is wrong, each with key, value, rule and fix.
 */
export function checkArguments(name: string, args: object): void {
  const texts = asTexts(args);
  const { error } = argumentsSchema.safeParse(texts);
  const { bucketPolicyStatements: statements } = Object(texts);
  // Problems within a statement show its values.
  const given = Array.isArray(statements)
    ? { ...Object(texts), bucketPolicyStatements: statements.map(statementOf) }
    : texts;
  if (error !== undefined) refuse(name, schemaProblems(error.issues, given, new Map(), words));
}

/** @throws RunError of these problems, if there are any. */
export function refuse(name: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const lines = problems.map((problem) =>
    formatProblem({ ...problem, value: problem.value.replaceAll(JSON.stringify(ENCRYPTED), "(an output)") }),
  );
  throw new pulumi.RunError([`Invalid arguments of ExportPipeline "${name}":`, ...lines].join("\n  "));
}

/** What is not known yet, or secret, stands as a text that each rule accepts. */
export function asTexts(value: unknown): unknown {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return ENCRYPTED;
  if (Array.isArray(value)) return value.map(asTexts);
  if (typeof value !== "object" || value === null) return value ?? undefined;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asTexts(inner)]));
}

/**
 * What JSON of a statement says, and anything else as it is. A statement that is not known yet, or secret, stands as one that each
 * rule accepts.
 */
export function statementOf(json: unknown, index = 0): unknown {
  if (json === ENCRYPTED) return { Sid: `Output ${index}`, Effect: "Deny", Principal: "*", Action: "*" };
  if (typeof json !== "string") return json;
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
