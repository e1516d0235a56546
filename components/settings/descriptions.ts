import type { RawSettings } from "./schema";

/** Every key of a section, `streams[].name` for those of a list's items. */
type KeyIn<Section> = {
  [Key in keyof Section & string]-?: Key | `${Key}${KeyBelow<NonNullable<Section[Key]>>}`;
}[keyof Section & string];

type KeyBelow<Value> = Value extends readonly (infer Item)[]
  ? Item extends object
    ? `[].${KeyIn<Item>}`
    : never
  : Value extends object
    ? string extends keyof Value
      ? never
      : `.${KeyIn<Value>}`
    : never;

/** A setting or a section of settings, as `pulumi config set --path` spells it. */
export type SettingKey = KeyIn<RawSettings>;

/** What each setting means: docs/settings.md is made of it. */
export const meanings: Readonly<Record<SettingKey, string>> = {
  bucketName: "Name of the export bucket.",
  existingBucket:
    "A bucket that exists already. This stack manages access to it and its events, not the bucket itself. Policy statements and notifications that others have there are kept.",
  existingKmsKeyArn:
    "KMS key of the existing bucket. The key's policy must let both roles use the key; this stack does not change it.",
  exportPrefix: "Folder of all exports in the bucket. Both roles can access only this folder.",
  snowflakeRegion: "Region of your Snowflake account. A bucket in another region is refused.",
  allowCrossRegion:
    "Allows a bucket in another region than Snowflake's: each load costs egress and is slower.",
  encryption:
    "Encryption of the bucket: `s3` uses keys of S3 (SSE-S3), `kms` the key of `kmsKeyArn` or one that this stack creates.",
  kmsKeyArn:
    "Your own KMS key for the stack's bucket, with `encryption: kms`. Its policy must let both roles use it through S3; this stack does not change it. Topics, trail and log group are not encrypted with it.",
  publicAccessBlock:
    "Who blocks public access: each `bucket` that this stack creates, or the `account`, where your organization forbids settings of single buckets. `verify` then checks the account's block.",
  iam: "Path, permissions boundary and names of every role, user, group and policy that this stack creates. A change of a path or a name replaces it.",
  "iam.path": "Path of all of them.",
  "iam.permissionsBoundaryArn":
    "Permissions boundary of every role and user, the role of the audit trail too.",
  "iam.names": "Names in place of the defaults, which end in the stack's name.",
  "iam.names.braintrustRole": "Role that Braintrust assumes.",
  "iam.names.snowflakeRole": "Role that Snowflake assumes.",
  "iam.names.snowflakeUser": "User with Snowflake's keys, with `snowflake.access: user`.",
  "iam.names.snowflakeGroup": "Group of that user.",
  "iam.names.exportPolicy": "Policy of Braintrust's role.",
  "iam.names.readPolicy": "Policy of Snowflake's role or user.",
  "iam.names.errorRole": "Role by which Snowflake reports load errors.",
  "iam.names.trailRole": "Role by which the audit trail writes to its log group.",
  "iam.names.replicationRole": "Role by which S3 replicates exports.",
  replication:
    "Copies each new export to a bucket that exists elsewhere, in another region or account. Deletions are not copied, and earlier exports neither. The destination must be versioned and allow the output `replicationRoleArn`.",
  "replication.bucketArn": "The destination.",
  "replication.accountId": "Account of the destination, which then owns the replicas.",
  "replication.kmsKeyArn":
    "Key of the replicas, in the destination's region. Required with `encryption: kms`, and used with that only.",
  "replication.storageClass": "Storage class of the replicas.",
  protect:
    "Pulumi's protection of resources that hold data or an identity: buckets, keys, event topics, roles, users, secrets.",
  forceDestroy: "Lets `destroy` empty the bucket first.",

  format: "Format of the files of each stream that has no other, as chosen in Braintrust.",
  streams: "One item for each export automation in Braintrust.",
  "streams[].name": "Name of the stream. Alarms, outputs and Snowflake's objects are named after it.",
  "streams[].prefix":
    "Folder of the stream, with or without `exportPrefix` in front. Folders must not overlap.",
  "streams[].format": "Format of the stream's files.",
  "streams[].table": "Landing table in Snowflake.",

  braintrust: "Who writes. Braintrust shows both ids in the dialog of a new S3 export.",
  "braintrust.accountId": "AWS account from which Braintrust assumes its role.",
  "braintrust.orgId": "Id of your Braintrust organization; the role accepts external ids of it only.",
  "braintrust.projectIds": "Accepts external ids of these projects only.",
  "braintrust.principalArns":
    "Roles of a self-hosted data plane that assume Braintrust's role, in place of Braintrust's account: that of the API handler and, if it exports, that of Brainstore.",
  "braintrust.permissions":
    "`standard` is what Braintrust documents. `least` lets Braintrust write, but not read exports or delete their versions.",

  snowflake: "Who reads, and the names of the objects that the SQL creates in Snowflake.",
  "snowflake.access":
    "How Snowflake signs in: it assumes a `role` (recommended), or uses the access key of a `user`.",
  "snowflake.iamUserArn":
    "Snowflake's IAM user, STORAGE_AWS_IAM_USER_ARN of DESC INTEGRATION. `connect` fills it in.",
  "snowflake.externalId":
    "External id that Snowflake must send. `init`, `up --create` and `sql --planned` generate one.",
  "snowflake.snsSubscriberArn": "IAM user that subscribes Snowpipe to the topic, with `events.mode: sns`.",
  "snowflake.database": "Database of the landing tables.",
  "snowflake.schema": "Schema of the landing tables, stages and pipes.",
  "snowflake.warehouse": "Warehouse of scheduled loads and checks.",
  "snowflake.role": "Role that owns the pipes and loads.",
  "snowflake.readerRole": "Role that reads the loaded tables.",
  "snowflake.adminRole":
    "Role that runs what needs rights of the account: with ACCOUNTADMIN, SYSADMIN creates warehouse and database, USERADMIN owns roles, and SECURITYADMIN grants; another role does all of it.",
  "snowflake.integrationRole": "Role that creates and owns the integrations.",
  "snowflake.taskMinutes":
    "Time between two loads, with `events.mode: queue` or `none`. Each run is billed, also one that finds nothing.",
  "snowflake.currentLagMinutes":
    "For large tables: also keeps the newest record of each id in a dynamic table `<TABLE>_CURRENT`, at most this late. Each refresh uses the warehouse, and a minute more until that suspends; the view `<TABLE>_LATEST` costs nothing until it is queried, and then reads the whole table.",
  "snowflake.monthlyCredits":
    "Credits a calendar month that the warehouse may use: a resource monitor notifies, at 75 percent, those administrators of the account who have enabled notifications in Snowsight, and suspends the warehouse at 100. Pipes and tasks are serverless: it does not stop them. Needs ACCOUNTADMIN as `snowflake.adminRole`, and a warehouse that the SQL created.",
  "snowflake.integration": "Name of the storage integration.",
  "snowflake.accessKeys":
    "Access keys of the IAM user with `access: user`, oldest first; the last one is in use. `rotate-keys` edits this list.",
  "snowflake.accessKeys[].name": "Name of the key in this stack. A new name creates a new key.",
  "snowflake.accessKeys[].status": "Whether AWS accepts the key.",
  "snowflake.network":
    "Snowflake's role or user is refused unless it reads from one of these. Only within one region: `snowflakeRegion` must be that of the bucket.",
  "snowflake.network.vpcIds":
    "VPCs of Snowflake, from SYSTEM$GET_SNOWFLAKE_PLATFORM_INFO. `connect` fills them in, and again once Snowflake announces others.",
  "snowflake.network.vpcEndpointIds": "VPC endpoints to S3.",
  "snowflake.errorNotifications": "Snowpipe's error notifications, through a topic to a queue of this stack.",
  "snowflake.errorNotifications.enabled": "Creates the topic, the queue, and the role that publishes to it.",
  "snowflake.errorNotifications.integration": "Name of the notification integration.",
  "snowflake.errorNotifications.iamUserArn": "Snowflake's IAM user for notifications. `connect` fills it in.",
  "snowflake.errorNotifications.externalId": "External id of that user. `connect` fills it in.",

  events: "How Snowflake learns of a new file.",
  "events.mode":
    "`snowflake-queue`: S3 notifies the queue of each pipe. `sns`: S3 notifies a topic, for several readers. `queue`: S3 notifies a queue of this stack, and a task in Snowflake loads on a schedule. `none`: no events.",
  "events.notificationChannels":
    "Queue of each pipe, by the stream's name: notification_channel of SHOW PIPES. `connect` fills it in.",
  "events.suffix": "Only files that end in this cause an event.",
  "events.fileEvents": "Events of S3 that announce a file.",
  "events.queueName":
    "Name of this stack's queue, for one that other systems know already. The dead-letter queue adds `-dlq`.",
  "events.topicName": "Name of this stack's topic.",

  crossAccountReaders: "Principals of other accounts that may read the exports.",
  "crossAccountReaders[].arn": "The principal.",
  "crossAccountReaders[].prefixes": "Folders that it may read.",

  bucketPolicyStatements:
    "Your own statements of the bucket's policy, written as IAM writes them. S3 keeps one policy for a bucket, so they are added to this stack's.",
  "bucketPolicyStatements[].Sid": "Name of the statement; this stack's own have theirs.",
  "bucketPolicyStatements[].Effect": "Whether the statement allows or denies.",
  "bucketPolicyStatements[].Principal":
    "Whom it speaks of. Everybody may be denied; an Allow to everybody needs a condition that names who that is.",
  "bucketPolicyStatements[].NotPrincipal":
    "In a Deny, in place of `Principal`: everybody else. AWS recommends conditions on `aws:PrincipalArn` instead.",
  "bucketPolicyStatements[].Action": "What it allows or denies.",
  "bucketPolicyStatements[].NotAction": "In place of `Action`: everything else.",
  "bucketPolicyStatements[].Resource":
    "The bucket, or objects in it; ARNs need a bucket whose name is set, by `bucketName` or `existingBucket`.",
  "bucketPolicyStatements[].Condition": "When it holds.",

  lifecycle: "Storage classes and deletion of the exports.",
  "lifecycle.profile":
    "`archive`: STANDARD_IA, then GLACIER and DEEP_ARCHIVE, which Snowflake cannot read. `instant`: STANDARD_IA, then GLACIER_IR; always readable. `none`: STANDARD.",
  "lifecycle.standardIaDays": "Age for STANDARD_IA.",
  "lifecycle.glacierDays": "Age for GLACIER, in `archive`.",
  "lifecycle.deepArchiveDays": "Age for DEEP_ARCHIVE, in `archive`.",
  "lifecycle.glacierIrDays": "Age for GLACIER_IR, in `instant`.",
  "lifecycle.intelligentTiering":
    "In `instant`: INTELLIGENT_TIERING at once, instead of the two transitions.",
  "lifecycle.archiveAccessDays":
    "Time without access until Intelligent-Tiering archives a file. Snowflake cannot read it then.",
  "lifecycle.deepArchiveAccessDays":
    "Time without access until Intelligent-Tiering moves a file to its deep archive. Snowflake cannot read it then.",
  "lifecycle.noncurrentDays": "Age at which replaced and deleted versions are removed.",
  "lifecycle.abortMultipartDays": "Age at which unfinished uploads are removed.",
  "lifecycle.expireDays": "Age at which exports are deleted.",
  "lifecycle.minimumObjectSizeBytes": "Smaller exports stay in S3 Standard: every move costs a request.",

  objectLock: "S3 Object Lock: versions of exports cannot be deleted for a time.",
  "objectLock.mode":
    "In GOVERNANCE mode only principals with s3:BypassGovernanceRetention can shorten the time. In COMPLIANCE mode nobody can, the account's root user included.",
  "objectLock.days": "How long a version is kept.",
  "objectLock.confirmCompliance": "COMPLIANCE is refused unless this is `true`.",

  accessLogs: "S3 access logs, in a bucket of their own.",
  "accessLogs.enabled": "Creates the bucket, and logs every request.",
  "accessLogs.retentionDays": "Age at which a log file is deleted.",

  auditTrail: "CloudTrail's record of every read and write of the exports.",
  "auditTrail.enabled": "Creates the trail, its bucket and its log group, or uses those named below.",
  "auditTrail.retentionDays": "Age at which a log file in the bucket is deleted.",
  "auditTrail.logGroupDays": "Time that the log group keeps events. Alarms read them there.",
  "auditTrail.managementEvents":
    "Which other calls the trail records: `all` calls that read or change resources of the account, `write` only those that change them, or `none`.",
  "auditTrail.lock": "Object Lock on the trail's log files.",
  "auditTrail.lock.mode": "As `objectLock.mode`.",
  "auditTrail.lock.days": "How long a log file is kept.",
  "auditTrail.lock.confirmCompliance": "COMPLIANCE is refused unless this is `true`.",
  "auditTrail.existing":
    "A trail that records the bucket's data events already, such as the organization's. This stack creates none then.",
  "auditTrail.name": "Name of the trail of this stack.",
  "auditTrail.logGroup":
    "Log group of the existing trail. Without it there are no alarms on calls by unexpected principals.",

  monitoring: "Alarms, dashboard and cost limits.",
  "monitoring.enabled": "Creates alarms, an alert topic, and S3's request metrics of the exports.",
  "monitoring.alertEmails":
    "Recipients of alarms by e-mail. Each address must confirm its subscription in a mail from AWS.",
  "monitoring.alertTopicArn":
    "A topic that exists already, for the alarms. Its policy, and that of its key, must let CloudWatch, AWS Budgets and `costalerts.amazonaws.com` publish.",
  "monitoring.exportEveryHours":
    "Time without a file after which a stream's alarm fires and `verify` reports the export as late.",
  "monitoring.storageGb": "Alarm if the bucket holds more, all storage classes together.",
  "monitoring.queueDepth": "Alarm if this stack's queue holds more messages.",
  "monitoring.queueAgeHours": "Alarm if the oldest message in this stack's queue is older.",
  "monitoring.requestMetrics":
    "S3 request metrics. Alarms on missing exports, refused requests and downloads need them. CloudWatch bills them in hours with requests.",
  "monitoring.anomalyDetection": "Alarm on an unusual amount of downloads, for 0.30 USD a month.",
  "monitoring.compositeAlarm": "One message if several alarms fire together, for 0.50 USD a month.",
  "monitoring.dashboard": "Dashboard, for 3 USD a month beyond an account's first three.",
  "monitoring.monthlyBudgetUsd":
    "Monthly budget. Alerts at 80 % and 100 % spent, and if the forecast reaches 100 %.",
  "monitoring.costAnomalyUsd": "Alert on unusual spending of at least this much.",
  "monitoring.costAnomalyMonitorArn": "A cost anomaly monitor that exists already.",
  "monitoring.costTag": "Tag of `aws:defaultTags` that identifies the costs of this stack.",
  "monitoring.activateCostTag":
    "Makes `costTag` a cost allocation tag. Works in the payer account, about a day after AWS has seen the tag.",
};

