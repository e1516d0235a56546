import * as pulumi from "@pulumi/pulumi";
import { EventsMode, ManagementEvents } from "../arguments";
import { REQUEST_METRICS } from "../storage/export-bucket";
import { watchedStreams } from "../streams";
import type { Watchable } from "./alarms";
import type { CostGuardArgs } from "./cost-guard";
import type { MonitoringArgs } from "./monitoring-args";
import type { TrailSubject } from "./trail-subject";

/** Id of the metrics configuration of one stream among several. */
export function streamFilterId(stream: string): string {
  return `BraintrustExports-${stream}`;
}

/** What of a pipeline is watched by alarms. */
export function watchableOf(args: MonitoringArgs): Watchable {
  const { requestMetrics, streams, eventTopicArn, errorTopicArn } = args;
  // In `sns` Snowflake has a queue of its own, and ours need not be read.
  const mustBeRead = args.eventsMode === EventsMode.Queue;
  return {
    suffix: args.suffix,
    stack: args.stack,
    bucketName: args.bucketName,
    filterId: requestMetrics ? REQUEST_METRICS : undefined,
    streams: requestMetrics
      ? watchedStreams(streams).map(({ name }) => ({
          name,
          filterId: streams.length === 1 ? REQUEST_METRICS : streamFilterId(name),
        }))
      : [],
    streamCount: streams.length,
    awaitsExports: args.awaitsExports,
    exportEveryHours: args.exportEveryHours,
    anomalyDetection: args.anomalyDetection,
    queue: watchedQueue(args.eventQueueArn, args.eventDeadLetterQueueArn, {
      depth: args.queueDepth ?? (mustBeRead ? 1_000 : undefined),
      ageHours: args.queueAgeHours ?? (mustBeRead ? 24 : undefined),
    }),
    errorQueue: watchedQueue(args.errorQueueArn, args.errorDeadLetterQueueArn, {}),
    topics: [...watchedTopic("events", eventTopicArn), ...watchedTopic("load-errors", errorTopicArn)],
  };
}

/** Whose events in a trail matter to a pipeline; undefined where no log group has the trail's events. */
export function trailSubjectOf(args: MonitoringArgs): TrailSubject | undefined {
  const { logGroupName, names, managementEvents, snowflakeRoleArn, errorTopicArn } = args;
  if (logGroupName === undefined) return undefined;
  const byRole = snowflakeRoleArn !== undefined;
  return {
    suffix: args.suffix,
    logGroupName,
    trailName: args.trailName,
    account: args.account,
    bucketName: args.bucketName,
    sharedPrefix: args.bucketExists ? args.exportPrefix : undefined,
    logBucketNames: args.logBucketNames,
    writer: args.braintrustRoleArn,
    readers: [args.braintrustRoleArn, args.snowflakePrincipalArn],
    crossAccountReaders: args.crossAccountReaders.map(({ arn }) => arn),
    roleNames: [
      names.braintrustRole,
      ...(byRole ? [names.snowflakeRole] : []),
      ...(errorTopicArn === undefined ? [] : [names.errorRole]),
      ...(args.replicates ? [names.replicationRole] : []),
      ...(args.trailRoleName === undefined ? [] : [args.trailRoleName]),
    ],
    userNames: byRole ? [] : [names.snowflakeUser],
    groupNames: byRole ? [] : [names.snowflakeGroup],
    policyNames: [names.braintrustPolicy, names.snowflakePolicy],
    roleArns: [args.braintrustRoleArn, ...(byRole ? [snowflakeRoleArn] : [])],
    keyId: args.keyId,
    managementEvents: managementEvents !== ManagementEvents.None,
  };
}

/** What may be spent and stored; undefined where no limit is given. */
export function costGuardArgs(
  args: MonitoringArgs,
  alertTopicArn: pulumi.Input<string>,
): CostGuardArgs | undefined {
  const { storageGb, monthlyBudgetUsd, costAnomalyUsd } = args;
  if ((storageGb ?? monthlyBudgetUsd ?? costAnomalyUsd) === undefined) return undefined;
  return {
    suffix: args.suffix,
    stack: args.stack,
    bucketName: args.bucketName,
    bucketExists: args.bucketExists,
    lifecycle: args.lifecycle,
    storageGb,
    monthlyBudgetUsd,
    costAnomalyUsd,
    costAnomalyMonitorArn: args.costAnomalyMonitorArn,
    costTag: args.costTag,
    activateCostTag: args.activateCostTag,
    alertTopicArn,
  };
}

function watchedQueue(
  arn: pulumi.Input<string> | undefined,
  deadLetterArn: pulumi.Input<string> | undefined,
  limits: Pick<NonNullable<Watchable["queue"]>, "depth" | "ageHours">,
): Watchable["queue"] {
  if (arn === undefined || deadLetterArn === undefined) return undefined;
  return { name: nameOf(arn), deadLetterName: nameOf(deadLetterArn), ...limits };
}

function watchedTopic(key: string, arn: pulumi.Input<string> | undefined): Watchable["topics"] {
  return arn === undefined ? [] : [{ key, name: nameOf(arn), arn }];
}

function nameOf(arn: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(arn).apply((text) => text.slice(text.lastIndexOf(":") + 1));
}
