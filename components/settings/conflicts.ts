import { defaultBucketName } from "./bucket-name";
import { costConflicts } from "./cost-settings";
import { keyConflicts } from "./key-conflicts";
import { limitConflicts } from "./limits";
import { monitoringConflicts } from "./monitoring-conflicts";
import { nameConflicts } from "./name-conflicts";
import { networkConflicts } from "./network-conflicts";
import { readerConflicts, streamConflicts } from "./prefix-conflicts";
import { type Problem, showValue } from "./problems";
import { ENCRYPTED } from "./schema";
import type { Settings } from "./settings";
import { statementConflicts } from "./statement-conflicts";
import { awsRegionOfSnowflake, bucketNameRule } from "./text-rules";

/**
 * Settings that are well-formed each by itself and cannot stand together.
 *
 * @param given the settings as their author wrote them, without defaults.
 */
export function findConflicts(settings: Settings, given: unknown): Problem[] {
  const isGiven = (key: string) => typeof given === "object" && given !== null && key in given;
  return [
    ...bucketConflicts(settings, isGiven),
    ...streamConflicts(settings),
    ...readerConflicts(settings),
    ...statementConflicts(settings),
    ...regionConflicts(settings),
    ...networkConflicts(settings),
    ...arnConflicts(settings),
    ...eventConflicts(settings),
    ...lifecycleConflicts(settings),
    ...archiveConflicts(settings),
    ...keyConflicts(settings),
    ...accessKeyConflicts(settings),
    ...monitoringConflicts(settings),
    ...costConflicts(settings),
    ...nameConflicts(settings),
    ...limitConflicts(settings),
  ];
}

function bucketConflicts(settings: Settings, isGiven: (key: string) => boolean): Problem[] {
  const problems: Problem[] = [];
  const { bucketName, existingBucket, objectLock, stack, region } = settings;
  if (existingBucket !== undefined) {
    const shaping = ["bucketName", "encryption", "lifecycle", "objectLock", "accessLogs", "forceDestroy"];
    for (const key of shaping.filter(isGiven)) {
      problems.push({
        key,
        value: "(set)",
        rule: "shapes a bucket of this stack's own, and existingBucket names one that is not",
        fix: `remove ${key}, or remove existingBucket`,
      });
    }
  } else if (bucketName === undefined) {
    const name = defaultBucketName(stack, "000000000000", region ?? "us-east-1");
    if (!bucketNameRule.holds(name)) {
      problems.push({
        key: "bucketName",
        value: "(unset)",
        rule: `is needed, since the default, ${name}, is no bucket name`,
        fix: bucketNameRule.fix,
      });
    }
  }
  if (objectLock?.mode === "COMPLIANCE" && !objectLock.confirmCompliance) {
    problems.push({
      key: "objectLock.mode",
      value: '"COMPLIANCE"',
      rule: `keeps every object for ${objectLock.days} days against everybody, the account's root included`,
      fix: "set objectLock.confirmCompliance to true as well, or use GOVERNANCE",
    });
  }
  return problems;
}

function regionConflicts({ snowflakeRegion, region, allowCrossRegion }: Settings): Problem[] {
  if (snowflakeRegion === undefined || region === undefined || allowCrossRegion) return [];
  if (awsRegionOfSnowflake(snowflakeRegion) === region || snowflakeRegion === ENCRYPTED) return [];
  return [
    {
      key: "snowflakeRegion",
      value: showValue(snowflakeRegion),
      rule: `differs from aws:region (${region}): every load would cross regions, at egress cost and with latency`,
      fix: "deploy to Snowflake's region, or set allowCrossRegion to true",
    },
  ];
}

function arnConflicts(settings: Settings): Problem[] {
  const { snowflake, crossAccountReaders, streams, partition, region } = settings;
  const arns: [key: string, arn: string | undefined][] = [
    ["existingKmsKeyArn", settings.existingKmsKeyArn],
    ["kmsKeyArn", settings.kmsKeyArn],
    ["iam.permissionsBoundaryArn", settings.iam.permissionsBoundaryArn],
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
    if (service === "kms" && arnRegion !== region) {
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
  const problems: Problem[] = [];
  const names = streams.map(({ name }) => name);
  for (const [name, arn] of Object.entries(events.notificationChannels)) {
    if (names.includes(name)) continue;
    problems.push({
      key: `events.notificationChannels.${name}`,
      value: showValue(arn),
      rule: "names no stream",
      fix: `the streams are ${names.join(", ")}`,
    });
  }
  const kinds = events.fileEvents;
  if (kinds.length > 1 && (kinds.includes("s3:ObjectCreated:*") || new Set(kinds).size < kinds.length)) {
    problems.push({
      key: "events.fileEvents",
      value: showValue(kinds),
      rule: "names an event twice: S3 refuses overlapping events",
      fix: 'leave "s3:ObjectCreated:*" alone, or name each kind once',
    });
  }
  return problems;
}

function lifecycleConflicts({ lifecycle, objectLock }: Settings): Problem[] {
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
  const problems: Problem[] = steps.slice(1).flatMap(([key, days], index) => {
    const [before, daysBefore] = steps[index] ?? ["", 0];
    // S3: 30 days in STANDARD_IA before the next class, docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
    const least = daysBefore + (before === "standardIaDays" && key !== "expireDays" ? 30 : 1);
    if (days >= least) return [];
    const rule = `must be at least ${least}, since ${before} is ${daysBefore}`;
    const others = profile === "archive" ? "instant (GLACIER_IR) or none" : "none";
    const fix = `let each step follow the one before it, or set lifecycle.profile, which is ${profile}, to ${others}`;
    return [{ key: `lifecycle.${key}`, value: String(days), rule, fix }];
  });
  if (
    objectLock !== undefined &&
    lifecycle.expireDays !== undefined &&
    lifecycle.expireDays < objectLock.days
  ) {
    problems.push({
      key: "lifecycle.expireDays",
      value: String(lifecycle.expireDays),
      rule: `is less than objectLock.days (${objectLock.days}): no version can go before its lock does`,
      fix: "expire later, or lock for fewer days",
    });
  }
  return problems;
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

function accessKeyConflicts({ snowflake }: Settings): Problem[] {
  const problems: Problem[] = [];
  const names = snowflake.accessKeys.map(({ name }) => name);
  if (new Set(names).size < names.length) {
    problems.push({
      key: "snowflake.accessKeys",
      value: showValue(names),
      rule: "names a generation twice",
      fix: "give the new key a name of its own",
    });
  }
  if (snowflake.accessKeys.at(-1)?.status === "Inactive") {
    problems.push({
      key: "snowflake.accessKeys",
      value: showValue(snowflake.accessKeys),
      rule: "ends in an inactive key, and the last one is the one in use",
      fix: "add the key in use at the end, or activate it",
    });
  }
  return problems;
}
