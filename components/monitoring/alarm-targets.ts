import type * as pulumi from "@pulumi/pulumi";
import type { BraintrustRole } from "../access/braintrust-role";
import type { SnowflakeReader } from "../access/snowflake-reader";
import type { Account } from "../account";
import type { EventQueue } from "../events/event-queue";
import type { LoadErrors } from "../events/load-errors";
import type { SnowpipeEvents } from "../events/snowpipe-events";
import { phaseOf, type Settings, type Stream } from "../settings/settings";
import type { EncryptionKey } from "../storage/encryption-key";
import { type ExportBucket, REQUEST_METRICS } from "../storage/export-bucket";
import type { Watchable } from "./alarms";
import { streamFilterId } from "./monitoring";
import type { TrailSubject } from "./trail-filters";

/** The parts of a pipeline that alarms watch, and that outputs speak of. */
export interface PipelineParts {
  readonly account: Account;
  readonly key?: EncryptionKey;
  readonly bucket: ExportBucket;
  readonly braintrust: BraintrustRole;
  readonly reader: SnowflakeReader;
  readonly events: SnowpipeEvents;
  readonly errors?: LoadErrors;
}

/** Whether S3 counts the requests for the exports; those of an existing bucket are its owner's to count. */
export function countsRequests({ monitoring, existingBucket }: Settings): boolean {
  return monitoring.enabled && monitoring.requestMetrics && existingBucket === undefined;
}

/** Streams that need a metrics configuration of their own: one alone is counted with all exports. */
export function countedStreams(settings: Settings): readonly Stream[] {
  return countsRequests(settings) && settings.streams.length > 1 ? settings.streams : [];
}

/** What of a pipeline is watched by alarms. */
export function watchableOf(settings: Settings, parts: PipelineParts): Watchable {
  const { stack, monitoring, streams, events } = settings;
  const counts = countsRequests(settings);
  // In `sns` Snowflake has a queue of its own, and ours need not be read.
  const owed = events.mode === "queue";
  const depth = monitoring.queueDepth ?? (owed ? 1_000 : undefined);
  const ageHours = monitoring.queueAgeHours ?? (owed ? 24 : undefined);
  return {
    stack,
    bucketName: parts.bucket.bucketName,
    ...(counts ? { filterId: REQUEST_METRICS } : {}),
    streams: counts
      ? streams.map(({ name }) => ({
          name,
          filterId: streams.length === 1 ? REQUEST_METRICS : streamFilterId(name),
        }))
      : [],
    awaitsExports: phaseOf(settings) !== "awaiting-braintrust",
    exportEveryHours: monitoring.exportEveryHours,
    anomalyDetection: monitoring.anomalyDetection,
    ...(parts.events.queue === undefined
      ? {}
      : { queue: { ...queueNames(parts.events.queue), depth, ageHours } }),
    ...(parts.errors === undefined ? {} : { errorQueue: queueNames(parts.errors.queue) }),
    topics: [
      ...(parts.events.topicArn === undefined ? [] : [watchedTopic("events", parts.events.topicArn)]),
      ...(parts.errors === undefined ? [] : [watchedTopic("load-errors", parts.errors.topicArn)]),
    ],
  };
}

/** Whose events in a trail matter to a pipeline. */
export function trailSubjectOf(
  settings: Settings,
  parts: PipelineParts,
  trail: Pick<TrailSubject, "logGroupName" | "trailName">,
): TrailSubject {
  const { stack, auditTrail, crossAccountReaders, snowflake } = settings;
  const { braintrust, reader, errors } = parts;
  const byRole = snowflake.access === "role";
  return {
    ...trail,
    stack,
    account: parts.account,
    bucketName: parts.bucket.bucketName,
    readers: [braintrust.roleArn, reader.principalArn],
    crossAccountReaders: crossAccountReaders.map(({ arn }) => arn),
    roleNames: [
      `BraintrustExportRole-${stack}`,
      ...(byRole ? [`SnowflakeReaderRole-${stack}`] : []),
      ...(errors === undefined ? [] : [`SnowflakeErrorRole-${stack}`]),
    ],
    userNames: byRole ? [] : [`SnowflakeS3User-${stack}`],
    groupNames: byRole ? [] : [`SnowflakeS3Readers-${stack}`],
    policyNames: [`BraintrustS3ExportPolicy-${stack}`, `SnowflakeS3AccessPolicy-${stack}`],
    roleArns: [braintrust.roleArn, ...(reader.roleArn === undefined ? [] : [reader.roleArn])],
    keyId: parts.key?.keyId,
    managementEvents: auditTrail.managementEvents !== "none",
  };
}

function queueNames(queue: EventQueue): {
  name: pulumi.Output<string>;
  deadLetterName: pulumi.Output<string>;
} {
  return { name: nameOf(queue.queueArn), deadLetterName: nameOf(queue.deadLetterQueueArn) };
}

function watchedTopic(key: string, arn: pulumi.Output<string>): Watchable["topics"][number] {
  return { key, name: nameOf(arn), arn };
}

function nameOf(arn: pulumi.Output<string>): pulumi.Output<string> {
  return arn.apply((text) => text.slice(text.lastIndexOf(":") + 1));
}
