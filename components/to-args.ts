import { createHash } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import { braintrustExternalIds } from "./access/braintrust-external-ids";
import type { AlertEmailArgs } from "./arguments";
import { deployedRecipients } from "./monitoring/deployed-recipients";
import type { ExportPipelineArgs } from "./pipeline/pipeline-args";
import { costTagOf } from "./settings/conflicts/cost-conflicts";
import { givenNames } from "./settings/names";
import type { RawSettings } from "./settings/schema";
import { hasOwnTrail, type Settings, secretIfEncrypted, subscriberOf } from "./settings/settings";
import { statementText } from "./settings/statement-text";

/**
 * A stack's settings as arguments of its pipeline: the one place that knows both. Values of encrypted settings are secrets
 * from here on, but for those that shape the program, such as names of streams and days, which what is made of them shows.
 */
export function toArgs(settings: Settings): ExportPipelineArgs {
  const { braintrust, snowflake, events, auditTrail, monitoring, accessLogs } = settings;
  const secret = (key: keyof RawSettings, value: string | undefined): pulumi.Input<string> | undefined =>
    value === undefined ? undefined : secretIfEncrypted(settings, key)(value);
  const { errorNotifications } = snowflake;
  const channels = new Map(
    settings.streams.map(({ channel }) => channel).map((channel) => [channel, secret("events", channel)]),
  );
  return {
    suffix: settings.stack,
    names: givenNames(settings),
    iam: {
      path: settings.iam.path,
      permissionsBoundaryArn: secret("iam", settings.iam.permissionsBoundaryArn),
    },
    publicAccessBlock: settings.publicAccessBlock,
    protect: settings.protect,
    forceDestroy: settings.forceDestroy,
    bucketName: secret("bucketName", settings.bucketName),
    existingBucket: secret("existingBucket", settings.existingBucket),
    existingKmsKeyArn: secret("existingKmsKeyArn", settings.existingKmsKeyArn),
    kmsKeyArn: secret("kmsKeyArn", settings.kmsKeyArn),
    exportPrefix: settings.exportPrefix,
    encryption: settings.encryption,
    lifecycle: settings.lifecycle,
    objectLock: lockOf(settings.objectLock),
    replication: settings.replication && {
      bucketArn: secretIfEncrypted(settings, "replication")(settings.replication.bucketArn),
      accountId: secret("replication", settings.replication.accountId),
      kmsKeyArn: secret("replication", settings.replication.kmsKeyArn),
      storageClass: settings.replication.storageClass,
    },
    accessLogs: accessLogs.enabled,
    accessLogDays: accessLogs.retentionDays,
    streams: settings.streams.map(({ name, prefix, channel }) => ({
      name,
      prefix,
      channel: channels.get(channel),
    })),
    braintrustAccountId: secret("braintrust", braintrust.accountId),
    braintrustPrincipalArns: braintrust.principalArns?.map(secretIfEncrypted(settings, "braintrust")),
    braintrustExternalIds: braintrustExternalIds(braintrust).map(secretIfEncrypted(settings, "braintrust")),
    braintrustPermissions: braintrust.permissions,
    snowflakeAccess: snowflake.access,
    snowflakeIamUserArn: secret("snowflake", snowflake.iamUserArn),
    snowflakeExternalId: secret("snowflake", snowflake.externalId),
    snowflakeNetwork: snowflake.network && {
      vpcIds: snowflake.network.vpcIds?.map(secretIfEncrypted(settings, "snowflake")),
      vpcEndpointIds: snowflake.network.vpcEndpointIds?.map(secretIfEncrypted(settings, "snowflake")),
    },
    snowflakeSubscriberArn: secret("snowflake", subscriberOf(settings)),
    accessKeys: snowflake.accessKeys,
    eventsMode: events.mode,
    fileEvents: events.fileEvents,
    fileSuffix: events.suffix,
    loadErrors: errorNotifications.enabled,
    loadErrorsIamUserArn: secret("snowflake", errorNotifications.iamUserArn),
    loadErrorsExternalId: secret("snowflake", errorNotifications.externalId),
    crossAccountReaders: settings.crossAccountReaders.map(({ arn, prefixes }) => ({
      arn: secretIfEncrypted(settings, "crossAccountReaders")(arn),
      prefixes,
    })),
    bucketPolicyStatements: settings.bucketPolicyStatements
      .map(statementText)
      .map(secretIfEncrypted(settings, "bucketPolicyStatements")),
    auditTrail: hasOwnTrail(settings),
    existingTrailArn: auditTrail.enabled ? secret("auditTrail", auditTrail.existing) : undefined,
    existingTrailLogGroup: auditTrail.enabled ? secret("auditTrail", auditTrail.logGroup) : undefined,
    managementEvents: auditTrail.managementEvents,
    auditLogDays: auditTrail.retentionDays,
    auditLogGroupDays: auditTrail.logGroupDays,
    auditLock: lockOf(auditTrail.lock),
    monitoring: monitoring.enabled,
    alertEmails: alertEmails(settings),
    alertTopicArn: secret("monitoring", monitoring.alertTopicArn),
    requestMetrics: monitoring.requestMetrics,
    exportEveryHours: monitoring.exportEveryHours,
    anomalyDetection: monitoring.anomalyDetection,
    compositeAlarm: monitoring.compositeAlarm,
    dashboard: monitoring.dashboard,
    queueDepth: monitoring.queueDepth,
    queueAgeHours: monitoring.queueAgeHours,
    storageGb: monitoring.storageGb,
    monthlyBudgetUsd: monitoring.monthlyBudgetUsd,
    costAnomalyUsd: monitoring.costAnomalyUsd,
    costAnomalyMonitorArn: secret("monitoring", monitoring.costAnomalyMonitorArn),
    costTag: costTagOf(settings),
    activateCostTag: monitoring.activateCostTag,
  };
}

function lockOf(lock: Settings["objectLock"]): ExportPipelineArgs["objectLock"] {
  return lock === undefined ? undefined : { mode: lock.mode, days: lock.days };
}

function alertEmails(settings: Settings): AlertEmailArgs[] {
  const { alertEmails: addresses } = settings.monitoring;
  if (addresses.length === 0) return [];
  const deployed = deployedRecipients();
  return [...new Set(addresses)].map((address) => ({
    key: settings.secretKeys.has("monitoring") ? hashOf(address) : address,
    address: secretIfEncrypted(settings, "monitoring")(address),
    formerName: deployed.then((names) => names.get(address)),
  }));
}

/** Stands for an encrypted address in names, which state and previews show. */
function hashOf(address: string): string {
  return createHash("sha256").update(address).digest("hex").slice(0, 8);
}
