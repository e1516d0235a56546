import { snowflakeTrust } from "../access/trust-policy";
import { LoadErrors } from "../events/load-errors";
import { SnowpipeEvents } from "../events/snowpipe-events";
import type { createPolicies } from "./pipeline-access";
import type { PipelineBasis } from "./pipeline-args";
import type { PipelineStorage } from "./pipeline-storage";

/** What tells Snowflake of files, and what it tells of those that it could not load. */
export type PipelineEvents = ReturnType<typeof createEvents>;

/** Creates the notification of the bucket with what it sends to, and the topic of load errors. */
export function createEvents(
  { pipeline, name, given, protect, account, names }: PipelineBasis,
  { bucketName, bucketArn, owner, sharing }: PipelineStorage,
  underKey: ReturnType<typeof createPolicies>,
) {
  const events = new SnowpipeEvents(
    `${name}-events`,
    {
      names,
      protect,
      streams: given.streams,
      mode: given.eventsMode,
      fileEvents: given.fileEvents,
      fileSuffix: given.fileSuffix,
      bucketName,
      bucketArn,
      owner,
      account,
      subscriberArn: given.snowflakeSubscriberArn,
      ...underKey,
    },
    sharing,
  );
  const trust = snowflakeTrust(given.loadErrorsIamUserArn, given.loadErrorsExternalId);
  const errors = given.loadErrors
    ? new LoadErrors(
        `${name}-errors`,
        { names, iam: given.iam, account, protect, trust },
        { parent: pipeline },
      )
    : undefined;
  return { events, errors };
}
