/** What AWS takes at most of something that this program writes. */
export interface AwsLimit {
  readonly most: number;
  readonly unit: string;
  /** AWS's page, on docs.aws.amazon.com. */
  readonly source: string;
}

const iam = "IAM/latest/UserGuide/reference_iam-quotas.html";
const s3 = "general/latest/gr/s3.html";
const cloudwatch = "AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html";
const metricFilter = "AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html";
const metricAlarm = "AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html";
const compositeAlarm = "AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html";

/**
 * Every limit of AWS on what settings can make longer or more of. Those that settings could pass are refused with them; of the
 * others a test measures the largest that any settings make. docs/limits.md shows both.
 */
export const awsLimits = {
  bucketName: {
    most: 63,
    unit: "characters",
    source: "AmazonS3/latest/userguide/bucketnamingrules.html",
  },
  bucketPolicy: {
    most: 20_480,
    unit: "bytes",
    source: "AmazonS3/latest/userguide/bucket-policies.html",
  },
  objectKey: {
    most: 1_024,
    unit: "bytes",
    source: "AmazonS3/latest/userguide/object-keys.html",
  },
  notificationConfigurations: { most: 100, unit: "for each bucket", source: s3 },
  notificationFilter: {
    most: 1_024,
    unit: "characters",
    source: "AmazonS3/latest/API/API_FilterRule.html",
  },
  lifecycleRules: { most: 1_000, unit: "for each bucket", source: s3 },
  metricsConfigurations: {
    most: 1_000,
    unit: "for each bucket",
    source: "AmazonS3/latest/userguide/metrics-configurations.html",
  },
  metricsConfigurationId: {
    most: 64,
    unit: "characters",
    source: "AmazonS3/latest/API/API_MetricsConfiguration.html",
  },
  /** The default quota of an account. */
  trustPolicy: { most: 2_048, unit: "characters", source: iam },
  managedPolicy: { most: 6_144, unit: "characters", source: iam },
  rolePolicies: { most: 10_240, unit: "characters", source: iam },
  roleName: { most: 64, unit: "characters", source: iam },
  userName: { most: 64, unit: "characters", source: iam },
  groupName: { most: 128, unit: "characters", source: iam },
  policyName: { most: 128, unit: "characters", source: iam },
  iamPath: { most: 512, unit: "characters", source: iam },
  accessKeys: { most: 2, unit: "for each user", source: iam },
  externalId: {
    most: 1_224,
    unit: "characters",
    source: "STS/latest/APIReference/API_AssumeRole.html",
  },
  keyPolicy: { most: 32_768, unit: "bytes", source: "kms/latest/developerguide/resource-limits.html" },
  keyAlias: { most: 256, unit: "characters", source: "kms/latest/APIReference/API_CreateAlias.html" },
  topicPolicy: {
    most: 30_720,
    unit: "bytes",
    source: "sns/latest/dg/sns-access-policy-language-api-permissions-reference.html",
  },
  topicName: { most: 256, unit: "characters", source: "sns/latest/api/API_CreateTopic.html" },
  queuePolicy: {
    most: 8_192,
    unit: "bytes",
    source: "AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html",
  },
  queueName: {
    most: 80,
    unit: "characters",
    source: "AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html",
  },
  trailName: {
    most: 128,
    unit: "characters",
    source: "awscloudtrail/latest/userguide/cloudtrail-trail-naming-requirements.html",
  },
  logGroupName: {
    most: 512,
    unit: "characters",
    source: "AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html",
  },
  metricFilters: { most: 100, unit: "for each log group", source: metricFilter },
  metricFilterName: { most: 512, unit: "characters", source: metricFilter },
  metricFilterPattern: { most: 1_024, unit: "characters", source: metricFilter },
  alarmName: { most: 255, unit: "characters", source: metricAlarm },
  alarmDescription: { most: 1_024, unit: "characters", source: metricAlarm },
  alarmMetrics: { most: 10, unit: "for each alarm", source: cloudwatch },
  compositeRule: { most: 10_240, unit: "characters", source: compositeAlarm },
  compositeAlarms: { most: 100, unit: "for each composite alarm", source: compositeAlarm },
  dashboardName: {
    most: 255,
    unit: "characters",
    source: "AmazonCloudWatch/latest/APIReference/API_PutDashboard.html",
  },
  dashboardWidgets: { most: 500, unit: "for each dashboard", source: cloudwatch },
  dashboardMetrics: { most: 2_500, unit: "for each dashboard", source: cloudwatch },
  widgetMetrics: { most: 500, unit: "for each widget", source: cloudwatch },
  tags: { most: 50, unit: "for each resource", source: "tag-editor/latest/userguide/tagging.html" },
} as const satisfies Readonly<Record<string, AwsLimit>>;
