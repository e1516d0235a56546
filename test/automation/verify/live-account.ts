import type { GetEventSelectorsResponse, GetTrailStatusResponse, Trail } from "@aws-sdk/client-cloudtrail";
import type { FilterRule } from "@aws-sdk/client-s3";
import { parseOutputs } from "../../../automation/outputs";
import type { Statement } from "../../../automation/policy-document";
import { type Subject, subjectOf } from "../../../automation/verify/subject";
import { SHARED_NOTIFICATION, SHARED_POLICY } from "../../../components/storage/share-names";
import {
  ACCOUNT_ID,
  type Deployment,
  deployProgram,
  type Program,
  type Registered,
  settingsFor,
} from "../../support";

/** Who verifies in these tests: an administrator of the account. */
export const CALLER = `arn:aws:iam::${ACCOUNT_ID}:user/operator`;
export const NOW = Date.parse("2026-11-24T12:00:00Z");
/** A secret that no report may hold. */
export const CANARY = "CANARY/secret+access/key0123456789abcdefgh";

/** Settings with which the caller is trusted by both roles, as in a sandbox. */
export const trusting = {
  bucketName: "acme-exports",
  braintrust: { accountId: ACCOUNT_ID, orgId: "org-1", permissions: "least" },
  snowflake: { iamUserArn: CALLER, externalId: "acme_id=1" },
  events: { mode: "queue" },
};

/** Policies of a role or a user, as IAM keeps them. */
export interface Identity {
  readonly attached: Statement[][];
  readonly inline: string[];
}

/** One version of an object. */
export interface Version {
  readonly id: string;
  readonly key: string;
  readonly size: number;
  readonly at: Date;
  readonly marker: boolean;
}

/** An account as AWS answers for it. Tests change it behind the stack's back. */
export interface Live {
  publicAccessBlock: Record<string, boolean> | undefined;
  accountPublicAccessBlock: Record<string, boolean> | undefined;
  ownership: string | undefined;
  encryption: Record<string, unknown> | undefined;
  versioning: string | undefined;
  lifecycle: Record<string, unknown>[] | undefined;
  lock: Record<string, unknown> | undefined;
  replication: Record<string, unknown> | undefined;
  logging: { TargetBucket: string; TargetPrefix: string } | undefined;
  bucketPolicy: Statement[] | undefined;
  logBucket: { publicAccessBlock: Record<string, boolean> | undefined; policy: Statement[] | undefined };
  notification: { Id: string; Events: string[]; Filter: Filter; QueueArn?: string; TopicArn?: string }[];
  queue: Record<string, string>;
  deadLetterQueue: Record<string, string>;
  deadLetters: number;
  topic: Record<string, string>;
  subscriptions: { Endpoint: string; Owner: string; attributes: Record<string, string> }[];
  key: { state: string; rotates: boolean; policy: Statement[] };
  trail: { configuration: Trail; status: GetTrailStatusResponse; selectors: GetEventSelectorsResponse };
  alarms: {
    AlarmName: string;
    AlarmActions: string[];
    ActionsEnabled: boolean;
    StateValue: "OK" | "ALARM";
  }[];
  /** Trust policies by the role's name. */
  trust: Map<string, Statement[]>;
  /** By the name of the role or user. */
  identities: Map<string, Identity>;
  accessKeys: { AccessKeyId: string; Status: "Active" | "Inactive"; CreateDate: Date }[];
  secret: string;
  versions: Version[];
  /** Whether S3's events reach the queue. */
  delivers: boolean;
}

interface Filter {
  Key: { FilterRules: FilterRule[] };
}

/** The program deployed with these settings, to the letter. */
export async function liveAccount(
  given: Readonly<Record<string, unknown>> = trusting,
): Promise<{ subject: Subject; live: Live }> {
  const { deployed, outputs } = await programOf(given);
  const parsed = parseOutputs(
    Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, { value, secret: false }])),
  );
  const logBucket = first(deployed, "aws:s3/bucketLogging:BucketLogging")?.inputs.targetBucket;
  const subject = subjectOf("dev", settingsFor(given), parsed, logBucket as string | undefined);
  return { subject, live: liveOf(deployed, subject) };
}

const programs = new Map<string, Promise<Program>>();

/** The program changes nothing, so tests of the same settings share it. */
function programOf(given: Readonly<Record<string, unknown>>): Promise<Program> {
  const key = JSON.stringify(given);
  const program = programs.get(key) ?? deployProgram(given);
  programs.set(key, program);
  return program;
}

