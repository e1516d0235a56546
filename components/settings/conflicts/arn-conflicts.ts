import { type Problem, showValue } from "../problems";
import type { Settings } from "../settings";
import { ENCRYPTED } from "../values";

/** ARNs of another partition or region than AWS takes. */
export function arnConflicts(settings: Settings): Problem[] {
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
