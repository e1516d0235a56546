import * as pulumi from "@pulumi/pulumi";
import { braintrustExternalIds } from "./access/braintrust-external-ids";
import { nextStep } from "./next-step";
import type { PipelineOutputs } from "./output-contract";
import type { ExportPipeline } from "./pipeline/pipeline";
import { phaseOf, type Settings, secretIfEncrypted, subscriberOf } from "./settings/settings";

/** Snowflake's side as the settings know it, as far as the stack uses it: whom it trusts, and whom it tells of files. */
export type HandOver = Readonly<
  Pick<
    PipelineOutputs,
    | "snowflakeIamUserArn"
    | "snowflakeExternalId"
    | "snowflakeSubscriberArn"
    | "notificationChannels"
    | "errorIamUserArn"
    | "errorExternalId"
  >
>;

/** Deployed and wanted hand-over are compared by this: where they differ, `up` is due. */
export function handOver({ snowflake, events, streams }: Settings): HandOver {
  const { errorNotifications } = snowflake;
  const channels = streams.flatMap(({ name, channel }) => (channel === undefined ? [] : [[name, channel]]));
  return present({
    ...(snowflake.access === "role"
      ? { snowflakeIamUserArn: snowflake.iamUserArn, snowflakeExternalId: snowflake.externalId }
      : {}),
    ...(events.mode === "sns" ? { snowflakeSubscriberArn: subscriberOf({ snowflake }) } : {}),
    ...(events.mode === "snowflake-queue" && channels.length > 0
      ? { notificationChannels: Object.fromEntries(channels) }
      : {}),
    ...(errorNotifications.enabled
      ? { errorIamUserArn: errorNotifications.iamUserArn, errorExternalId: errorNotifications.externalId }
      : {}),
  });
}

/** A value of which any part may still be an output. */
type Unsettled<Value> = pulumi.Input<
  Value extends object ? { [Key in keyof Value]: Unsettled<Value[Key]> } : Value
>;

/** The stack's outputs as the program has them. */
export type StackOutputs = { [Name in keyof PipelineOutputs]: Unsettled<PipelineOutputs[Name]> };

/** The stack's outputs. What a stack does not have is absent. */
export function stackOutputs(settings: Settings, pipeline: ExportPipeline): StackOutputs {
  const { snowflake, braintrust } = settings;
  const externalIds = braintrustExternalIds(braintrust);
  const url = (prefix: string) => pulumi.interpolate`s3://${pipeline.bucketName}/${prefix}`;
  return present({
    stack: settings.stack,
    bucketName: pipeline.bucketName,
    bucketArn: pipeline.bucketArn,
    bucketRegion: pipeline.bucketRegion,
    exportPrefix: settings.exportPrefix,
    exportUrl: url(settings.exportPrefix),
    braintrustRoleArn: pipeline.braintrustRoleArn,
    braintrustExternalId:
      externalIds.length === 0
        ? undefined
        : secretIfEncrypted(settings, "braintrust")(externalIds.join(", ")),
    replicationRoleArn: pipeline.replicationRoleArn,
    snowflakeRoleArn: pipeline.snowflakeRoleArn,
    snowflakeAccessKeyId: pipeline.snowflakeAccessKeyId,
    snowflakeSecretAccessKey: pipeline.snowflakeSecretAccessKey,
    snowflakeSecretArn: pipeline.snowflakeSecretArn,
    notificationQueueArn: pipeline.notificationQueueArn,
    notificationQueueUrl: pipeline.notificationQueueUrl,
    deadLetterQueueArn: pipeline.deadLetterQueueArn,
    notificationTopicArn: pipeline.notificationTopicArn,
    kmsKeyArn: pipeline.kmsKeyArn,
    auditTrailArn: pipeline.auditTrailArn,
    alertsTopicArn: pipeline.alertsTopicArn,
    dashboardUrl: pipeline.dashboardUrl,
    errorTopicArn: pipeline.errorTopicArn,
    errorRoleArn: pipeline.errorRoleArn,
    errorQueueUrl: pipeline.errorQueueUrl,
    eventsMode: settings.events.mode,
    snowflake: present({
      access: snowflake.access,
      database: snowflake.database,
      schema: snowflake.schema,
      warehouse: snowflake.warehouse,
      role: snowflake.role,
      readerRole: snowflake.readerRole,
      integration: snowflake.integration,
      adminRole: snowflake.adminRole,
      integrationRole: snowflake.integrationRole,
      taskMinutes: snowflake.taskMinutes,
      currentLagMinutes: snowflake.currentLagMinutes,
      monthlyCredits: snowflake.monthlyCredits,
      errorIntegration: snowflake.errorNotifications.enabled
        ? snowflake.errorNotifications.integration
        : undefined,
    }),
    // One output, and not one for each of a thousand streams.
    streams: pipeline.bucketName.apply((bucket) =>
      settings.streams.map(({ name, prefix, format, table, pipe }) => ({
        name,
        url: `s3://${bucket}/${prefix}`,
        format,
        table,
        pipe,
      })),
    ),
    ...handOverOutputs(settings, pipeline.ready),
    // An update that fails must not leave outputs behind that tell of what it did not do.
    phase: pipeline.ready.apply(() => phaseOf(settings)),
    nextStep: pipeline.ready.apply(() => nextStep(settings)),
  });
}

function handOverOutputs(
  settings: Settings,
  ready: pulumi.Output<unknown>,
): Pick<StackOutputs, keyof HandOver> {
  const { notificationChannels, ...snowflake } = handOver(settings);
  const shown = (values: Readonly<Record<string, string>>, key: "snowflake" | "events") =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        pulumi.all([secretIfEncrypted(settings, key)(value), ready]).apply(([known]) => known),
      ]),
    );
  return {
    ...shown({ ...snowflake }, "snowflake"),
    notificationChannels:
      notificationChannels === undefined ? undefined : shown(notificationChannels, "events"),
  };
}

/** Without the keys that have no value. */
export function present<Values extends object>(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Values;
}
