import * as pulumi from "@pulumi/pulumi";
import type { SnowflakeReader } from "../access/snowflake-reader";
import type { Account } from "../account";
import type { AuditNames } from "../audit/audit-names";
import type { AuditTrail } from "../audit/audit-trail";
import type { LoadErrors } from "../events/load-errors";
import type { SnowpipeEvents } from "../events/snowpipe-events";
import type { MonitoringArgs } from "../monitoring/monitoring-args";
import type { PhysicalNames } from "../physical-names";
import type { EncryptionKey } from "../storage/encryption-key";
import type { CompleteArgs } from "./pipeline-args";

/** What a pipeline is made of, as far as it is watched. */
export interface PipelineParts {
  readonly account: Account;
  readonly names: PhysicalNames;
  readonly bucketName: pulumi.Output<string>;
  readonly accessLogBucketName?: pulumi.Output<string> | undefined;
  /** Whether S3 counts the requests for the exports. */
  readonly requestMetrics: boolean;
  readonly key?: EncryptionKey | undefined;
  readonly braintrustRoleArn: pulumi.Output<string>;
  /** Whether Braintrust can write. */
  readonly awaitsExports: boolean;
  readonly reader: SnowflakeReader;
  readonly events: SnowpipeEvents;
  readonly errors?: LoadErrors | undefined;
  readonly audit?: AuditNames | undefined;
  readonly trail?: AuditTrail | undefined;
}

/** The monitoring of a pipeline: what its arguments ask for, on the parts that it has. */
export function monitoringArgs(name: string, given: CompleteArgs, parts: PipelineParts): MonitoringArgs {
  const { names, key, reader, events, errors, audit, trail } = parts;
  return {
    suffix: given.suffix,
    stack: pulumi.getStack(),
    account: parts.account,
    names,
    kmsKeyArn: key?.keyArn,
    bucketName: parts.bucketName,
    bucketExists: given.existingBucket !== undefined,
    exportPrefix: given.exportPrefix,
    logBucketNames: [audit?.bucketName, parts.accessLogBucketName].filter((bucket) => bucket !== undefined),
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
}