function liveOf(deployed: Deployment, { outputs, settings }: Subject): Live {
  const inputs = (type: string) => first(deployed, type)?.inputs ?? {};
  const ofBucket = (type: string, bucket: unknown) =>
    deployed.of(type).find((each) => each.inputs.bucket === bucket)?.inputs;
  const exportBucket = (type: string) => ofBucket(type, outputs.bucketName);
  const policy = exportBucket(s3("Policy")) ?? exportBucket(SHARED_POLICY);
  const notification = first(deployed, s3("Notification")) ?? first(deployed, SHARED_NOTIFICATION);
  const logging = first(deployed, "aws:s3/bucketLogging:BucketLogging")?.inputs;
  return {
    accountPublicAccessBlock: undefined,
    publicAccessBlock: pascal(exportBucket(s3("PublicAccessBlock"))) as Record<string, boolean> | undefined,
    ownership: (exportBucket(s3("OwnershipControls"))?.rule as { objectOwnership?: string })?.objectOwnership,
    encryption: rules(exportBucket(s3("ServerSideEncryptionConfiguration")))?.[0],
    versioning: (exportBucket(s3("Versioning"))?.versioningConfiguration as { status?: string })?.status,
    lifecycle: rules(exportBucket(s3("LifecycleConfiguration"))),
    lock: (pascal(exportBucket(s3("ObjectLockConfiguration"))) as { Rule?: Record<string, unknown> })?.Rule,
    replication: pascal(exportBucket(s3("ReplicationConfig"))) as Record<string, unknown> | undefined,
    logging:
      logging === undefined
        ? undefined
        : { TargetBucket: String(logging.targetBucket), TargetPrefix: String(logging.targetPrefix) },
    bucketPolicy: statements(policy?.policy),
    logBucket: {
      publicAccessBlock: pascal(ofBucket(s3("PublicAccessBlock"), logging?.targetBucket)) as
        | Record<string, boolean>
        | undefined,
      policy: statements(ofBucket(s3("Policy"), logging?.targetBucket)?.policy),
    },
    notification: notificationOf(notification?.inputs ?? {}),
    queue: {
      Policy: String(queueOf(deployed, outputs.notificationQueueArn)?.policy),
      SqsManagedSseEnabled: "true",
      MessageRetentionPeriod: "1209600",
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: outputs.deadLetterQueueArn, maxReceiveCount: 5 }),
    },
    deadLetterQueue: {
      Policy: String(queueOf(deployed, outputs.deadLetterQueueArn)?.policy),
      SqsManagedSseEnabled: "true",
      MessageRetentionPeriod: "1209600",
      RedriveAllowPolicy: String(queueOf(deployed, outputs.deadLetterQueueArn)?.redriveAllowPolicy),
    },
    deadLetters: 0,
    topic: {
      Policy: String(
        deployed
          .of("aws:sns/topicPolicy:TopicPolicy")
          .find(({ inputs: { arn } }) => arn === outputs.notificationTopicArn)?.inputs.policy,
      ),
      ...(outputs.kmsKeyArn === undefined ? {} : { KmsMasterKeyId: outputs.kmsKeyArn }),
    },
    subscriptions:
      outputs.notificationQueueArn === undefined
        ? []
        : [
            {
              Endpoint: outputs.notificationQueueArn,
              Owner: ACCOUNT_ID,
              attributes: { RawMessageDelivery: "true" },
            },
          ],
    key: {
      state: "Enabled",
      rotates: true,
      policy: statements(inputs("aws:kms/keyPolicy:KeyPolicy").policy) ?? [],
    },
    trail: trailOf(inputs("awsx:cloudtrail:Trail")),
    alarms: deployed.of("aws:cloudwatch/metricAlarm:MetricAlarm").map(({ inputs: alarm }) => ({
      AlarmName: String(alarm.name),
      AlarmActions: [String(outputs.alertsTopicArn)],
      ActionsEnabled: true,
      StateValue: "OK",
    })),
    trust: new Map(
      deployed
        .of("aws:iam/role:Role")
        .map(({ inputs: role }) => [String(role.name), statements(role.assumeRolePolicy) ?? []]),
    ),
    identities: identitiesOf(deployed),
    accessKeys: settings.snowflake.accessKeys.map(({ status }, index, keys) => ({
      AccessKeyId:
        index === keys.length - 1 ? (outputs.snowflakeAccessKeyId ?? "AKIANONE") : `AKIAOLD${index}`,
      Status: status,
      CreateDate: new Date(NOW - 24 * 3_600_000),
    })),
    secret: JSON.stringify({ accessKeyId: outputs.snowflakeAccessKeyId, secretAccessKey: CANARY }),
    versions: settings.streams.map(({ prefix }, index) => ({
      id: `v${index}`,
      key: `${prefix}2026-11-24.jsonl`,
      size: 10,
      at: new Date(NOW - 3_600_000),
      marker: false,
    })),
    delivers: true,
  };
}

