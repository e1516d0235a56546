import * as pulumi from "@pulumi/pulumi";
import { AuditTrail } from "../audit/audit-trail";
import { Monitoring } from "../monitoring/monitoring";
import type { createPolicies, PipelineAccess } from "./pipeline-access";
import type { PipelineBasis } from "./pipeline-args";
import type { PipelineEvents } from "./pipeline-events";
import type { PipelineStorage } from "./pipeline-storage";

/** Creates the stack's own audit trail, where it has one. */
export function createTrail(
  { pipeline, name, given, protect, account, names, audit }: PipelineBasis,
  { bucketArn }: PipelineStorage,
  underKey: ReturnType<typeof createPolicies>,
): AuditTrail | undefined {
  return (
    audit &&
    new AuditTrail(
      `${name}-audit`,
      {
        names: audit,
        iam: given.iam,
        roleName: names.trailRole,
        publicAccessBlock: given.publicAccessBlock,
        retentionDays: given.auditLogDays,
        logGroupDays: given.auditLogGroupDays,
        managementEvents: given.managementEvents,
        lock: given.auditLock,
        bucketArn,
        account,
        forceDestroy: given.forceDestroy,
        protect,
        ...underKey,
      },
      { parent: pipeline },
    )
  );
}

/** Every part that is monitored. */
type MonitoredParts = PipelineStorage & PipelineAccess & PipelineEvents & { readonly trail?: AuditTrail };

/** Creates the monitoring: what the arguments ask for, on the parts that the pipeline has. */
export function createMonitoring(
  { pipeline, name, given, account, names, audit }: PipelineBasis,
  { bucket, key, reader, events, errors, trail, ...parts }: MonitoredParts,
): Monitoring | undefined {
  if (!given.monitoring) return undefined;
  const args = {
    suffix: given.suffix,
    stack: pulumi.getStack(),
    account,
    names,
    kmsKeyArn: key?.keyArn,
    bucketName: parts.bucketName,
    bucketExists: given.existingBucket !== undefined,
    exportPrefix: given.exportPrefix,
    logBucketNames: [audit?.bucketName, bucket.accessLogBucketName].filter((logs) => logs !== undefined),
    requestMetrics: parts.requestMetrics,
    awaitsExports: parts.awaitsExports,
    eventQueueArn: events.queue?.queueArn,
    eventDeadLetterQueueArn: events.queue?.deadLetterQueueArn,
    eventTopicArn: events.topicArn,
    errorQueueArn: errors?.queue.queueArn,
    errorDeadLetterQueueArn: errors?.queue.deadLetterQueueArn,
    errorTopicArn: errors?.topicArn,
    logGroupName: trail?.logGroupName ?? given.existingTrailLogGroup,
    trailName: audit?.trailName,
    trailRoleName: audit && (names.trailRole ?? `${name}-audit-trail*`),
    replicates: parts.replication !== undefined,
    braintrustRoleArn: parts.braintrustRoleArn,
    snowflakePrincipalArn: reader.principalArn,
    snowflakeRoleArn: reader.roleArn,
    keyId: key?.keyId,
    alertEmails: given.alertEmails,
    alertTopicArn: given.alertTopicArn,
    lifecycle: given.lifecycle,
    streams: given.streams,
    exportEveryHours: given.exportEveryHours,
    anomalyDetection: given.anomalyDetection,
    compositeAlarm: given.compositeAlarm,
    dashboard: given.dashboard,
    eventsMode: given.eventsMode,
    queueDepth: given.queueDepth,
    queueAgeHours: given.queueAgeHours,
    managementEvents: given.managementEvents,
    crossAccountReaders: given.crossAccountReaders,
    storageGb: given.storageGb,
    monthlyBudgetUsd: given.monthlyBudgetUsd,
    costAnomalyUsd: given.costAnomalyUsd,
    costAnomalyMonitorArn: given.costAnomalyMonitorArn,
    costTag: given.costTag,
    activateCostTag: given.activateCostTag,
  };
  return new Monitoring(name, args, { parent: pipeline });
}
