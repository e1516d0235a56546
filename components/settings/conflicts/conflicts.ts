import { defaultBucketName } from "../bucket-name";
import { limitConflicts } from "../limits";
import { type Problem, showValue } from "../problems";
import { awsRegionOfSnowflake, bucketNameRule } from "../rules/text-rules";
import type { Settings } from "../settings";
import { ENCRYPTED } from "../values";
import { arnConflicts } from "./arn-conflicts";
import { bucketConflicts } from "./bucket-conflicts";
import { costConflicts } from "./cost-conflicts";
import { keyConflicts } from "./key-conflicts";
import { lifecycleConflicts } from "./lifecycle-conflicts";
import { monitoringConflicts } from "./monitoring-conflicts";
import { nameConflicts } from "./name-conflicts";
import { networkConflicts } from "./network-conflicts";
import { readerConflicts, streamConflicts } from "./prefix-conflicts";
import { replicationConflicts } from "./replication-conflicts";
import { statementConflicts } from "./statement-conflicts";
import { unusedConflicts } from "./unused-conflicts";

/**
 * Settings that are well-formed each by itself and cannot be combined.
 *
 * @param given the settings as their author wrote them, without defaults.
 */
export function findConflicts(settings: Settings, given: unknown): Problem[] {
  const isGiven = (key: string) => typeof given === "object" && given !== null && key in given;
  return [
    ...bucketConflicts(settings, isGiven),
    ...rules.filter(({ when }) => when(settings)).map((rule) => problemOf(rule, settings)),
    ...streamConflicts(settings),
    ...readerConflicts(settings),
    ...statementConflicts(settings),
    ...networkConflicts(settings),
    ...arnConflicts(settings),
    ...eventConflicts(settings),
    ...lifecycleConflicts(settings),
    ...unusedConflicts(settings),
    ...keyConflicts(settings),
    ...replicationConflicts(settings),
    ...monitoringConflicts(settings),
    ...costConflicts(settings),
    ...nameConflicts(settings),
    ...limitConflicts(settings),
  ];
}

/** Settings that cannot be combined. */
interface Rule {
  readonly when: (settings: Settings) => boolean;
  readonly key: string;
  readonly message: string | ((settings: Settings) => string);
  readonly fix: string;
}

const rules: readonly Rule[] = [
  {
    when: (settings) =>
      settings.existingBucket === undefined &&
      settings.bucketName === undefined &&
      !bucketNameRule.holds(exampleName(settings)),
    key: "bucketName",
    message: (settings) => `is needed, since the default, ${exampleName(settings)}, is no bucket name`,
    fix: bucketNameRule.fix,
  },
  {
    when: ({ objectLock }) => objectLock?.mode === "COMPLIANCE" && !objectLock.confirmCompliance,
    key: "objectLock.mode",
    message: ({ objectLock }) =>
      `keeps every object for ${objectLock?.days} days against everybody, the account's root included`,
    fix: "set objectLock.confirmCompliance to true as well, or use GOVERNANCE",
  },
  {
    when: ({ snowflakeRegion, region, allowCrossRegion }) =>
      snowflakeRegion !== undefined &&
      snowflakeRegion !== ENCRYPTED &&
      region !== undefined &&
      !allowCrossRegion &&
      awsRegionOfSnowflake(snowflakeRegion) !== region,
    key: "snowflakeRegion",
    message: ({ region }) =>
      `differs from aws:region (${region}): every load would cross regions, at egress cost and with latency`,
    fix: "deploy to Snowflake's region, or set allowCrossRegion to true",
  },
  {
    when: ({ events: { fileEvents } }) =>
      fileEvents.length > 1 && (fileEvents.includes("s3:ObjectCreated:*") || namesTwice(fileEvents)),
    key: "events.fileEvents",
    message: "names an event twice: S3 refuses overlapping events",
    fix: 'leave "s3:ObjectCreated:*" alone, or name each kind once',
  },
  {
    when: ({ lifecycle: { expireDays = Number.POSITIVE_INFINITY }, objectLock }) =>
      objectLock !== undefined && expireDays < objectLock.days,
    key: "lifecycle.expireDays",
    message: ({ objectLock }) =>
      `is less than objectLock.days (${objectLock?.days}): no version can go before its lock does`,
    fix: "expire later, or lock for fewer days",
  },
  {
    when: ({ snowflake }) => namesTwice(snowflake.accessKeys.map(({ name }) => name)),
    key: "snowflake.accessKeys",
    message: "names a generation twice",
    fix: "give the new key a name of its own",
  },
  {
    when: ({ snowflake }) => snowflake.accessKeys.at(-1)?.status === "Inactive",
    key: "snowflake.accessKeys",
    message: "ends in an inactive key, and the last one is the one in use",
    fix: "add the key in use at the end, or activate it",
  },
];

function problemOf({ key, message, fix }: Rule, settings: Settings): Problem {
  const found = key.split(".").reduce<unknown>((value, part) => Object(value)[part], settings);
  const rule = typeof message === "string" ? message : message(settings);
  return { key, value: found === undefined ? "(unset)" : showValue(found), rule, fix };
}

function exampleName({ stack, region = "us-east-1" }: Settings): string {
  return defaultBucketName(stack, "000000000000", region);
}

function namesTwice(names: readonly string[]): boolean {
  return new Set(names).size < names.length;
}

function eventConflicts({ events, streams }: Settings): Problem[] {
  const names = new Set(streams.map(({ name }) => name));
  return Object.entries(events.notificationChannels)
    .filter(([name]) => !names.has(name))
    .map(([name, arn]) => ({
      key: `events.notificationChannels.${name}`,
      value: showValue(arn),
      rule: "names no stream",
      fix: `the streams are ${[...names].join(", ")}`,
    }));
}
