import type { AcceptedFinding } from "./control";

const buckets = ["pipeline_audit_logs", "pipeline_bucket", "pipeline_bucket_access_logs"];
const logBuckets = ["pipeline_audit_logs", "pipeline_bucket_access_logs"];
const secret = ["pipeline_snowflake_user_secret"];

/** Every finding of checkov in the program. One that is not here, or that is here and no longer found, fails a test. */
export const checkovExceptions: readonly AcceptedFinding[] = [
  {
    id: "CKV_AWS_18",
    asks: "access logs of every bucket",
    found: ["pipeline_audit_logs"],
    reason: "as CloudTrail.7: logs about logs have no end",
  },
  {
    id: "CKV_AWS_26",
    asks: "encryption of every topic",
    found: ["pipeline_errors_topic"],
    reason: "as SNS.1: Snowflake's role publishes to it, and has no grant on the key",
  },
  {
    id: "CKV_AWS_61",
    asks: "a trust that does not let a whole account in",
    found: ["pipeline_braintrust"],
    reason:
      "Braintrust's workers have no stable role, so it asks for its account; the external id of the organization narrows it",
  },
  {
    id: "CKV_AWS_144",
    asks: "cross-Region replication",
    found: buckets,
    reason: "as S3.7: exports can be made again, and a copy doubles the cost",
  },
  {
    id: "CKV_AWS_145",
    asks: "KMS by default in every bucket",
    found: logBuckets,
    reason:
      "S3 delivers access logs to SSE-S3 alone; CloudTrail puts each of its files under the stack's key itself",
  },
  {
    id: "CKV_AWS_149",
    asks: "a customer managed key for secrets",
    found: secret,
    reason:
      "the secret is read by the account alone, and a grant on the key of the exports would open these too",
  },
  {
    id: "CKV_AWS_252",
    asks: "a topic that is notified of each log file",
    found: ["pipeline_audit_trail"],
    reason: "nobody waits for log files; alarms are made from the trail's log group",
  },
  {
    id: "CKV_AWS_273",
    asks: "no IAM users",
    found: ["pipeline_snowflake_user"],
    reason: "only in `access: user`, for those who cannot make a storage integration",
  },
  {
    id: "CKV_AWS_300",
    asks: "unfinished uploads to be aborted in the whole bucket",
    found: buckets.map((bucket) => `${bucket}_lifecycle`),
    reason:
      "they are, below the prefix that anything is written to; checkov reads rules without a prefix alone",
  },
  {
    id: "CKV_AWS_338",
    asks: "a year of logs in the log group",
    found: ["pipeline_audit_group"],
    reason: "as CloudWatch.16: 90 days there, a year in the bucket",
  },
  {
    id: "CKV_AWS_385",
    asks: "topic policies without other accounts",
    found: ["pipeline_alerts_policy", "pipeline_errors_topic_policy", "pipeline_events_topic_policy"],
    reason:
      "AWS services publish for this account alone, and Snowflake's user may subscribe to the events: that is what the topics are for",
  },
  {
    id: "CKV2_AWS_57",
    asks: "automatic rotation of secrets",
    found: secret,
    reason: "as SecretsManager.1: `rotate-keys` does it, with Snowflake's side",
  },
  {
    id: "CKV2_AWS_62",
    asks: "event notifications of every bucket",
    found: logBuckets,
    reason: "nobody waits for log files",
  },
];
