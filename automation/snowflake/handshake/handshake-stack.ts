import { isDeepStrictEqual } from "node:util";
import { type HandOver, handOver, present } from "../../../components/outputs";
import { type Partition, partitionOf } from "../../../components/settings/partitions";
import { phaseOf, type Settings } from "../../../components/settings/settings";
import type { PipelineOutputs } from "../../outputs";

/** What the hand-over has to know of a stack: its outputs, and what its settings say already. */
export interface HandshakeStack {
  readonly partition: Partition;
  readonly region: string;
  readonly access: "role" | "user";
  readonly eventsMode: "snowflake-queue" | "sns" | "queue" | "none";
  /** Role that Snowflake assumes, in access `role`. */
  readonly snowflakeRoleArn?: string;
  /** External id of our own choice. Absent: Snowflake's is saved in the settings. */
  readonly snowflakeExternalId?: string;
  /** Names of Snowflake objects, as the settings spell them. */
  readonly integration: string;
  readonly errorIntegration?: string;
  readonly database: string;
  readonly schema: string;
  readonly streams: readonly {
    readonly name: string;
    readonly table: string;
    readonly pipe: string;
    /** `s3://bucket/prefix/` */
    readonly url: string;
  }[];
  readonly notificationTopicArn?: string;
  readonly errorIntegrationWanted: boolean;
  readonly errorTopicArn?: string;
  readonly errorRoleArn?: string;
  readonly current: {
    readonly iamUserArn?: string;
    readonly externalId?: string;
    readonly snsSubscriberArn?: string;
    /** Stream -> queue. */
    readonly notificationChannels?: Readonly<Record<string, string>>;
    readonly errorIamUserArn?: string;
    readonly errorExternalId?: string;
    readonly vpcIds?: readonly string[];
    readonly vpcEndpointIds?: readonly string[];
  };
}

/** A stack as it is deployed, and what its settings say by now of Snowflake's side. */
export function handshakeStack(outputs: PipelineOutputs, settings: Settings): HandshakeStack {
  const { access, integration, errorIntegration, database, schema } = outputs.snowflake;
  const { iamUserArn, externalId, snsSubscriberArn, errorNotifications, network } = settings.snowflake;
  const channels = settings.streams.flatMap(({ name, channel }) =>
    channel === undefined ? [] : [[name, channel] as const],
  );
  return {
    partition: partitionOf(outputs.bucketRegion),
    region: outputs.bucketRegion,
    access,
    eventsMode: outputs.eventsMode,
    integration,
    database,
    schema,
    streams: outputs.streams,
    errorIntegrationWanted: errorIntegration !== undefined,
    ...present({
      errorIntegration,
      snowflakeRoleArn: outputs.snowflakeRoleArn,
      snowflakeExternalId: outputs.snowflakeExternalId,
      notificationTopicArn: outputs.notificationTopicArn,
      errorTopicArn: outputs.errorTopicArn,
      errorRoleArn: outputs.errorRoleArn,
    }),
    current: {
      notificationChannels: Object.fromEntries(channels),
      ...present({
        iamUserArn,
        externalId,
        snsSubscriberArn,
        errorIamUserArn: errorNotifications.iamUserArn,
        errorExternalId: errorNotifications.externalId,
        vpcIds: network?.vpcIds,
        vpcEndpointIds: network?.vpcEndpointIds,
      }),
    },
  };
}

/** Whether the settings say something else of Snowflake's side than what is deployed: `up` is due. */
export function isBehind(outputs: PipelineOutputs, settings: Settings): boolean {
  if (phaseOf(settings) !== outputs.phase) return true;
  const deployed: HandOver = present({
    snowflakeIamUserArn: outputs.snowflakeIamUserArn,
    snowflakeExternalId: outputs.snowflakeExternalId,
    snowflakeSubscriberArn: outputs.snowflakeSubscriberArn,
    notificationChannels: outputs.notificationChannels,
    errorIamUserArn: outputs.errorIamUserArn,
    errorExternalId: outputs.errorExternalId,
  });
  return !isDeepStrictEqual(deployed, handOver(settings));
}
