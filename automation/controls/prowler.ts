/** A check of prowler's that the stack fails on purpose, and on which of its resources. */
export interface ProwlerException {
  readonly check: string;
  /** What it finds of a stack `prod-guarded` in account 000000000000, without the endings that Pulumi gives names. */
  readonly found: readonly string[];
  readonly reason: string;
}

const exportBucket = "braintrust-exports-prod-guarded-000000000000-us-east-1";
const auditLogs = "braintrust-audit-prod-guarded-000000000000";
const accessLogs = "pipeline-bucket-access-logs";
const trail = "braintrust-exports-prod-guarded";
const emulator = "of the emulator alone, which tells less of an alarm or a trail than it was given: see";

/** Every check of prowler's on what a guarded production stack makes that fails in the emulator. */
export const prowlerExceptions: readonly ProwlerException[] = [
  {
    check: "cloudtrail_bucket_requires_mfa_delete",
    found: [trail],
    reason:
      "as S3.20: only the account's root can turn it on; `auditTrail.lock` keeps the files against everybody",
  },
  { check: "cloudtrail_cloudwatch_logging_enabled", found: [trail], reason: `${emulator} CloudTrail.5` },
  {
    check: "cloudtrail_insights_exist",
    found: [trail],
    reason:
      "Insights are billed by every management event of the account; alarms look for what concerns the exports",
  },
  {
    check: "cloudtrail_logs_s3_bucket_access_logging_enabled",
    found: [trail],
    reason: "as CloudTrail.7: logs about logs have no end",
  },
  {
    check: "cloudwatch_alarm_actions_alarm_state_configured",
    found: ["(alarms)"],
    reason: `${emulator} CloudWatch.15`,
  },
  { check: "cloudwatch_alarm_actions_enabled", found: ["(alarms)"], reason: `${emulator} CloudWatch.17` },
  {
    check: "cloudwatch_log_group_retention_policy_specific_days_enabled",
    found: [`/aws/cloudtrail/${trail}`],
    reason: "as CloudWatch.16: 90 days there, a year in the bucket",
  },
  {
    check: "iam_role_cross_service_confused_deputy_prevention",
    found: ["pipeline-audit-trail"],
    reason:
      "awsx's role for the log group trusts CloudTrail as AWS's guide has it; it may write to that log group and nothing else",
  },
  {
    check: "s3_bucket_cross_region_replication",
    found: [auditLogs, exportBucket, accessLogs],
    reason: "as S3.7: exports can be made again, and a copy doubles the cost",
  },
  {
    check: "s3_bucket_event_notifications_enabled",
    found: [auditLogs, accessLogs],
    reason: "nobody waits for log files",
  },
  {
    check: "s3_bucket_kms_encryption",
    found: [auditLogs, accessLogs],
    reason:
      "S3 delivers access logs to SSE-S3 alone; CloudTrail puts each of its files under the stack's key itself",
  },
  {
    check: "s3_bucket_no_mfa_delete",
    found: [auditLogs, exportBucket, accessLogs],
    reason: "as S3.20: only the account's root can turn it on, and it rules out a lifecycle",
  },
  {
    check: "s3_bucket_object_lock",
    found: [exportBucket, accessLogs],
    reason: "as S3.15: a lock cannot be taken off again; `objectLock` turns it on",
  },
  {
    check: "s3_bucket_server_access_logging_enabled",
    found: [auditLogs, accessLogs],
    reason: "as CloudTrail.7: logs about logs have no end",
  },
];
