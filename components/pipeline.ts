import * as pulumi from "@pulumi/pulumi";
import { type Account, readAccount } from "./account";
import { AlertTopic } from "./alert-topic";
import { auditNames } from "./audit-statements";
import { AuditTrail } from "./audit-trail";
import { BraintrustRole, braintrustTrust } from "./braintrust-role";
import { BucketPolicy } from "./bucket-policy";
import { CostGuard, costGuardArgs } from "./cost-guard";
import { EncryptionKey, EncryptionKeyPolicy } from "./encryption-key";
import { ExportBucket } from "./export-bucket";
import { LoadErrors, loadErrorsTrust } from "./load-errors";
import { Monitoring } from "./monitoring";
import { concealer, readSettings, type Settings } from "./settings";
import { defaultBucketName } from "./settings-conflicts";
import { SnowflakeReader, snowflakeTrust } from "./snowflake-reader";
import { SnowpipeEvents } from "./snowpipe-events";
import { type Guards, type PipelineParts, stackOutputs } from "./stack-outputs";
import { trailFilters } from "./trail-filters";
import { TrailWatch } from "./trail-watch";
import { countedStreams, countsRequests, trailSubjectOf, watchableOf } from "./watched-pipeline";

/** The whole AWS side of the pipeline, in the order in which its parts need each other. */
export class ExportPipeline extends pulumi.ComponentResource implements PipelineParts, Guards {
  public readonly account: Account;
  public readonly key?: EncryptionKey;
  public readonly bucket: ExportBucket;
  public readonly braintrust: BraintrustRole;
  public readonly reader: SnowflakeReader;
  public readonly events: SnowpipeEvents;
  public readonly errors?: LoadErrors;
  public readonly auditTrailArn?: pulumi.Input<string>;
  public readonly alertsTopicArn?: pulumi.Input<string>;
  public readonly dashboardUrl?: pulumi.Output<string>;

