/**
 * What some settings need beside them, to be valid or to have an effect: other settings by their path, `undefined` to
 * remove one. The stack has them before the change and after it.
 */
export const companions: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  // Whose prefixes lie below it.
  exportPrefix: { crossAccountReaders: undefined },
  "bucketPolicyStatements[].NotPrincipal": { "bucketPolicyStatements.[].Principal": undefined },
  "bucketPolicyStatements[].NotAction": { "bucketPolicyStatements.[].Action": undefined },
  "bucketPolicyStatements[].Resource": { bucketName: "acme-braintrust-exports" },
  kmsKeyArn: { encryption: "kms" },
  existingKmsKeyArn: { existingBucket: "acme-existing-bucket" },
  allowCrossRegion: { snowflakeRegion: "eu-central-1", "snowflake.network": undefined },
  snowflakeRegion: { allowCrossRegion: true, "snowflake.network": undefined },
  "lifecycle.glacierDays": { "lifecycle.deepArchiveDays": 30_000 },
  "lifecycle.glacierIrDays": { "lifecycle.profile": "instant" },
  "lifecycle.intelligentTiering": { "lifecycle.profile": "instant" },
  "lifecycle.archiveAccessDays": {
    "lifecycle.profile": "instant",
    "lifecycle.intelligentTiering": true,
  },
  "lifecycle.deepArchiveAccessDays": {
    "lifecycle.profile": "instant",
    "lifecycle.intelligentTiering": true,
  },
  "iam.names.snowflakeUser": { "snowflake.access": "user" },
  "iam.names.snowflakeGroup": { "snowflake.access": "user" },
  "iam.names.errorRole": { "snowflake.errorNotifications.enabled": true },
  "iam.names.replicationRole": {
    encryption: "kms",
    "replication.bucketArn": "arn:aws:s3:::acme-replicas",
    "replication.kmsKeyArn": "arn:aws:kms:eu-west-1:999988887777:key/1234abcd-12ab-34cd-56ef-1234567890ab",
  },
  "replication.bucketArn": {
    encryption: "kms",
    "replication.kmsKeyArn": "arn:aws:kms:eu-west-1:999988887777:key/1234abcd-12ab-34cd-56ef-1234567890ab",
  },
  "replication.kmsKeyArn": { encryption: "kms" },
  "iam.names.trailRole": { "auditTrail.enabled": true },
  "auditTrail.name": { "auditTrail.enabled": true },
  "events.queueName": { "events.mode": "queue" },
  "events.topicName": { "events.mode": "sns" },
  "braintrust.accountId": { "braintrust.principalArns": undefined },
  "objectLock.mode": { "objectLock.confirmCompliance": true },
  "objectLock.confirmCompliance": { "objectLock.mode": "COMPLIANCE" },
  "accessLogs.retentionDays": { "accessLogs.enabled": true },
  "auditTrail.retentionDays": { "auditTrail.enabled": true },
  "auditTrail.logGroupDays": { "auditTrail.enabled": true },
  "auditTrail.managementEvents": { "auditTrail.enabled": true },
  "auditTrail.lock": { "auditTrail.enabled": true },
  "auditTrail.lock.mode": { "auditTrail.enabled": true, "auditTrail.lock.confirmCompliance": true },
  "auditTrail.lock.days": { "auditTrail.enabled": true },
  "auditTrail.lock.confirmCompliance": { "auditTrail.enabled": true, "auditTrail.lock.mode": "COMPLIANCE" },
  "auditTrail.logGroup": {
    "auditTrail.existing": "arn:aws:cloudtrail:us-east-1:123456789012:trail/organization",
  },
};
