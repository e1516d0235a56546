import * as pulumi from "@pulumi/pulumi";
import type { Partition } from "./partitions";
import type { RawSettings } from "./schema";

/** Namespace of this project's settings, the name in Pulumi.yaml. */
export const PROJECT = "braintrust-snowflake";

/** Type token of the component that is the root of everything the program makes. */
export const PIPELINE_TYPE = `${PROJECT}:index:ExportPipeline`;

/** Logical name of that component: names of all resources begin with it. */
export const PIPELINE_NAME = "pipeline";

/** One Braintrust export automation: its folder, its table, its pipe. */
export interface Stream {
  readonly name: string;
  /** Whole key prefix, ending in "/". */
  readonly prefix: string;
  readonly format: "jsonl" | "parquet";
  readonly table: string;
  readonly pipe: string;
  /** ARN of the pipe's queue in Snowflake's account, once Snowflake has reported it. */
  readonly channel?: string;
}

type Resolved =
  | "streams"
  | "snowflake"
  | "encryption"
  | "accessLogs"
  | "auditTrail"
  | "monitoring"
  | "protect"
  | "forceDestroy";
type MonitoringFlags = "anomalyDetection" | "compositeAlarm" | "dashboard";
type SnowflakeNames = "database" | "warehouse" | "role" | "readerRole" | "integrationRole" | "integration";

/** A stack's settings, checked, with every default filled in. */
export interface Settings extends Omit<RawSettings, Resolved> {
  readonly stack: string;
  /** The provider's region, if the stack's file or the environment names it. */
  readonly region?: string;
  readonly partition: Partition;
  /** Tags that the provider puts on every resource. */
  readonly defaultTags: Readonly<Record<string, string>>;
  /** Whether the stack has production's defaults: all do but `dev`, `sandbox` and stacks named `dev-...`. */
  readonly production: boolean;
  readonly streams: readonly Stream[];
  readonly snowflake: Omit<RawSettings["snowflake"], SnowflakeNames> & Record<SnowflakeNames, string>;
  readonly encryption: "s3" | "kms";
  readonly accessLogs: { readonly enabled: boolean; readonly retentionDays: number };
  readonly auditTrail: RawSettings["auditTrail"] & { readonly enabled: boolean };
  readonly monitoring: RawSettings["monitoring"] & Record<MonitoringFlags, boolean>;
  readonly protect: boolean;
  readonly forceDestroy: boolean;
  /** Top-level keys that hold secrets: what is made of them stays secret. */
  readonly secretKeys: ReadonlySet<string>;
}

/** What a deployment still waits for, in the order in which it is asked for. */
export type Phase = "awaiting-braintrust" | "awaiting-snowflake" | "awaiting-channel" | "connected";

/** The first thing that a deployment with these settings waits for. */
export function phaseOf({ braintrust, snowflake, events, streams }: Settings): Phase {
  const writers = braintrust.principalArns ?? braintrust.accountId;
  if (writers === undefined || braintrust.orgId === undefined) return "awaiting-braintrust";
  const trusted = snowflake.iamUserArn !== undefined && snowflake.externalId !== undefined;
  if (snowflake.access === "role" && !trusted) return "awaiting-snowflake";
  if (events.mode === "sns" && subscriberOf({ snowflake }) === undefined) return "awaiting-snowflake";
  const channelsKnown = streams.every((stream) => stream.channel !== undefined);
  return events.mode === "snowflake-queue" && !channelsKnown ? "awaiting-channel" : "connected";
}

/** Whether the stack has an audit trail of its own, and not one of the organization. */
export function hasOwnTrail({ auditTrail }: Pick<Settings, "auditTrail">): boolean {
  return auditTrail.enabled && auditTrail.existing === undefined;
}

/** Whether the stack has a topic of its own for alerts, and not one that exists. */
export function hasOwnAlertTopic({ monitoring }: Pick<Settings, "monitoring">): boolean {
  return monitoring.enabled && monitoring.alertTopicArn === undefined;
}

/** Snowflake's principal that subscribes to the topic of events. */
export function subscriberOf({ snowflake }: Pick<Settings, "snowflake">): string | undefined {
  return snowflake.snsSubscriberArn ?? snowflake.iamUserArn;
}

/** Keeps what is made of an encrypted setting a secret in outputs and state. */
export function secretIfEncrypted(
  settings: Settings,
  key: keyof RawSettings,
): (value: string) => pulumi.Input<string> {
  return (value) => (settings.secretKeys.has(key) ? pulumi.secret(value) : value);
}