/** Defaults that depend on other settings, or mean that something is left out. */
export const computedDefaults: Readonly<Partial<Record<SettingKey, string>>> = {
  bucketName: "`braintrust-exports-<stack>-<account>-<region>`",
  existingBucket: "this stack creates the bucket",
  snowflakeRegion: "not checked",
  encryption: "`kms` in production, `s3` in development and with `existingBucket`",
  protect: "`true` in production, `false` in development",
  forceDestroy: "`false` in production, `true` in development",
  "streams[].format": "`format`",
  "streams[].prefix": "the stream's name and `/`",
  "streams[].table": "the stream's name in upper case",
  "braintrust.accountId": "unknown: the role cannot be assumed yet",
  "braintrust.orgId": "unknown: the role cannot be assumed yet",
  "braintrust.projectIds": "all projects of the organization",
  "snowflake.iamUserArn": "unknown: the role cannot be assumed yet",
  "snowflake.externalId": "unknown: the role cannot be assumed yet",
  "snowflake.snsSubscriberArn": "`snowflake.iamUserArn`",
  "snowflake.database": "`BRAINTRUST_<STACK>`",
  "snowflake.warehouse": "`BRAINTRUST_<STACK>_WH`",
  "snowflake.role": "`BRAINTRUST_<STACK>_LOADER`",
  "snowflake.readerRole": "`BRAINTRUST_<STACK>_READER`",
  "snowflake.integrationRole": "`snowflake.adminRole`",
  "snowflake.currentLagMinutes": "no dynamic table",
  "snowflake.monthlyCredits": "no resource monitor",
  "snowflake.integration": "`BRAINTRUST_<STACK>_S3`",
  "snowflake.network": "anywhere",
  "snowflake.errorNotifications.integration": "`BRAINTRUST_<STACK>_ERRORS`",
  "braintrust.principalArns": "Braintrust's account, `braintrust.accountId`",
  "events.queueName": "`snowpipe-s3-notifications-<stack>`",
  "events.topicName": "`snowpipe-s3-notifications-<stack>`",
  "auditTrail.name": "`braintrust-exports-<stack>`",
  "iam.path": "`/`",
  "iam.permissionsBoundaryArn": "none",
  "iam.names.braintrustRole": "`BraintrustExportRole-<stack>`",
  "iam.names.snowflakeRole": "`SnowflakeReaderRole-<stack>`",
  "iam.names.snowflakeUser": "`SnowflakeS3User-<stack>`",
  "iam.names.snowflakeGroup": "`SnowflakeS3Readers-<stack>`",
  "iam.names.exportPolicy": "`BraintrustS3ExportPolicy-<stack>`",
  "iam.names.readPolicy": "`SnowflakeS3AccessPolicy-<stack>`",
  "iam.names.errorRole": "`SnowflakeErrorRole-<stack>`",
  "iam.names.trailRole": "chosen by Pulumi",
  "iam.names.replicationRole": "`BraintrustReplicationRole-<stack>`",
  replication: "off",
  "replication.accountId": "the account of this stack",
  "replication.kmsKeyArn": "none",
  "replication.storageClass": "that of the export",
  "events.suffix": "all files below the stream's folder",
  "crossAccountReaders[].prefixes": "`exportPrefix`",
  "bucketPolicyStatements[].Resource": "the bucket and everything in it",
  "bucketPolicyStatements[].Condition": "always",
  "lifecycle.archiveAccessDays": "never",
  "lifecycle.deepArchiveAccessDays": "never",
  "lifecycle.expireDays": "never",
  "lifecycle.minimumObjectSizeBytes": "S3's own rule: files below 128 KB stay",

  objectLock: "off",
  "accessLogs.enabled": "`true` in production, `false` in development and with `existingBucket`",
  "auditTrail.enabled": "`true` in production and with `auditTrail.existing`, else `false`",
  "auditTrail.lock": "off",
  "auditTrail.existing": "this stack creates the trail",
  "monitoring.alertTopicArn": "this stack creates the topic",
  "monitoring.storageGb": "no alarm",
  "monitoring.queueDepth": "1000 with `events.mode: queue`, else no alarm",
  "monitoring.queueAgeHours": "24 with `events.mode: queue`, else no alarm",
  "monitoring.anomalyDetection": "`true` in production, `false` in development",
  "monitoring.compositeAlarm": "`true` in production, `false` in development",
  "monitoring.dashboard": "`true` in production, `false` in development",
  "monitoring.monthlyBudgetUsd": "no budget",
  "monitoring.costAnomalyUsd": "no alert",
  "monitoring.costAnomalyMonitorArn": "one by `costTag`",
  "monitoring.costTag": "costs of the whole account",
};
