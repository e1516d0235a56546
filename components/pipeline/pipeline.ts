import * as pulumi from "@pulumi/pulumi";
import { readAccount } from "../account";
import { knownInputs } from "../arguments";
import { auditNames } from "../audit/audit-names";
import { version } from "../package";
import { physicalNames } from "../physical-names";
import { PIPELINE_TYPE } from "../settings/settings";
import { checkTogether } from "./argument-conflicts";
import { checkArguments } from "./argument-rules";
import { createAccess, createPolicies } from "./pipeline-access";
import { complete, type ExportPipelineArgs, type PipelineBasis } from "./pipeline-args";
import { createEvents } from "./pipeline-events";
import { createMonitoring, createTrail } from "./pipeline-monitoring";
import { createStorage } from "./pipeline-storage";
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
    const account = readAccount(this);
    const names = physicalNames(given.suffix, given.names);
    const audit = given.auditTrail ? auditNames(names.auditTrail, given.suffix, account) : undefined;
    const protect = given.protect || undefined;
    const basis: PipelineBasis = { pipeline: this, name, given, protect, account, names, audit };
    const storage = createStorage(basis);
    const access = createAccess(basis, storage);
    const underKey = createPolicies(basis, storage, access);
    const notifications = createEvents(basis, storage, underKey);
    const trail = createTrail(basis, storage, underKey);
    const monitoring = createMonitoring(basis, { ...storage, ...access, ...notifications, trail });
    const { bucketName, bucketArn, kmsKeyArn } = storage;
    const { braintrustRoleArn, reader, replication } = access;
    const { events, errors } = notifications;
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

function optional(value: pulumi.Input<string> | undefined): pulumi.Output<string> | undefined {
  return value === undefined ? undefined : pulumi.output(value);
}
