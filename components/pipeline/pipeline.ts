import * as pulumi from "@pulumi/pulumi";
import { BraintrustRole, braintrustTrust } from "../access/braintrust-role";
import { BucketReplication } from "../access/replication";
import { SnowflakeReader } from "../access/snowflake-reader";
import { snowflakeTrust } from "../access/trust-policy";
import { type Account, readAccount } from "../account";
import { Encryption, EventsMode, knownInputs } from "../arguments";
import { auditNames } from "../audit/audit-names";
import { AuditTrail } from "../audit/audit-trail";
import { LoadErrors } from "../events/load-errors";
import { SnowpipeEvents } from "../events/snowpipe-events";
import { ALERT_SERVICES } from "../monitoring/alert-topic";
import { Monitoring } from "../monitoring/monitoring";
import { version } from "../package";
import { physicalNames } from "../physical-names";
import { defaultBucketName } from "../settings/bucket-name";
import { PIPELINE_TYPE } from "../settings/settings";
import { BucketPolicy, foreignEncryption } from "../storage/bucket-policy";
import { EncryptionKey } from "../storage/encryption-key";
import { ExportBucket } from "../storage/export-bucket";
import { EncryptionKeyPolicy } from "../storage/key-policy";
import { shareOwner } from "../storage/share-names";
import { checkTogether } from "./argument-conflicts";
import { checkArguments } from "./argument-rules";
import { complete, type ExportPipelineArgs, foreignKeyArn } from "./pipeline-args";
import { monitoringArgs } from "./pipeline-monitoring";
import { sharingOptions } from "./shared-provider";
import { takeSuffix } from "./suffixes";

/**
 * The AWS side of a Braintrust to Snowflake pipeline: bucket, roles, events, audit trail, monitoring. For what no argument
 * covers, pass Pulumi's resource option `transforms`: it sees every resource below this one before it is created.
 */
export class ExportPipeline extends pulumi.ComponentResource {
  /** Bucket that exports land in. */
  public readonly bucketName: pulumi.Output<string>;
  /** ARN of that bucket. */
  public readonly bucketArn: pulumi.Output<string>;
  /** Region that it is in. */
  public readonly bucketRegion: pulumi.Output<string>;
  /** Key of the exports: the stack's own, or the one that the arguments name. */
  public readonly kmsKeyArn?: pulumi.Output<string>;
  /** Role that Braintrust assumes. */
  public readonly braintrustRoleArn: pulumi.Output<string>;
  /** Role that the destination of a replication must allow. */
  public readonly replicationRoleArn?: pulumi.Output<string>;
  /** Who reads for Snowflake: role or user. */
  public readonly snowflakePrincipalArn: pulumi.Output<string>;
  /** Role that Snowflake's storage integration assumes. */
  public readonly snowflakeRoleArn?: pulumi.Output<string>;
  /** Access key in use of Snowflake's user. */
  public readonly snowflakeAccessKeyId?: pulumi.Output<string>;
  /** Its secret. */
  public readonly snowflakeSecretAccessKey?: pulumi.Output<string>;
  /** Where Secrets Manager keeps both. */
  public readonly snowflakeSecretArn?: pulumi.Output<string>;
  /** Queue of events. */
  public readonly notificationQueueArn?: pulumi.Output<string>;
  /** URL of that queue. */
  public readonly notificationQueueUrl?: pulumi.Output<string>;
  /** Queue of events that its consumer failed on. */
  public readonly deadLetterQueueArn?: pulumi.Output<string>;
  /** Topic of events. */
  public readonly notificationTopicArn?: pulumi.Output<string>;
  /** Topic that Snowflake reports load errors to. */
  public readonly errorTopicArn?: pulumi.Output<string>;
  /** Role by which it does so. */
  public readonly errorRoleArn?: pulumi.Output<string>;
  /** Queue that keeps the reports. */
  public readonly errorQueueUrl?: pulumi.Output<string>;
  /** Trail with the data events of the bucket: the stack's own, or an existing one. */
  public readonly auditTrailArn?: pulumi.Output<string>;
  /** Topic that alarms tell. */
  public readonly alertsTopicArn?: pulumi.Output<string>;
  /** Where the dashboard is seen. */
  public readonly dashboardUrl?: pulumi.Output<string>;
  /** Known once Braintrust and Snowflake find the roles and events that were agreed on. */
  public readonly ready: pulumi.Output<string[]>;