  public constructor(name: string, settings: Settings, opts?: pulumi.ComponentResourceOptions) {
    super("braintrust-snowflake:index:ExportPipeline", name, {}, { protect: settings.protect, ...opts });
    const { stack, exportPrefix, forceDestroy, snowflake } = settings;
    const parent = { parent: this };
    this.account = readAccount(this);
    const account = this.account;
    if (settings.encryption === "kms") {
      this.key = new EncryptionKey(`${name}-key`, { stack }, parent);
    }
    const kmsKeyArn = this.key?.keyArn ?? settings.existingKmsKeyArn;
    this.bucket = new ExportBucket(
      `${name}-bucket`,
      {
        existingBucket: settings.existingBucket,
        bucketName: settings.bucketName ?? bucketName(stack, account),
        exportPrefix,
        lifecycle: settings.lifecycle,
        objectLock: settings.objectLock,
        accessLogs: settings.accessLogs,
        requestMetrics: countsRequests(settings),
        forceDestroy,
        account,
        ...(kmsKeyArn === undefined ? {} : { kmsKeyArn }),
      },
      parent,
    );
    const { bucketArn } = this.bucket;
    const exports = { stack, exportPrefix, bucketArn, account, kmsKeyArn };
    this.braintrust = new BraintrustRole(
      `${name}-braintrust`,
      { ...exports, permissions: settings.braintrust.permissions, trust: braintrustTrust(settings, account) },
      parent,
    );
    this.reader = new SnowflakeReader(
      `${name}-snowflake`,
      {
        ...exports,
        access: snowflake.access,
        accessKeys: snowflake.accessKeys,
        trust: snowflakeTrust(settings),
        forceDestroy,
      },
      parent,
    );
    new BucketPolicy(
      `${name}-bucket-policy`,
      {
        bucketName: this.bucket.bucketName,
        bucketArn,
        exportPrefix,
        crossAccountReaders: settings.crossAccountReaders,
        foreignEncryption: settings.existingBucket !== undefined && kmsKeyArn === undefined,
        ...(kmsKeyArn === undefined ? {} : { kmsKeyArn }),
      },
      { ...parent, dependsOn: [...this.bucket.policyDependencies] },
    );
    const { auditTrail, monitoring } = settings;
    const audit =
      auditTrail.enabled && auditTrail.existing === undefined ? auditNames(stack, account) : undefined;
    const alertsOfItsOwn = monitoring.enabled && monitoring.alertTopicArn === undefined;
    const keyPolicy =
      this.key === undefined
        ? []
        : [
            new EncryptionKeyPolicy(
              `${name}-key-policy`,
              {
                keyId: this.key.keyId,
                keyArn: this.key.keyArn,
                account,
                bucketArn,
                writerArn: this.braintrust.roleArn,
                readerArns: [this.reader.principalArn, ...settings.crossAccountReaders.map(({ arn }) => arn)],
                encryptsTopic: settings.events.mode === "sns",
                encryptsAlerts: alertsOfItsOwn,
                audit,
              },
              parent,
            ),
          ];
    this.events = new SnowpipeEvents(
      `${name}-events`,
      {
        stack,
        streams: settings.streams,
        events: settings.events,
        bucketName: this.bucket.bucketName,
        bucketArn,
        bucketExists: settings.existingBucket !== undefined,
        account,
        subscriberArn: subscriber(settings),
        kmsKeyArn: this.key?.keyArn,
        keyPolicy,
      },
      parent,
    );
    if (snowflake.errorNotifications.enabled) {
      this.errors = new LoadErrors(
        `${name}-errors`,
        { stack, account, trust: loadErrorsTrust(settings) },
        parent,
      );
    }
    const trail =
      audit === undefined
        ? undefined
        : new AuditTrail(
            `${name}-audit`,
            { auditTrail, names: audit, bucketArn, account, kmsKeyArn: this.key?.keyArn, forceDestroy },
            { ...parent, dependsOn: keyPolicy },
          );
    if (trail !== undefined) this.auditTrailArn = trail.trailArn;
    else if (auditTrail.enabled && auditTrail.existing !== undefined)
      this.auditTrailArn = concealer(settings, "auditTrail")(auditTrail.existing);
    if (monitoring.enabled) {
      const conceal = concealer(settings, "monitoring");
      this.alertsTopicArn =
        monitoring.alertTopicArn === undefined
          ? new AlertTopic(
              `${name}-alerts`,
              { stack, account, emails: monitoring.alertEmails.map(conceal), kmsKeyArn: this.key?.keyArn },
              parent,
            ).topicArn
          : conceal(monitoring.alertTopicArn);
      const logGroupName = trail?.logGroupName ?? (auditTrail.enabled ? auditTrail.logGroup : undefined);
      const subject = trailSubjectOf(settings, this, audit?.trailName);
      const { dashboardUrl } = new Monitoring(
        `${name}-monitoring`,
        {
          account,
          watchable: watchableOf(settings, this),
          countedStreams: countedStreams(settings),
          trailMetrics: logGroupName === undefined ? [] : trailFilters(subject).map(({ metric }) => metric),
          alertTopicArn: this.alertsTopicArn,
          compositeAlarm: monitoring.compositeAlarm,
          dashboard: monitoring.dashboard,
        },
        parent,
      );
      if (dashboardUrl !== undefined) this.dashboardUrl = dashboardUrl;
      if (logGroupName !== undefined) {
        new TrailWatch(
          `${name}-trail-watch`,
          { logGroupName, subject, alertTopicArn: this.alertsTopicArn },
          parent,
        );
      }
      const costs = costGuardArgs(settings);
      if (costs !== undefined) {
        const { bucketName } = this.bucket;
        new CostGuard(`${name}-cost`, { ...costs, bucketName, alertTopicArn: this.alertsTopicArn }, parent);
      }
    }
    this.registerOutputs({ bucketName: this.bucket.bucketName });
  }
}

/** The program: settings of the running stack, the pipeline, its stack outputs. */
export function deployPipeline(): pulumi.Inputs {
  const settings = readSettings();
  return stackOutputs(settings, new ExportPipeline("pipeline", settings));
}

function bucketName(stack: string, { accountId, region }: Account): pulumi.Output<string> {
  return pulumi.all([accountId, region]).apply(([id, name]) => defaultBucketName(stack, id, name));
}

function subscriber(settings: Settings): pulumi.Input<string> | undefined {
  const arn = settings.snowflake.snsSubscriberArn ?? settings.snowflake.iamUserArn;
  return arn === undefined ? undefined : concealer(settings, "snowflake")(arn);
}
