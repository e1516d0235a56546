import type { CloudTrail } from "@aws-sdk/client-cloudtrail";
import type { CloudWatch } from "@aws-sdk/client-cloudwatch";
import type { IAM } from "@aws-sdk/client-iam";
import type { KMS } from "@aws-sdk/client-kms";
import type { Event, LifecycleRule, S3 } from "@aws-sdk/client-s3";
import type { S3Control } from "@aws-sdk/client-s3-control";
import type { SecretsManager } from "@aws-sdk/client-secrets-manager";
import type { SNS } from "@aws-sdk/client-sns";
import type { STS } from "@aws-sdk/client-sts";
import type { Statement } from "../../../automation/policy-document";
import type { Aws } from "../../../automation/verify/clients";
import type { Subject } from "../../../automation/verify/subject";
import { ACCOUNT_ID } from "../../support";
import { authorize, decisions, delegation, document, evaluate, everything, nameOf } from "./access/decisions";
import { awsError, FakeQueue, strict } from "./fake-queue";
import { CALLER, CANARY, type Live } from "./live-account";

function or<Answer>(name: string, answer: Answer | undefined): Answer {
  if (answer === undefined) throw awsError(name);
  return answer;
}

/** An AWS whose answers come from `live`, and whose decisions from an independent evaluator of policies. */
export function fakeAws(live: Live, subject: Subject, queue = new FakeQueue(subject)): Aws {
  return {
    s3: fakeS3(live, subject, queue, CALLER),
    plainS3: strict<S3>("plainS3", {
      getBucketLocation: () =>
        authorize(live, CALLER, "s3:GetBucketLocation", subject.outputs.bucketArn, {
          "aws:SecureTransport": "false",
        }).then(() => ({})),
    }),
    s3Control: strict<S3Control>("s3Control", {
      getPublicAccessBlock: async () => ({
        PublicAccessBlockConfiguration: or(
          "NoSuchPublicAccessBlockConfiguration",
          live.accountPublicAccessBlock,
        ),
      }),
    }),
    s3As: ({ accessKeyId }) => fakeS3(live, subject, queue, accessKeyId),
    iam: fakeIam(live, subject),
    sqs: queue.calls(live),
    sns: strict<SNS>("sns", {
      getTopicAttributes: async () => ({ Attributes: live.topic }),
      listSubscriptionsByTopic: async () => ({
        Subscriptions: live.subscriptions.map(({ Endpoint, Owner }) => ({
          Endpoint,
          Owner,
          SubscriptionArn: `subscription of ${Endpoint}`,
        })),
      }),
      getSubscriptionAttributes: async ({ SubscriptionArn }) => ({
        Attributes:
          live.subscriptions.find(({ Endpoint }) => SubscriptionArn === `subscription of ${Endpoint}`)
            ?.attributes ?? {},
      }),
    }),
    kms: strict<KMS>("kms", {
      describeKey: async ({ KeyId }) => ({
        KeyMetadata: { KeyId, KeyState: live.key.state as "Enabled" },
      }),
      getKeyRotationStatus: async () => ({ KeyRotationEnabled: live.key.rotates }),
      getKeyPolicy: async () => ({ Policy: document(live.key.policy) }),
    }),
    cloudTrail: strict<CloudTrail>("cloudTrail", {
      getTrail: async () => ({ Trail: live.trail.configuration }),
      getTrailStatus: async () => live.trail.status,
      getEventSelectors: async () => live.trail.selectors,
    }),
    cloudWatch: strict<CloudWatch>("cloudWatch", {
      describeAlarms: async ({ AlarmNamePrefix = "" }) => ({
        MetricAlarms: live.alarms.filter(({ AlarmName }) => AlarmName.startsWith(AlarmNamePrefix)),
      }),
    }),
    sts: strict<STS>("sts", {
      getCallerIdentity: async () => ({ Arn: CALLER, Account: ACCOUNT_ID }),
      assumeRole: async ({ RoleArn = "", ExternalId }) => {
        const trust = live.trust.get(nameOf(RoleArn)) ?? [];
        const context: Record<string, string> =
          ExternalId === undefined ? {} : { "sts:ExternalId": ExternalId };
        const verdict = await evaluate(CALLER, "sts:AssumeRole", RoleArn, context, [everything], trust);
        if (verdict !== "Allowed")
          throw awsError("AccessDenied", "not authorized to perform: sts:AssumeRole");
        return {
          Credentials: {
            AccessKeyId: RoleArn,
            SecretAccessKey: CANARY,
            SessionToken: "session",
            Expiration: new Date(),
          },
        };
      },
    }),
    secrets: strict<SecretsManager>("secrets", {
      getSecretValue: async () => ({ SecretString: live.secret }),
    }),
  };
}

