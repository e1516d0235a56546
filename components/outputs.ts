import * as pulumi from "@pulumi/pulumi";
import { braintrustExternalIds } from "./access/braintrust-role";
import type { PipelineParts } from "./monitoring/alarm-targets";
import type { Guards } from "./monitoring/observability";
import { concealer, phaseOf, type Settings } from "./settings/settings";

/** Snowflake's side as the settings know it, as far as the stack uses it: whom it trusts, and whom it tells of files. */
export interface HandOver {
  readonly snowflakeIamUserArn?: string;
  readonly snowflakeExternalId?: string;
  /** Who may subscribe to the topic. */
  readonly snowflakeSubscriberArn?: string;
  /** Stream -> queue of its pipe. */
  readonly notificationChannels?: Readonly<Record<string, string>>;
  readonly errorIamUserArn?: string;
  readonly errorExternalId?: string;
}

/** Deployed and wanted hand-over are compared by this: where they differ, `up` is due. */
export function handOver({ snowflake, events, streams }: Settings): HandOver {
  const { errorNotifications } = snowflake;
  const channels = streams.flatMap(({ name, channel }) => (channel === undefined ? [] : [[name, channel]]));
  return present({
    ...(snowflake.access === "role"
      ? { snowflakeIamUserArn: snowflake.iamUserArn, snowflakeExternalId: snowflake.externalId }
      : {}),
    ...(events.mode === "sns"
      ? { snowflakeSubscriberArn: snowflake.snsSubscriberArn ?? snowflake.iamUserArn }
      : {}),
    ...(events.mode === "snowflake-queue" && channels.length > 0
      ? { notificationChannels: Object.fromEntries(channels) }
      : {}),
    ...(errorNotifications.enabled
      ? { errorIamUserArn: errorNotifications.iamUserArn, errorExternalId: errorNotifications.externalId }
      : {}),
  });
}

/**
 * The stack's outputs: what Snowflake, Braintrust and scripts read. Their names are a contract.
 * What a stack does not have is absent.
 */
export function stackOutputs(
  settings: Settings,
  parts: PipelineParts & { readonly guards: Guards },
): pulumi.Inputs {
  const { snowflake, braintrust } = settings;
  const { account, bucket, reader, events, errors } = parts;
  const externalIds = braintrustExternalIds(braintrust);
  // An update that fails must not leave outputs behind that tell of what it did not do.
  const settled = pulumi.all([
    parts.braintrust.roleArn,
    reader.principalArn,
    events.announced,
    errors === undefined ? undefined : errors.roleArn,
  ]);
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
    snowflakeAccessKeyId: reader.user?.accessKeyId,
    snowflakeSecretAccessKey: reader.user?.secretAccessKey,
    snowflakeSecretArn: reader.user?.secretArn,
    notificationQueueArn: events.queue?.queueArn,
    notificationQueueUrl: events.queue?.queueUrl,
    deadLetterQueueArn: events.queue?.deadLetterQueueArn,
    notificationTopicArn: events.topicArn,
    kmsKeyArn: parts.key?.keyArn ?? settings.existingKmsKeyArn,
    auditTrailArn: parts.guards.auditTrailArn,
    alertsTopicArn: parts.guards.alertsTopicArn,
    dashboardUrl: parts.guards.dashboardUrl,
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
    ...handOverOutputs(settings, settled),
    phase: settled.apply(() => phaseOf(settings)),
  });
}

function handOverOutputs(
  settings: Settings,
  settled: pulumi.Output<unknown>,
): Record<string, pulumi.Input<unknown>> {
  const { notificationChannels, ...snowflake } = handOver(settings);
  const conceal = concealer(settings, "snowflake");
  const concealChannel = concealer(settings, "events");
  const shown = (values: Readonly<Record<string, string>>, concealed: typeof conceal) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        pulumi.all([concealed(value), settled]).apply(([known]) => known),
      ]),
    );
  return {
    ...shown({ ...snowflake }, conceal),
    ...(notificationChannels === undefined
      ? {}
      : { notificationChannels: shown(notificationChannels, concealChannel) }),
  };
}

type Present<Values> = { [Key in keyof Values]?: Exclude<Values[Key], undefined> };

/** Without the keys that have no value. */
export function present<Values extends object>(values: Values): Present<Values> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Present<Values>;
}