function s3(kind: string): string {
  return `aws:s3/bucket${kind}:Bucket${kind}`;
}

function first(deployed: Deployment, type: string): Registered | undefined {
  return deployed.of(type)[0];
}

function statements(policy: unknown): Statement[] | undefined {
  return policy === undefined ? undefined : JSON.parse(String(policy)).Statement;
}

function rules(inputs: Readonly<Record<string, unknown>> | undefined): Record<string, unknown>[] | undefined {
  return inputs === undefined ? undefined : (pascal(inputs.rules) as Record<string, unknown>[]);
}

function queueOf(deployed: Deployment, arn: string | undefined) {
  return deployed.of("aws:sqs/queue:Queue").find(({ inputs }) => arn?.endsWith(`:${inputs.name}`))?.inputs;
}

function notificationOf(inputs: Readonly<Record<string, unknown>>): Live["notification"] {
  const configurations = [
    ...((inputs.queues ?? []) as Record<string, unknown>[]),
    ...((inputs.topics ?? []) as Record<string, unknown>[]),
  ];
  return configurations.map(({ id, events, filterPrefix, filterSuffix, queueArn, topicArn }) => ({
    Id: String(id),
    Events: events as string[],
    Filter: {
      Key: {
        FilterRules: [
          { Name: "prefix" as const, Value: String(filterPrefix) },
          ...(filterSuffix === undefined ? [] : [{ Name: "suffix" as const, Value: String(filterSuffix) }]),
        ],
      },
    },
    ...(queueArn === undefined ? {} : { QueueArn: String(queueArn) }),
    ...(topicArn === undefined ? {} : { TopicArn: String(topicArn) }),
  }));
}

function trailOf(inputs: Readonly<Record<string, unknown>>): Live["trail"] {
  const selectors = (inputs.advancedEventSelectors ?? []) as {
    name: string;
    fieldSelectors: { field: string; equals?: string[]; startsWiths?: string[] }[];
  }[];
  return {
    configuration: {
      LogFileValidationEnabled: inputs.enableLogFileValidation === true,
      IsMultiRegionTrail: inputs.isMultiRegionTrail === true,
      IncludeGlobalServiceEvents: inputs.includeGlobalServiceEvents === true,
    },
    status: {
      IsLogging: true,
      StartLoggingTime: new Date(NOW - 48 * 3_600_000),
      LatestDeliveryTime: new Date(NOW - 600_000),
      LatestCloudWatchLogsDeliveryTime: new Date(NOW - 600_000),
    },
    selectors: {
      AdvancedEventSelectors: selectors.map(({ name, fieldSelectors }) => ({
        Name: name,
        FieldSelectors: fieldSelectors.map(({ field, equals, startsWiths }) => ({
          Field: field,
          ...(equals === undefined ? {} : { Equals: equals }),
          ...(startsWiths === undefined ? {} : { StartsWith: startsWiths }),
        })),
      })),
    },
  };
}

function identitiesOf(deployed: Deployment): Live["identities"] {
  const policy = (arn: unknown) => {
    const found = deployed
      .of("aws:iam/policy:Policy")
      .find(({ inputs }) => String(arn).endsWith(`:policy/${inputs.name}`));
    return statements(found?.inputs.policy) ?? [];
  };
  const identities: Live["identities"] = new Map();
  for (const { inputs } of deployed.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")) {
    identities.set(String(inputs.role), { attached: [policy(inputs.policyArn)], inline: [] });
  }
  for (const { inputs } of deployed.of("aws:iam/groupPolicyAttachment:GroupPolicyAttachment")) {
    const [user] = deployed.of("aws:iam/user:User");
    identities.set(String(user?.inputs.name), { attached: [policy(inputs.policyArn)], inline: [] });
  }
  return identities;
}

const spellings: Readonly<Record<string, string>> = {
  id: "ID",
  sseAlgorithm: "SSEAlgorithm",
  kmsMasterKeyId: "KMSMasterKeyID",
  replicaKmsKeyId: "ReplicaKmsKeyID",
};

/** The provider's names as S3's interface spells them. */
function pascal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pascal);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      spellings[name] ?? `${name[0]?.toUpperCase()}${name.slice(1)}`,
      pascal(inner),
    ]),
  );
}
