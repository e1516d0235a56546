import type { Overrides } from "../harness";

/** Settings with which a stack has a resource of every type of the product. */
export const everything: Overrides = {
  encryption: "kms",
  snowflake: {
    access: "user",
    iamUserArn: "arn:aws:iam::000000000000:user/snowflake",
    errorNotifications: {
      enabled: true,
      iamUserArn: "arn:aws:iam::000000000000:user/snowflake",
      externalId: "errors-0123456789",
    },
  },
  replication: {
    bucketArn: "arn:aws:s3:::acme-replicas",
    kmsKeyArn: "arn:aws:kms:us-east-1:000000000000:key/00000000-0000-4000-8000-000000000000",
  },
  accessLogs: { enabled: true },
  auditTrail: { enabled: true, lock: { mode: "GOVERNANCE", days: 1 } },
  objectLock: { mode: "GOVERNANCE", days: 1 },
  lifecycle: { profile: "instant", intelligentTiering: true, archiveAccessDays: 90 },
  monitoring: {
    alertEmails: ["oncall@example.com"],
    storageGb: 100,
    compositeAlarm: true,
    dashboard: true,
    anomalyDetection: true,
    monthlyBudgetUsd: 50,
    costAnomalyUsd: 10,
    costTag: "stack",
    activateCostTag: true,
  },
};