  public constructor(name: string, args: ExportPipelineArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    checkArguments(name, args);
    const given = complete(args);
    checkTogether(name, given);
    super(PIPELINE_TYPE, name, knownInputs(args), opts);
    takeSuffix(this, name, given.suffix);
    const { suffix, forceDestroy, exportPrefix, existingBucket, lifecycle, streams } = given;
    // False would win over the resource option `protect`, which children take from this component.
    const protect = given.protect || undefined;
    const names = physicalNames(suffix, given.names);
    const parent = { parent: this };
    const account = readAccount(this);
    const key =
      given.encryption === Encryption.Kms && given.kmsKeyArn === undefined
        ? new EncryptionKey(`${name}-key`, { suffix, aliasName: names.keyAlias, protect }, parent)
        : undefined;
    const kmsKeyArn = key?.keyArn ?? foreignKeyArn(given);
    const requestMetrics = given.monitoring && given.requestMetrics && existingBucket === undefined;
    const { bucketName, bucketArn, accessLogBucketName, dependencies, versioning } = new ExportBucket(
      `${name}-bucket`,
      {
        existingBucket,
        bucketName: given.bucketName ?? ownBucketName(suffix, account),
        exportPrefix,
        lifecycle,
        objectLock: given.objectLock,
        publicAccessBlock: given.publicAccessBlock,
        accessLogDays: given.accessLogs ? given.accessLogDays : undefined,
        requestMetrics,
        forceDestroy,
        protect,
        account,
        kmsKeyArn,
      },
      parent,
    );
    const { iam } = given;
    // In what this pipeline has on a bucket that others use too.
    const owner =
      existingBucket === undefined ? undefined : account.accountId.apply((id) => shareOwner(id, suffix));
    const sharing = existingBucket === undefined ? parent : sharingOptions(this, name);
    const exports = { suffix, exportPrefix, bucketArn, account, kmsKeyArn, protect, iam };
    const braintrust = braintrustTrust(given, given.braintrustExternalIds, account);
    const { roleArn: braintrustRoleArn } = new BraintrustRole(
      `${name}-braintrust`,
      {
        ...exports,
        roleName: names.braintrustRole,
        policyName: names.braintrustPolicy,
        permissions: given.braintrustPermissions,
        trust: braintrust,
      },
      parent,
    );
    const reader = new SnowflakeReader(
      `${name}-snowflake`,
      {
        ...exports,
        names,
        access: given.snowflakeAccess,
        accessKeys: given.accessKeys,
        trust: snowflakeTrust(given.snowflakeIamUserArn, given.snowflakeExternalId),
        network: given.snowflakeNetwork,
        forceDestroy,
      },
      parent,
    );
    const { crossAccountReaders } = given;
    const replication =
      given.replication &&
      new BucketReplication(
        `${name}-replication`,
        {
          ...exports,
          bucketName,
          destination: given.replication,
          roleName: names.replicationRole,
          locked: given.objectLock !== undefined,
          dependsOn: versioning,
        },
        parent,
      );
    new BucketPolicy(
      `${name}-bucket-policy`,
      {
        bucketName,
        bucketArn,
        exportPrefix,
        crossAccountReaders,
        foreignEncryption: foreignEncryption(existingBucket, kmsKeyArn),
        owner,
        kmsKeyArn,
        statements: given.bucketPolicyStatements,
      },
      { ...sharing, dependsOn: dependencies },
    );
    const audit = given.auditTrail ? auditNames(names.auditTrail, suffix, account) : undefined;
    const keyPolicy =
      key &&
      new EncryptionKeyPolicy(
        `${name}-key-policy`,
        {
          keyId: key.keyId,
          keyArn: key.keyArn,
          account,
          bucketArn,
          writerArn: braintrustRoleArn,
          readerArns: [
            reader.principalArn,
            ...crossAccountReaders.map(({ arn }) => arn),
            ...(replication === undefined ? [] : [replication.roleArn]),
          ],
          encryptsTopic: given.eventsMode === EventsMode.Sns,
          alertServices: given.monitoring && given.alertTopicArn === undefined ? ALERT_SERVICES : [],
          audit,
        },
        parent,
      );
    // What is written under the key.
    const underKey = { kmsKeyArn: key?.keyArn, dependsOn: keyPolicy === undefined ? [] : [keyPolicy] };
    const events = new SnowpipeEvents(
      `${name}-events`,
      {
        names,
        protect,
        streams,
        mode: given.eventsMode,
        fileEvents: given.fileEvents,
        fileSuffix: given.fileSuffix,
        bucketName,
        bucketArn,
        owner,
        account,
        subscriberArn: given.snowflakeSubscriberArn,
        ...underKey,
      },
      sharing,
    );
    const errorTrust = snowflakeTrust(given.loadErrorsIamUserArn, given.loadErrorsExternalId);
    const errors = given.loadErrors
      ? new LoadErrors(`${name}-errors`, { names, iam, account, protect, trust: errorTrust }, parent)
      : undefined;
    const trail =
      audit &&
      new AuditTrail(
        `${name}-audit`,
        {
          names: audit,
          iam,
          roleName: names.trailRole,
          publicAccessBlock: given.publicAccessBlock,
          retentionDays: given.auditLogDays,
          logGroupDays: given.auditLogGroupDays,
          managementEvents: given.managementEvents,
          lock: given.auditLock,
          bucketArn,
          account,
          forceDestroy,
          protect,
          ...underKey,
        },
        parent,
      );
    const parts = { account, names, bucketName, requestMetrics, key, reader, events, errors, audit, trail };
    const monitoring = given.monitoring
      ? new Monitoring(
          name,
          monitoringArgs(name, given, {
            ...parts,
            accessLogBucketName,
            braintrustRoleArn,
            awaitsExports: braintrust !== undefined,
          }),
          parent,
        )
      : undefined;
    this.bucketName = bucketName;
    this.bucketArn = bucketArn;
    this.bucketRegion = account.region;
    this.kmsKeyArn = optional(kmsKeyArn);
    this.braintrustRoleArn = braintrustRoleArn;
    this.replicationRoleArn = replication?.roleArn;
    this.snowflakePrincipalArn = reader.principalArn;
    this.snowflakeRoleArn = reader.roleArn;
    this.snowflakeAccessKeyId = reader.user?.accessKeyId;
    this.snowflakeSecretAccessKey = reader.user?.secretAccessKey;
    this.snowflakeSecretArn = reader.user?.secretArn;
    this.notificationQueueArn = events.queue?.queueArn;
    this.notificationQueueUrl = events.queue?.queueUrl;
    this.deadLetterQueueArn = events.queue?.deadLetterQueueArn;
    this.notificationTopicArn = events.topicArn;
    this.errorTopicArn = errors?.topicArn;
    this.errorRoleArn = errors?.roleArn;
    this.errorQueueUrl = errors?.queue.queueUrl;
    this.auditTrailArn = optional(trail?.trailArn ?? given.existingTrailArn);
    this.alertsTopicArn = monitoring?.alertTopicArn;
    this.dashboardUrl = monitoring?.dashboardUrl;
    const roles = [braintrustRoleArn, reader.principalArn, ...(errors === undefined ? [] : [errors.roleArn])];
    this.ready = pulumi.all([pulumi.all(roles), events.ready]).apply((known) => known.flat());
    // Commands of an earlier version refuse the state.
    this.registerOutputs({ bucketName, version });
  }
}

function ownBucketName(suffix: string, { accountId, region }: Account): pulumi.Output<string> {
  return pulumi.all([accountId, region]).apply(([id, name]) => defaultBucketName(suffix, id, name));
}

function optional(value: pulumi.Input<string> | undefined): pulumi.Output<string> | undefined {
  return value === undefined ? undefined : pulumi.output(value);
}
