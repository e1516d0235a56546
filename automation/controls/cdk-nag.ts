import type { AcceptedFinding } from "./control";

const secret = ["PipelineSnowflakeUserSecretSecret"];

/** Every finding of cdk-nag in the program. One that is not here, or that is here and no longer found, fails a test. */
export const nagExceptions: readonly AcceptedFinding[] = [
  {
    id: "AwsSolutions-S1",
    asks: "access logs of every bucket",
    found: ["PipelineAuditLogsBucket"],
    reason: "as CloudTrail.7: logs about logs have no end",
  },
  {
    id: "AwsSolutions-IAM5",
    asks: "policies without wildcards",
    found: [
      "PipelineAuditTrailPolicy",
      "PipelineBraintrustPolicyManagedPolicy",
      "PipelineSnowflakePolicyManagedPolicy",
    ],
    reason:
      "every action is spelled out; objects below the export prefix and streams of the one log group have no names before they exist",
  },
  {
    id: "AwsSolutions-SMG4",
    asks: "automatic rotation of secrets",
    found: secret,
    reason: "as SecretsManager.1: `rotate-keys` does it, with Snowflake's side",
  },
  {
    id: "NIST.800.53.R5-IAMNoInlinePolicy",
    asks: "no inline policies",
    found: ["PipelineAuditTrailPolicy", "PipelineErrorsPublishPolicy"],
    reason: "one statement each, that no other role may get; the trail's is awsx's own",
  },
  {
    id: "NIST.800.53.R5-S3BucketLoggingEnabled",
    asks: "access logs of every bucket",
    found: ["PipelineAuditLogsBucket"],
    reason: "as CloudTrail.7: logs about logs have no end",
  },
  {
    id: "NIST.800.53.R5-S3BucketReplicationEnabled",
    asks: "replication of every bucket",
    found: ["PipelineAuditLogsBucket", "PipelineBucketAccessLogsBucket", "PipelineBucketBucket"],
    reason: "as S3.7: exports can be made again, and a copy doubles the cost",
  },
  {
    id: "NIST.800.53.R5-S3DefaultEncryptionKMS",
    asks: "KMS by default in every bucket",
    found: ["PipelineAuditLogsBucket", "PipelineBucketAccessLogsBucket"],
    reason:
      "S3 delivers access logs to SSE-S3 alone; CloudTrail puts each of its files under the stack's key itself",
  },
  {
    id: "NIST.800.53.R5-SecretsManagerRotationEnabled",
    asks: "automatic rotation of secrets",
    found: secret,
    reason: "as SecretsManager.1: `rotate-keys` does it, with Snowflake's side",
  },
  {
    id: "NIST.800.53.R5-SecretsManagerUsingKMSKey",
    asks: "a customer managed key for secrets",
    found: secret,
    reason:
      "the secret is read by the account alone, and a grant on the key of the exports would open these too",
  },
  {
    id: "NIST.800.53.R5-SNSEncryptedKMS",
    asks: "KMS encryption of every topic",
    found: ["PipelineErrorsTopicTopic"],
    reason: "as SNS.1: Snowflake's role publishes to it, and has no grant on the key",
  },
];

/** Types that no rule of the packs is about, or that one reads only with another resource, such as a topic's policy. */
export const notJudged: readonly string[] = [
  "AWS::CloudWatch::CompositeAlarm",
  "AWS::CloudWatch::Dashboard",
  "AWS::IAM::AccessKey",
  "AWS::KMS::Alias",
  "AWS::Logs::MetricFilter",
  "AWS::SNS::Subscription",
  "AWS::SNS::TopicPolicy",
  "AWS::SQS::QueuePolicy",
];