function fakeS3(live: Live, subject: Subject, queue: FakeQueue, principal: string): S3 {
  const { bucketArn, notificationQueueArn } = subject.outputs;
  const may = (action: string, key = "", context: Record<string, string> = {}) =>
    authorize(live, principal, action, key === "" ? bucketArn : `${bucketArn}/${key}`, context);
  const put = (key: string, marker: boolean) =>
    live.versions.push({ id: `p${live.versions.length}`, key, size: 0, at: new Date(), marker });
  return strict<S3>("s3", {
    getPublicAccessBlock: async ({ Bucket }) => ({
      PublicAccessBlockConfiguration: or(
        "NoSuchPublicAccessBlockConfiguration",
        Bucket === subject.logBucket ? live.logBucket.publicAccessBlock : live.publicAccessBlock,
      ),
    }),
    getBucketOwnershipControls: async () => ({
      OwnershipControls: {
        Rules: [{ ObjectOwnership: or("OwnershipControlsNotFoundError", live.ownership) as "ObjectWriter" }],
      },
    }),
    getBucketEncryption: async () => ({
      ServerSideEncryptionConfiguration: {
        Rules: [or("ServerSideEncryptionConfigurationNotFoundError", live.encryption)],
      },
    }),
    getBucketVersioning: async () =>
      live.versioning === undefined ? {} : { Status: live.versioning as "Enabled" },
    getBucketLifecycleConfiguration: async () => ({
      Rules: or("NoSuchLifecycleConfiguration", live.lifecycle) as unknown as LifecycleRule[],
    }),
    getObjectLockConfiguration: async () => ({
      ObjectLockConfiguration: {
        ObjectLockEnabled: "Enabled" as const,
        Rule: or("ObjectLockConfigurationNotFoundError", live.lock),
      },
    }),
    getBucketReplication: async () => ({
      ReplicationConfiguration: or("ReplicationConfigurationNotFoundError", live.replication) as {
        Role: string;
        Rules: [];
      },
    }),
    getBucketLogging: async () => (live.logging === undefined ? {} : { LoggingEnabled: live.logging }),
    getBucketPolicy: async ({ Bucket }) => {
      const policy = Bucket === subject.logBucket ? live.logBucket.policy : live.bucketPolicy;
      return { Policy: document(or("NoSuchBucketPolicy", policy)) };
    },
    getBucketLocation: async () => ({}),
    getBucketNotificationConfiguration: async () => ({
      QueueConfigurations: live.notification.flatMap(({ QueueArn, Id, Events, Filter }) =>
        QueueArn === undefined ? [] : [{ Id, Filter, QueueArn, Events: Events as Event[] }],
      ),
      TopicConfigurations: live.notification.flatMap(({ TopicArn, Id, Events, Filter }) =>
        TopicArn === undefined ? [] : [{ Id, Filter, TopicArn, Events: Events as Event[] }],
      ),
    }),
    putObject: async ({ Key = "" }) => {
      await may("s3:PutObject", Key);
      put(Key, false);
      const heard = live.notification.some(
        ({ Filter, QueueArn, TopicArn }) =>
          (QueueArn === notificationQueueArn || TopicArn !== undefined) &&
          Key.startsWith(Filter.Key.FilterRules[0]?.Value ?? ""),
      );
      const key = encodeURIComponent(Key).replaceAll("%2F", "/");
      if (heard && live.delivers) queue.send({ Records: [{ s3: { object: { key } } }] });
      return {};
    },
    getObject: async ({ Key = "" }) => {
      await may("s3:GetObject", Key);
      if (!live.versions.some(({ key }) => key === Key)) throw awsError("NoSuchKey");
      return {};
    },
    deleteObject: async ({ Key = "", VersionId }) => {
      await may(VersionId === undefined ? "s3:DeleteObject" : "s3:DeleteObjectVersion", Key);
      if (VersionId === undefined) put(Key, true);
      else live.versions = live.versions.filter(({ id }) => id !== VersionId);
      return {};
    },
    listObjectsV2: async ({ Prefix }) => {
      await may("s3:ListBucket", "", Prefix === undefined ? {} : { "s3:prefix": Prefix });
      const found = live.versions.filter(({ key }) => key.startsWith(Prefix ?? ""));
      return { Contents: found.map(({ key, size, at }) => ({ Key: key, Size: size, LastModified: at })) };
    },
    listObjectVersions: async ({ Prefix = "" }) => {
      await may("s3:ListBucketVersions", "", { "s3:prefix": Prefix });
      const found = live.versions.filter(({ key }) => key.startsWith(Prefix));
      const shape = ({ key, id }: { key: string; id: string }) => ({ Key: key, VersionId: id });
      return {
        Versions: found.filter(({ marker }) => !marker).map(shape),
        DeleteMarkers: found.filter(({ marker }) => marker).map(shape),
      };
    },
  });
}

