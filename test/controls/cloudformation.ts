import type { Evident } from "../../automation/controls/evidence";
import { bucketParts, bucketProperties } from "./cloudformation-bucket";
import { capital, partOf, pascal } from "./cloudformation-names";
import { resourcesOfAws } from "./trail-resources";

/** A resource of a CloudFormation template. */
export interface CloudFormationResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

type Inputs = Evident["inputs"];
type Rendered = readonly [type: string, properties: Readonly<Record<string, unknown>>];
type Render = (inputs: Inputs, resource: Evident, all: readonly Evident[]) => readonly Rendered[];

/**
 * A program as the CloudFormation template that would create the same, by logical id. CloudFormation has in one resource what the
 * provider of Pulumi has in several: parts of a bucket, policies of a key, a queue, a role and a group.
 *
 * @throws Error for a type that is unknown here: a scanner would pass it without having read it.
 */
export async function cloudFormation(
  resources: readonly Evident[],
): Promise<Readonly<Record<string, CloudFormationResource>>> {
  const all = await resourcesOfAws(resources);
  const rendered = all.flatMap((resource) => {
    const render = renders[resource.type];
    if (render === undefined) throw new Error(`${resource.type} is not rendered`);
    return render(resource.inputs, resource, all).map(
      ([type, properties]): [string, CloudFormationResource] => [
        `${logicalId(resource.name)}${type.split("::").at(-1)}`,
        { Type: type, Properties: properties },
      ],
    );
  });
  return Object.fromEntries(rendered);
}

/** Rendered with what it belongs to. */
const part: Render = () => [];
const as =
  (type: string, rename: Readonly<Record<string, string>> = {}): Render =>
  (inputs) => [[type, named(inputs, rename)]];

