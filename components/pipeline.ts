import * as pulumi from "@pulumi/pulumi";
import { BraintrustRole, braintrustTrust } from "./access/braintrust-role";
import { SnowflakeReader, snowflakeTrust } from "./access/snowflake-reader";
import { type Account, readAccount } from "./account";
import { auditNames } from "./audit/audit-names";
import { LoadErrors, loadErrorsTrust } from "./events/load-errors";
import { SnowpipeEvents } from "./events/snowpipe-events";
import { countsRequests, type PipelineParts } from "./monitoring/alarm-targets";
import { ALERT_SERVICES } from "./monitoring/alert-topic";
import { createGuards, type Guards } from "./monitoring/observability";
import { stackOutputs } from "./outputs";
import { defaultBucketName } from "./settings/bucket-name";
import { type ProgramSettings, readSettings } from "./settings/read-settings";
import { concealer, PIPELINE_TYPE, type Settings } from "./settings/settings";
import { BucketPolicy } from "./storage/bucket-policy";
import { EncryptionKey } from "./storage/encryption-key";
import { ExportBucket } from "./storage/export-bucket";
import { EncryptionKeyPolicy } from "./storage/key-policy";

/**
 * The whole AWS side of the pipeline, in the order in which its parts need each other. Like every component here it
 * registers no inputs: its children would wait for all of them, a bucket for the key of which its encryption alone makes use.
 */
export class ExportPipeline extends pulumi.ComponentResource implements PipelineParts {
  public readonly account: Account;
  public readonly key?: EncryptionKey;
  public readonly bucket: ExportBucket;
  public readonly braintrust: BraintrustRole;
  public readonly reader: SnowflakeReader;
  public readonly events: SnowpipeEvents;
  public readonly errors?: LoadErrors;
  public readonly guards: Guards;

  public constructor(name: string, settings: ProgramSettings, opts?: pulumi.ComponentResourceOptions) {
    super(PIPELINE_TYPE, name, {}, opts);
    const { stack, exportPrefix, forceDestroy, protect, snowflake } = settings;
    const parent = { parent: this };
    this.account = readAccount(this);
    const account = this.account;
    if (settings.encryption === "kms") {
      this.key = new EncryptionKey(`${name}-key`, { stack, protect }, parent);
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
        protect,
        account,
        ...(kmsKeyArn === undefined ? {} : { kmsKeyArn }),
      },
      parent,
    );
    const { bucketArn } = this.bucket;
    const exports = { stack, exportPrefix, bucketArn, account, kmsKeyArn, protect };
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
                alertServices: alertsOfItsOwn ? ALERT_SERVICES : [],
                audit,
              },
              parent,
            ),
          ];
    this.events = new SnowpipeEvents(
      `${name}-events`,
      {
        stack,
        protect,
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
        { stack, account, protect, trust: loadErrorsTrust(settings) },
        parent,
      );
    }
    this.guards = createGuards(name, settings, this, { audit, keyPolicy, parent: this });
    this.registerOutputs({ bucketName: this.bucket.bucketName });
  }
}

/** What the program has built. */
export interface BuiltPipeline {
  readonly pipeline: ExportPipeline;
  /** Of the stack. */
  readonly outputs: pulumi.Inputs;
}

/**
 * Builds the pipeline by the settings of the running stack.
 *
 * @param completed adds to them what is still to be written into the stack's file.
 */
export function buildPipeline(completed = (settings: Settings): ProgramSettings => settings): BuiltPipeline {
  const settings = completed(readSettings());
  const pipeline = new ExportPipeline("pipeline", settings);
  return { pipeline, outputs: stackOutputs(settings, pipeline) };
}

/** The program: settings of the running stack, the pipeline, its stack outputs. */
export function deployPipeline(): pulumi.Inputs {
  return buildPipeline().outputs;
}

function bucketName(stack: string, { accountId, region }: Account): pulumi.Output<string> {
  return pulumi.all([accountId, region]).apply(([id, name]) => defaultBucketName(stack, id, name));
}

function subscriber(settings: Settings): pulumi.Input<string> | undefined {
  const arn = settings.snowflake.snsSubscriberArn ?? settings.snowflake.iamUserArn;
  return arn === undefined ? undefined : concealer(settings, "snowflake")(arn);
}