function fakeIam(live: Live, subject: Subject): IAM {
  const identity = (name: string | undefined) =>
    live.identities.get(name ?? "") ?? { attached: [], inline: [] };
  const arns = (name: string | undefined) =>
    identity(name).attached.map((_, index) => ({ PolicyArn: `${name}#${index}` }));
  const reader = nameOf(subject.readerArn);
  return strict<IAM>("iam", {
    getRole: async ({ RoleName = "" }) => ({
      Role: {
        Path: "/",
        RoleName,
        RoleId: "AROA",
        Arn: RoleName,
        CreateDate: new Date(),
        AssumeRolePolicyDocument: encodeURIComponent(document(live.trust.get(RoleName) ?? [])),
      },
    }),
    listAttachedRolePolicies: async ({ RoleName }) => ({ AttachedPolicies: arns(RoleName) }),
    listRolePolicies: async ({ RoleName }) => ({ PolicyNames: identity(RoleName).inline }),
    listGroupsForUser: async () => ({
      Groups: [{ Path: "/", GroupName: "readers", GroupId: "AGPA", Arn: "readers", CreateDate: new Date() }],
    }),
    listAttachedUserPolicies: async () => ({ AttachedPolicies: [] }),
    listUserPolicies: async ({ UserName }) => ({ PolicyNames: identity(UserName).inline }),
    listAttachedGroupPolicies: async () => ({ AttachedPolicies: arns(reader) }),
    listGroupPolicies: async () => ({ PolicyNames: [] }),
    getPolicy: async ({ PolicyArn }) => ({ Policy: { Arn: PolicyArn, DefaultVersionId: "v1" } }),
    getPolicyVersion: async ({ PolicyArn = "" }) => {
      const [name, index] = PolicyArn.split("#");
      return { PolicyVersion: { Document: document(identity(name).attached[Number(index)] ?? []) } };
    },
    listAccessKeys: async () => ({ AccessKeyMetadata: live.accessKeys }),
    simulatePrincipalPolicy: async (input) => {
      const context = Object.fromEntries(
        (input.ContextEntries ?? []).map((each) => [
          each.ContextKeyName ?? "",
          each.ContextKeyValues?.[0] ?? "",
        ]),
      );
      const further = (input.PolicyInputList ?? []).map((text): Statement[] => JSON.parse(text).Statement);
      const principal = input.PolicySourceArn ?? "";
      const policies = [...identity(nameOf(principal)).attached, ...further];
      const [resource = "*"] = input.ResourceArns ?? [];
      const results = (input.ActionNames ?? []).map(async (action) => ({
        EvalActionName: action,
        EvalDecision:
          decisions[
            await evaluate(
              principal,
              action,
              resource,
              context,
              policies,
              action.startsWith("kms:") ? delegation : undefined,
            )
          ],
      }));
      return { EvaluationResults: await Promise.all(results) };
    },
  });
}
