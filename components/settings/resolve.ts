import { partitionOf } from "./partitions";
import { isProduction } from "./production";
import type { RawSettings } from "./schema";
import type { Settings, Stream } from "./settings";

/** What a stack's file says, with the defaults that depend on the stack or on other settings. */
export function resolve(
  raw: RawSettings,
  stack: string,
  region: string | undefined,
  secretKeys: ReadonlySet<string>,
): Omit<Settings, "defaultTags"> {
  const production = isProduction(stack);
  const object = `BRAINTRUST_${stack.toUpperCase().replaceAll("-", "_")}`;
  const { errorNotifications } = raw.snowflake;
  const channels = new Map(Object.entries(raw.events.notificationChannels));
  return {
    ...raw,
    stack,
    region,
    partition: partitionOf(region ?? ""),
    production,
    streams: raw.streams.map((stream) => resolveStream(stream, raw, channels)),
    snowflake: {
      ...raw.snowflake,
      database: raw.snowflake.database ?? object,
      warehouse: raw.snowflake.warehouse ?? `${object}_WH`,
      role: raw.snowflake.role ?? `${object}_LOADER`,
      readerRole: raw.snowflake.readerRole ?? `${object}_READER`,
      integrationRole: raw.snowflake.integrationRole ?? raw.snowflake.adminRole,
      integration: raw.snowflake.integration ?? `${object}_S3`,
      errorNotifications: {
        ...errorNotifications,
        integration: errorNotifications.integration ?? `${object}_ERRORS`,
      },
    },
    encryption: raw.encryption ?? (production && raw.existingBucket === undefined ? "kms" : "s3"),
    accessLogs: {
      ...raw.accessLogs,
      enabled: raw.accessLogs.enabled ?? (production && raw.existingBucket === undefined),
    },
    auditTrail: {
      ...raw.auditTrail,
      enabled: raw.auditTrail.enabled ?? (production || raw.auditTrail.existing !== undefined),
    },
    monitoring: {
      ...raw.monitoring,
      anomalyDetection: raw.monitoring.anomalyDetection ?? production,
      compositeAlarm: raw.monitoring.compositeAlarm ?? production,
      dashboard: raw.monitoring.dashboard ?? production,
    },
    protect: raw.protect ?? production,
    forceDestroy: raw.forceDestroy ?? !production,
    secretKeys,
  };
}

function resolveStream(
  stream: RawSettings["streams"][number],
  { exportPrefix, format }: RawSettings,
  channels: ReadonlyMap<string, string>,
): Stream {
  const { name, prefix = `${exportPrefix}${name}/` } = stream;
  const table = stream.table ?? name.toUpperCase().replaceAll("-", "_");
  const channel = channels.get(name);
  return {
    name,
    prefix: prefix.startsWith(exportPrefix) ? prefix : `${exportPrefix}${prefix}`,
    format: stream.format ?? format,
    table,
    pipe: pipeOf(table),
    ...(channel === undefined ? {} : { channel }),
  };
}

/** A table quoted by the settings, `"my table"`, has a pipe quoted alike. */
function pipeOf(table: string): string {
  return table.endsWith('"') ? `${table.slice(0, -1)}_PIPE"` : `${table}_PIPE`;
}

/**
 * The settings with each list whose order means nothing in one order, so that a permutation changes nothing that is deployed.
 * `accessKeys` stay as they are: the last one is in use.
 */
export function inOrder(settings: Settings): Settings {
  const { streams, crossAccountReaders, bucketPolicyStatements, braintrust, snowflake, events } = settings;
  return {
    ...settings,
    streams: [...streams].sort((a, b) => compare(a.name, b.name)),
    crossAccountReaders: crossAccountReaders
      .map((reader) => withSorted(reader, "prefixes"))
      .sort((a, b) => compare(a.arn, b.arn)),
    bucketPolicyStatements: [...bucketPolicyStatements].sort((a, b) => compare(a.Sid, b.Sid)),
    braintrust: withSorted(withSorted(braintrust, "projectIds"), "principalArns"),
    snowflake: withSortedNetwork(snowflake),
    events: withSorted(events, "fileEvents"),
  };
}

function withSortedNetwork(snowflake: Settings["snowflake"]): Settings["snowflake"] {
  const { network } = snowflake;
  if (network === undefined) return snowflake;
  return { ...snowflake, network: withSorted(withSorted(network, "vpcIds"), "vpcEndpointIds") };
}

function withSorted<Section extends object>(section: Section, key: keyof Section): Section {
  const list = section[key];
  return Array.isArray(list) ? { ...section, [key]: [...list].sort() } : section;
}

// By code units: the same everywhere, whatever the locale.
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
