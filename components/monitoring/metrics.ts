import type * as pulumi from "@pulumi/pulumi";

/** One metric of CloudWatch, as alarms and dashboards name it. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
  readonly statistic: "Average" | "Maximum" | "Sum";
  /** Seconds of one datapoint: a multiple of 60. */
  readonly period: number;
}

/** S3's request metrics: docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html */
export function requestMetric(
  name: string,
  { bucketName, filterId }: { bucketName: pulumi.Input<string>; filterId: string },
  shape: Pick<Metric, "statistic" | "period">,
): Metric {
  return { namespace: "AWS/S3", name, dimensions: { BucketName: bucketName, FilterId: filterId }, ...shape };
}

const FIVE_MINUTES = 300;
const DAY = 86_400;

/** docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
export function queueMetric(name: string, queueName: pulumi.Input<string>): Metric {
  return {
    namespace: "AWS/SQS",
    name,
    dimensions: { QueueName: queueName },
    statistic: "Maximum",
    period: FIVE_MINUTES,
  };
}

/** docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html */
export function topicFailures(topicName: pulumi.Input<string>): Metric {
  return {
    namespace: "AWS/SNS",
    name: "NumberOfNotificationsFailed",
    dimensions: { TopicName: topicName },
    statistic: "Sum",
    period: FIVE_MINUTES,
  };
}

/** Storage classes that the lifecycle can lead to, as the daily metric BucketSizeBytes calls them. */
export const STORAGE_TYPES = [
  "StandardStorage",
  "StandardIAStorage",
  "GlacierInstantRetrievalStorage",
  "GlacierStorage",
  "DeepArchiveStorage",
  "IntelligentTieringFAStorage",
  "IntelligentTieringIAStorage",
  "IntelligentTieringAIAStorage",
  "IntelligentTieringAAStorage",
  "IntelligentTieringDAAStorage",
] as const;

/** Bytes of the bucket in one class; S3 tells them once a day. */
export function storageMetric(bucketName: pulumi.Input<string>, storageType: string): Metric {
  return {
    namespace: "AWS/S3",
    name: "BucketSizeBytes",
    dimensions: { BucketName: bucketName, StorageType: storageType },
    statistic: "Average",
    period: DAY,
  };
}
