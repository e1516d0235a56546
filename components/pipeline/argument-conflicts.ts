import { isDeepStrictEqual } from "node:util";
import type * as pulumi from "@pulumi/pulumi";
import { EventsMode } from "../arguments";
import { findConflicts } from "../settings/conflicts/conflicts";
import { type Problem, showValue } from "../settings/problems";
import { defaultSettings } from "../settings/read-settings";
import { stackNameRule } from "../settings/rules/text-rules";
import type { Settings } from "../settings/settings";
import { asTexts, refuse, statementOf } from "./argument-rules";
import { type CompleteArgs, complete } from "./pipeline-args";

/**
 * Checks arguments that are right each by itself, by the rules of which settings cannot be combined. Outputs are assumed to be
 * texts that fit.
 *
 * @throws RunError that says everything that is wrong, each with key, value, rule and fix.
 */
export function checkTogether(name: string, args: CompleteArgs): void {
  const known = asTexts(args) as pulumi.Unwrap<CompleteArgs>;
  const conflicts = findConflicts(asSettings(known), shapingExistingBucket(known));
  refuse(name, [
    ...unusableSuffix(args.suffix),
    ...conflicts.map(({ key, value, rule, fix }) => ({
      key: inArguments(key),
      value,
      rule: inArguments(rule),
      fix: inArguments(fix),
    })),
  ]);
}

/** By default it is the stack's name. */
function unusableSuffix(suffix: string): Problem[] {
  if (stackNameRule.holds(suffix)) return [];
  const fix = "choose a shorter or plainer suffix";
  return [{ key: "suffix", value: showValue(suffix), rule: stackNameRule.rule, fix }];
}

/** What differs from its default, of what an existing bucket has from its owner. */
function shapingExistingBucket(args: pulumi.Unwrap<CompleteArgs>): object {
  const { bucketName, encryption, lifecycle, objectLock, accessLogs } = args;
  const given = Object.entries({ bucketName, encryption, lifecycle, objectLock, accessLogs });
  const byDefault = new Map(Object.entries(complete({ suffix: args.suffix, existingBucket: "existing" })));
  return Object.fromEntries(given.filter(([key, value]) => !isDeepStrictEqual(value, byDefault.get(key))));
}

/** The settings that the arguments stand for; what no argument stands for is as by default. */
function asSettings(args: pulumi.Unwrap<CompleteArgs>): Settings {
  const settings = defaultSettings(args.suffix);
  const { names = {}, existingTrailArn, eventsMode: mode, costTag } = args;
  const hasQueue = mode === EventsMode.Queue || mode === EventsMode.Sns;
  const { braintrustPolicy, snowflakePolicy, eventQueue, eventTopic, auditTrail, ...others } = names;
  // Arguments have no confirmation of COMPLIANCE.
  const confirmed = { confirmCompliance: true };
  return {
    ...settings,
    bucketName: args.bucketName,
    existingBucket: args.existingBucket,
    existingKmsKeyArn: args.existingKmsKeyArn,
    kmsKeyArn: args.kmsKeyArn,
    encryption: args.encryption,
    exportPrefix: args.exportPrefix,
    lifecycle: args.lifecycle,
    objectLock: args.objectLock && { ...args.objectLock, ...confirmed },
    replication: args.replication as Settings["replication"],
    // Tables are Snowflake's, and no argument names one.
    streams: args.streams.map((stream, index) => ({
      ...stream,
      format: settings.format,
      table: `T${index}`,
      pipe: `P${index}`,
    })),
    crossAccountReaders: args.crossAccountReaders,
    bucketPolicyStatements: args.bucketPolicyStatements.map(
      statementOf,
    ) as Settings["bucketPolicyStatements"],
    iam: { names: { ...others, exportPolicy: braintrustPolicy, readPolicy: snowflakePolicy } },
    braintrust: { ...settings.braintrust, principalArns: args.braintrustPrincipalArns },
    snowflake: {
      ...settings.snowflake,
      access: args.snowflakeAccess,
      accessKeys: args.accessKeys.map(({ name, status = "Active" }) => ({ name, status })),
      network: args.snowflakeNetwork,
      externalId: args.snowflakeExternalId,
      errorNotifications: {
        ...settings.snowflake.errorNotifications,
        enabled: args.loadErrors,
        externalId: args.loadErrorsExternalId,
      },
    },
    events: {
      ...settings.events,
      mode,
      fileEvents: args.fileEvents as Settings["events"]["fileEvents"],
      queueName: hasQueue ? eventQueue : undefined,
      topicName: mode === EventsMode.Sns ? eventTopic : undefined,
    },
    auditTrail: {
      ...settings.auditTrail,
      enabled: args.auditTrail || existingTrailArn !== undefined,
      existing: existingTrailArn,
      logGroup: args.existingTrailLogGroup,
      retentionDays: args.auditLogDays,
      lock: args.auditLock && { ...args.auditLock, ...confirmed },
      name: args.auditTrail && existingTrailArn === undefined ? auditTrail : undefined,
    },
    monitoring: {
      ...settings.monitoring,
      enabled: args.monitoring,
      alertEmails: args.alertEmails.map(({ address }) => address),
      alertTopicArn: args.alertTopicArn,
      monthlyBudgetUsd: args.monthlyBudgetUsd,
      costAnomalyUsd: args.costAnomalyUsd,
      costAnomalyMonitorArn: args.costAnomalyMonitorArn,
      costTag: costTag?.key,
      activateCostTag: args.activateCostTag,
    },
    defaultTags: costTag === undefined ? {} : { [costTag.key]: costTag.value },
  };
}

/** Arguments whose names are not those of their settings; of two that fit, the longer one comes first. */
const argumentOf = {
  "iam.names.exportPolicy": "names.braintrustPolicy",
  "iam.names.readPolicy": "names.snowflakePolicy",
  "iam.names.": "names.",
  "braintrust.principalArns": "braintrustPrincipalArns",
  "snowflake.accessKeys": "accessKeys",
  "snowflake.network": "snowflakeNetwork",
  "snowflake.externalId": "snowflakeExternalId",
  "snowflake.errorNotifications.externalId": "loadErrorsExternalId",
  "events.notificationChannels": "streams",
  "events.fileEvents": "fileEvents",
  "events.queueName": "names.eventQueue",
  "events.topicName": "names.eventTopic",
  "events.mode": "eventsMode",
  "auditTrail.existing": "existingTrailArn",
  "auditTrail.logGroup": "existingTrailLogGroup",
  "auditTrail.retentionDays": "auditLogDays",
  "auditTrail.lock": "auditLock",
  "auditTrail.name": "names.auditTrail",
  "monitoring.": "",
};

function inArguments(text: string): string {
  return Object.entries(argumentOf).reduce(
    (words, [setting, argument]) => words.replaceAll(setting, argument),
    text,
  );
}
