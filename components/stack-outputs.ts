import * as pulumi from "@pulumi/pulumi";
import type { Account } from "./account";
import { type BraintrustRole, braintrustExternalIds } from "./braintrust-role";
import type { EncryptionKey } from "./encryption-key";
import type { ExportBucket } from "./export-bucket";
import type { LoadErrors } from "./load-errors";
import { concealer, phaseOf, type Settings } from "./settings";
import type { SnowflakeReader } from "./snowflake-reader";
import type { SnowpipeEvents } from "./snowpipe-events";

/** The parts of a pipeline that outputs speak of. */
export interface PipelineParts {
  readonly account: Account;
  readonly key?: EncryptionKey;
  readonly bucket: ExportBucket;
  readonly braintrust: BraintrustRole;
  readonly reader: SnowflakeReader;
  readonly events: SnowpipeEvents;
  readonly errors?: LoadErrors;
}

/**
 * The stack's outputs: what Snowflake, Braintrust and scripts read. Their names are a contract.
 * What a stack does not have is absent.
 */
export function stackOutputs(settings: Settings, parts: PipelineParts): pulumi.Inputs {
  const { snowflake, braintrust } = settings;
  const { account, bucket, reader, events, errors } = parts;
  const externalIds = braintrustExternalIds(braintrust);
  const concealSnowflake = concealer(settings, "snowflake");
  const url = (prefix: string) => pulumi.interpolate`s3://${bucket.bucketName}/${prefix}`;
  return present({
    bucketName: bucket.bucketName,
    bucketArn: bucket.bucketArn,
    bucketRegion: account.region,
    exportPrefix: settings.exportPrefix,
    exportUrl: url(settings.exportPrefix),
    braintrustRoleArn: parts.braintrust.roleArn,
    braintrustExternalId:
      externalIds.length === 0 ? undefined : concealer(settings, "braintrust")(externalIds.join(", ")),
    snowflakeRoleArn: reader.roleArn,
    snowflakeExternalId:
      snowflake.access === "role" && snowflake.externalId !== undefined
        ? concealSnowflake(snowflake.externalId)
        : undefined,
    snowflakeAccessKeyId: reader.user?.accessKeyId,
    snowflakeSecretAccessKey: reader.user?.secretAccessKey,
    snowflakeSecretArn: reader.user?.secretArn,
    notificationQueueArn: events.queue?.queueArn,
    notificationQueueUrl: events.queue?.queueUrl,
    deadLetterQueueArn: events.queue?.deadLetterQueueArn,
    notificationTopicArn: events.topicArn,
    kmsKeyArn: parts.key?.keyArn ?? settings.existingKmsKeyArn,
    errorTopicArn: errors?.topicArn,
    errorRoleArn: errors?.roleArn,
    errorQueueUrl: errors?.queue.queueUrl,
    eventsMode: settings.events.mode,
    snowflake: present({
      access: snowflake.access,
      database: snowflake.database,
      schema: snowflake.schema,
      warehouse: snowflake.warehouse,
      role: snowflake.role,
      readerRole: snowflake.readerRole,
      integration: snowflake.integration,
      errorIntegration: errors === undefined ? undefined : snowflake.errorNotifications.integration,
    }),
    streams: settings.streams.map(({ name, prefix, format, table, pipe }) => ({
      name,
      url: url(prefix),
      format,
      table,
      pipe,
    })),
    phase: phaseOf(settings),
  });
}

function present(values: Record<string, pulumi.Input<unknown> | undefined>): pulumi.Inputs {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
