import { defaultBucketName } from "../bucket-name";
import { limitConflicts } from "../limits";
import { type Problem, showValue } from "../problems";
import { awsRegionOfSnowflake, bucketNameRule } from "../rules/text-rules";
import { ENCRYPTED } from "../schema";
import type { Settings } from "../settings";
import { costConflicts } from "./cost-conflicts";
import { keyConflicts } from "./key-conflicts";
import { monitoringConflicts } from "./monitoring-conflicts";
import { nameConflicts } from "./name-conflicts";
import { networkConflicts } from "./network-conflicts";
import { readerConflicts, streamConflicts } from "./prefix-conflicts";
import { replicationConflicts } from "./replication-conflicts";
import { statementConflicts } from "./statement-conflicts";
import { unusedConflicts } from "./unused-conflicts";

/**
 * Settings that are well-formed each by itself and cannot stand together.
 *
 * @param given the settings as their author wrote them, without defaults.
 */
export function findConflicts(settings: Settings, given: unknown): Problem[] {
  const isGiven = (key: string) => typeof given === "object" && given !== null && key in given;
  return [
    ...shapingConflicts(settings, isGiven),
    ...rules.filter(({ when }) => when(settings)).map((rule) => problemOf(rule, settings)),
    ...streamConflicts(settings),
    ...readerConflicts(settings),
    ...statementConflicts(settings),
    ...networkConflicts(settings),
    ...arnConflicts(settings),
    ...eventConflicts(settings),
    ...lifecycleConflicts(settings),
    ...archiveConflicts(settings),
    ...unusedConflicts(settings),
    ...keyConflicts(settings),
    ...replicationConflicts(settings),
    ...monitoringConflicts(settings),
    ...costConflicts(settings),
    ...nameConflicts(settings),
    ...limitConflicts(settings),
  ];
}

/** Settings that cannot stand together. */
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

function shapingConflicts({ existingBucket }: Settings, isGiven: (key: string) => boolean): Problem[] {
  if (existingBucket === undefined) return [];
  const shaping = ["bucketName", "encryption", "lifecycle", "objectLock", "accessLogs", "forceDestroy"];
  return shaping.filter(isGiven).map((key) => ({
    key,
    value: "(set)",
    rule: "is for a bucket that this stack creates, and cannot be used together with existingBucket",
    fix: `remove ${key}, or remove existingBucket`,
  }));
}

function arnConflicts(settings: Settings): Problem[] {
  const { snowflake, crossAccountReaders, streams, partition, region } = settings;
  const arns: [key: string, arn: string | undefined][] = [
    ["existingKmsKeyArn", settings.existingKmsKeyArn],
    ["kmsKeyArn", settings.kmsKeyArn],
    ["iam.permissionsBoundaryArn", settings.iam.permissionsBoundaryArn],
    ["replication.bucketArn", settings.replication?.bucketArn],
    ["replication.kmsKeyArn", settings.replication?.kmsKeyArn],
    ...(settings.braintrust.principalArns ?? []).map((arn, index): [string, string] => [
      `braintrust.principalArns[${index}]`,
      arn,
    ]),
    ["snowflake.iamUserArn", snowflake.iamUserArn],
    ["snowflake.snsSubscriberArn", snowflake.snsSubscriberArn],
    ["snowflake.errorNotifications.iamUserArn", snowflake.errorNotifications.iamUserArn],
    ["auditTrail.existing", settings.auditTrail.existing],
    ["monitoring.alertTopicArn", settings.monitoring.alertTopicArn],
    ...crossAccountReaders.map(({ arn }, index): [string, string] => [
      `crossAccountReaders[${index}].arn`,
      arn,
    ]),
    ...streams.map(({ name, channel }): [string, string | undefined] => [
      `events.notificationChannels.${name}`,
      channel,
    ]),
  ];
  return arns.flatMap(([key, arn]) => {
    if (arn === undefined || arn === ENCRYPTED || region === undefined) return [];
    const [, arnPartition, service, arnRegion] = arn.split(":");
    if (arnPartition !== partition) {
      const rule = `is of partition ${arnPartition}, and ${region} is of ${partition}`;
      return [{ key, value: showValue(arn), rule, fix: "use an ARN of the stack's own partition" }];
    }
    // docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html: the key must be in the bucket's region.
    if (service === "kms" && arnRegion !== region && !key.startsWith("replication.")) {
      const rule = `is in ${arnRegion}, and S3 uses keys of the bucket's region alone (${region})`;
      const fix = "use a key of that region; of a multi-Region key, its replica there";
      return [{ key, value: showValue(arn), rule, fix }];
    }
    if (service === "sqs" && arnRegion !== region) {
      const rule = `is in ${arnRegion}, and S3 sends events within the bucket's region alone (${region})`;
      return [
        { key, value: showValue(arn), rule, fix: "copy notification_channel of this bucket's own pipe" },
      ];
    }
    return [];
  });
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

function lifecycleConflicts({ lifecycle }: Settings): Problem[] {
  const { profile, standardIaDays, glacierDays, deepArchiveDays, glacierIrDays, intelligentTiering } =
    lifecycle;
  const steps: [string, number][] =
    profile === "archive"
      ? [
          ["standardIaDays", standardIaDays],
          ["glacierDays", glacierDays],
          ["deepArchiveDays", deepArchiveDays],
        ]
      : profile === "instant" && !intelligentTiering
        ? [
            ["standardIaDays", standardIaDays],
            ["glacierIrDays", glacierIrDays],
          ]
        : [];
  if (lifecycle.expireDays !== undefined) steps.push(["expireDays", lifecycle.expireDays]);
  return steps.slice(1).flatMap(([key, days], index) => {
    const [before, daysBefore] = steps[index] ?? ["", 0];
    // S3: 30 days in STANDARD_IA before the next class, docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
    const least = daysBefore + (before === "standardIaDays" && key !== "expireDays" ? 30 : 1);
    if (days >= least) return [];
    const rule = `must be at least ${least}, since ${before} is ${daysBefore}`;
    const others = profile === "archive" ? "instant (GLACIER_IR) or none" : "none";
    const fix = `let each step follow the one before it, or set lifecycle.profile, which is ${profile}, to ${others}`;
    return [{ key: `lifecycle.${key}`, value: String(days), rule, fix }];
  });
}

function archiveConflicts({ lifecycle }: Settings): Problem[] {
  const { profile, intelligentTiering, archiveAccessDays, deepArchiveAccessDays } = lifecycle;
  const given = Object.entries({ archiveAccessDays, deepArchiveAccessDays }).filter(([, days]) => days);
  if (profile !== "instant" || !intelligentTiering) {
    return given.map(([key, days]) => ({
      key: `lifecycle.${key}`,
      value: String(days),
      rule: "is a tier of Intelligent-Tiering, which this lifecycle has not",
      fix: "set lifecycle.profile to instant and lifecycle.intelligentTiering to true, or remove it",
    }));
  }
  if (
    archiveAccessDays === undefined ||
    deepArchiveAccessDays === undefined ||
    archiveAccessDays < deepArchiveAccessDays
  ) {
    return [];
  }
  return [
    {
      key: "lifecycle.deepArchiveAccessDays",
      value: String(deepArchiveAccessDays),
      rule: `must be at least ${archiveAccessDays + 1}, since archiveAccessDays is ${archiveAccessDays}`,
      fix: "let each step follow the one before it",
    },
  ];
}
