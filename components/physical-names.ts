/** Names in AWS that others may have to know, and that an account has once. */
export interface PhysicalNames {
  /** Role that Braintrust assumes. */
  readonly braintrustRole: string;
  readonly braintrustPolicy: string;
  /** Role that Snowflake's storage integration assumes. */
  readonly snowflakeRole: string;
  readonly snowflakePolicy: string;
  /** User of Snowflake's stage credentials, and the group that has its policy. */
  readonly snowflakeUser: string;
  readonly snowflakeGroup: string;
  /** Role by which Snowflake reports load errors. */
  readonly errorRole: string;
  /** Role by which S3 replicates exports. */
  readonly replicationRole: string;
  readonly eventQueue: string;
  readonly eventTopic: string;
  readonly errorQueue: string;
  readonly errorTopic: string;
  readonly alertTopic: string;
  readonly auditTrail: string;
  /** Role by which the audit trail writes to its log group. @default Pulumi's own name for it */
  readonly trailRole?: string;
  /** Alias of the key. */
  readonly keyAlias: string;
}

/** Names that end in a suffix of the pipeline's own, so that two pipelines of one account do not collide. */
export function physicalNames(suffix: string, others: Partial<PhysicalNames> = {}): PhysicalNames {
  return {
    braintrustRole: `BraintrustExportRole-${suffix}`,
    braintrustPolicy: `BraintrustS3ExportPolicy-${suffix}`,
    snowflakeRole: `SnowflakeReaderRole-${suffix}`,
    snowflakePolicy: `SnowflakeS3AccessPolicy-${suffix}`,
    snowflakeUser: `SnowflakeS3User-${suffix}`,
    snowflakeGroup: `SnowflakeS3Readers-${suffix}`,
    errorRole: `SnowflakeErrorRole-${suffix}`,
    replicationRole: `BraintrustReplicationRole-${suffix}`,
    eventQueue: `snowpipe-s3-notifications-${suffix}`,
    eventTopic: `snowpipe-s3-notifications-${suffix}`,
    errorQueue: `snowpipe-errors-${suffix}`,
    errorTopic: `snowpipe-errors-${suffix}`,
    alertTopic: `braintrust-alerts-${suffix}`,
    auditTrail: `braintrust-exports-${suffix}`,
    keyAlias: `alias/braintrust-exports-${suffix}`,
    ...others,
  };
}

/** Name of the queue behind a queue, for messages that nobody could handle; also ARN from ARN. */
export function deadLetterName(queue: string): string {
  return `${queue}-dlq`;
}