const renders: Readonly<Record<string, Render>> = {
  "aws:s3/bucket:Bucket": (inputs, { name }, all) => [
    ["AWS::S3::Bucket", bucketProperties(inputs.bucket ?? `${name}-0000000`, all)],
  ],
  ...Object.fromEntries(bucketParts.map((type) => [type, part])),
  "aws:s3/bucketPolicy:BucketPolicy": ({ bucket, policy }) => [
    ["AWS::S3::BucketPolicy", { Bucket: bucket, PolicyDocument: document(policy) }],
  ],
  "aws:kms/key:Key": (inputs, _, all) => [
    [
      "AWS::KMS::Key",
      {
        Description: inputs.description,
        EnableKeyRotation: inputs.enableKeyRotation,
        PendingWindowInDays: inputs.deletionWindowInDays,
        // Of the one key that a program has.
        KeyPolicy: document(all.find(({ type }) => type === "aws:kms/keyPolicy:KeyPolicy")?.inputs.policy),
      },
    ],
  ],
  "aws:kms/keyPolicy:KeyPolicy": part,
  "aws:kms/alias:Alias": as("AWS::KMS::Alias", { name: "AliasName" }),
  "aws:iam/role:Role": (inputs, _, all) => [
    [
      "AWS::IAM::Role",
      {
        RoleName: inputs.name,
        AssumeRolePolicyDocument: document(inputs.assumeRolePolicy),
        ManagedPolicyArns: partOf(
          all,
          "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
          "role",
          inputs.name,
        ).map((attachment) => attachment.inputs.policyArn),
      },
    ],
  ],
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": part,
  "aws:iam/rolePolicy:RolePolicy": ({ role, policy }, { name }) => [
    ["AWS::IAM::Policy", { PolicyName: name, Roles: [role], PolicyDocument: document(policy) }],
  ],
  "aws:iam/policy:Policy": ({ name, description, policy }) => [
    [
      "AWS::IAM::ManagedPolicy",
      { ManagedPolicyName: name, Description: description, PolicyDocument: document(policy) },
    ],
  ],
  "aws:iam/user:User": ({ name }, _, all) => {
    const memberships = partOf(all, "aws:iam/userGroupMembership:UserGroupMembership", "user", name);
    const groups = memberships.flatMap(({ inputs }) => inputs.groups);
    return [["AWS::IAM::User", { UserName: name, Groups: groups.length === 0 ? undefined : groups }]];
  },
  "aws:iam/group:Group": (inputs, _, all) => [
    [
      "AWS::IAM::Group",
      {
        GroupName: inputs.name,
        ManagedPolicyArns: partOf(
          all,
          "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
          "group",
          inputs.name,
        ).map((attachment) => attachment.inputs.policyArn),
      },
    ],
  ],
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": part,
  "aws:iam/userGroupMembership:UserGroupMembership": part,
  "aws:iam/accessKey:AccessKey": as("AWS::IAM::AccessKey", { user: "UserName" }),
  "aws:secretsmanager/secret:Secret": ({ description }) => [
    ["AWS::SecretsManager::Secret", { Description: description }],
  ],
  "aws:secretsmanager/secretVersion:SecretVersion": part,
  "aws:sns/topic:Topic": as("AWS::SNS::Topic", { name: "TopicName" }),
  "aws:sns/topicPolicy:TopicPolicy": ({ arn, policy }) => [
    ["AWS::SNS::TopicPolicy", { Topics: [arn], PolicyDocument: document(policy) }],
  ],
  "aws:sns/topicSubscription:TopicSubscription": as("AWS::SNS::Subscription", { topic: "TopicArn" }),
  "aws:sqs/queue:Queue": ({ name, policy, redrivePolicy, ...inputs }) => [
    [
      "AWS::SQS::Queue",
      {
        QueueName: name,
        SqsManagedSseEnabled: inputs.sqsManagedSseEnabled,
        MessageRetentionPeriod: inputs.messageRetentionSeconds,
        RedrivePolicy: redrivePolicy === undefined ? undefined : document(redrivePolicy),
      },
    ],
    ["AWS::SQS::QueuePolicy", { Queues: [name], PolicyDocument: document(policy) }],
  ],
  "aws:cloudwatch/logGroup:LogGroup": as("AWS::Logs::LogGroup", { name: "LogGroupName" }),
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": ({ pattern, logGroupName, metricTransformation }) => {
    const { namespace, name, value } = metricTransformation as Record<string, unknown>;
    const MetricTransformations = [{ MetricNamespace: namespace, MetricName: name, MetricValue: value }];
    return [
      [
        "AWS::Logs::MetricFilter",
        { FilterPattern: pattern, LogGroupName: logGroupName, MetricTransformations },
      ],
    ];
  },
  // The scanner reads who is notified, and not what of.
  "aws:cloudwatch/metricAlarm:MetricAlarm": ({ name, alarmActions, ...inputs }) => [
    [
      "AWS::CloudWatch::Alarm",
      {
        AlarmName: name,
        AlarmActions: alarmActions,
        OKActions: inputs.okActions,
        ComparisonOperator: inputs.comparisonOperator,
        EvaluationPeriods: inputs.evaluationPeriods,
      },
    ],
  ],
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": ({ alarmName, alarmActions, alarmRule }) => [
    [
      "AWS::CloudWatch::CompositeAlarm",
      { AlarmName: alarmName, AlarmActions: alarmActions, AlarmRule: alarmRule },
    ],
  ],
  "aws:cloudwatch/dashboard:Dashboard": as("AWS::CloudWatch::Dashboard"),
  "aws:cloudtrail/trail:Trail": ({ name, kmsKeyId, ...inputs }) => [
    [
      "AWS::CloudTrail::Trail",
      {
        TrailName: name,
        IsLogging: true,
        KMSKeyId: kmsKeyId,
        S3BucketName: inputs.s3BucketName,
        IsMultiRegionTrail: inputs.isMultiRegionTrail,
        IncludeGlobalServiceEvents: inputs.includeGlobalServiceEvents,
        EnableLogFileValidation: inputs.enableLogFileValidation,
        CloudWatchLogsLogGroupArn: inputs.cloudWatchLogsGroupArn,
        CloudWatchLogsRoleArn: inputs.cloudWatchLogsRoleArn,
      },
    ],
  ],
};

function named(inputs: Inputs, rename: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(inputs).map(([key, value]) => [rename[key] ?? capital(key), pascal(value)]),
  );
}

function document(json: unknown): unknown {
  return typeof json === "string" ? JSON.parse(json) : json;
}

function logicalId(name: string): string {
  return name.split("-").map(capital).join("");
}
