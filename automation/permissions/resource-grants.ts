import { SHARED_NOTIFICATION, SHARED_POLICY } from "../../components/storage/share-names";
import { PipelineError } from "../errors";
import type { PlannedResource } from "../plan/evaluation";
import { type Grant, global, type Place, regional } from "./grant";
import { iamGrants, passRole, trailRoleGrants } from "./iam-grants";
import { s3Grants } from "./s3-grants";

type Inputs = PlannedResource["inputs"];
type Grants = (inputs: Inputs, place: Place, name: string) => Grant[];

/** Actions that AWS knows for no single resource: docs.aws.amazon.com/service-authorization/latest/reference */
const ANY = ["*"];
const tags = (service: string) => [`${service}:TagResource`, `${service}:UntagResource`];

/**
 * A key has no name before it exists. Two kinds of action let a deployer reach one key from another: none is granted that
 * decrypts.
 */
const keyArns = (place: Place) => [regional(place, "kms", "key/*")];

const topic = (inputs: Inputs, place: Place) => {
  const arn = inputs.topic ?? inputs.arn;
  return [typeof arn === "string" ? arn : regional(place, "sns", String(inputs.name))];
};

const byType: Readonly<Record<string, Grants>> = {
  [SHARED_NOTIFICATION]: (inputs, place, name) => s3Grants("BucketNotification", name, inputs, place) ?? [],
  [SHARED_POLICY]: (inputs, place, name) => s3Grants("BucketPolicy", name, inputs, place) ?? [],
  "aws:kms/key:Key": (_, place) => [
    { read: [], write: ["kms:CreateKey"], resources: ANY },
    {
      read: ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"],
      write: [
        ...tags("kms"),
        "kms:DisableKeyRotation",
        "kms:EnableKeyRotation",
        "kms:PutKeyPolicy",
        "kms:ScheduleKeyDeletion",
        "kms:UpdateKeyDescription",
      ],
      resources: keyArns(place),
    },
  ],
  "aws:kms/keyPolicy:KeyPolicy": (_, place) => [
    { read: ["kms:DescribeKey", "kms:GetKeyPolicy"], write: ["kms:PutKeyPolicy"], resources: keyArns(place) },
  ],
  "aws:kms/alias:Alias": ({ name }, place) => [
    { read: ["kms:ListAliases"], write: [], resources: ANY },
    {
      read: [],
      write: ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"],
      resources: [regional(place, "kms", String(name)), ...keyArns(place)],
    },
  ],
  "aws:sqs/queue:Queue": ({ name }, place) => [
    {
      read: ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"],
      write: [
        "sqs:CreateQueue",
        "sqs:DeleteQueue",
        "sqs:SetQueueAttributes",
        "sqs:TagQueue",
        "sqs:UntagQueue",
      ],
      resources: [regional(place, "sqs", String(name))],
    },
  ],
  "aws:sns/topic:Topic": (inputs, place) => [
    {
      read: ["sns:GetTopicAttributes", "sns:ListTagsForResource"],
      write: [...tags("sns"), "sns:CreateTopic", "sns:DeleteTopic", "sns:SetTopicAttributes"],
      resources: topic(inputs, place),
    },
  ],
  "aws:sns/topicPolicy:TopicPolicy": (inputs, place) => [
    { read: ["sns:GetTopicAttributes"], write: ["sns:SetTopicAttributes"], resources: topic(inputs, place) },
  ],
  // AWS judges what is done to a subscription on its topic.
  "aws:sns/topicSubscription:TopicSubscription": (inputs, place) => [
    {
      read: ["sns:GetSubscriptionAttributes", "sns:ListSubscriptionsByTopic"],
      write: ["sns:SetSubscriptionAttributes", "sns:Subscribe", "sns:Unsubscribe"],
      resources: topic(inputs, place),
    },
  ],
  "aws:secretsmanager/secret:Secret": ({ name: given }, place, name) => [
    {
      read: ["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy"],
      write: [
        ...tags("secretsmanager"),
        "secretsmanager:CreateSecret",
        "secretsmanager:DeleteSecret",
        // The version, which a preview never reads: only `--refresh` would.
        "secretsmanager:GetSecretValue",
        "secretsmanager:ListSecretVersionIds",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecret",
        "secretsmanager:UpdateSecretVersionStage",
      ],
      resources: [regional(place, "secretsmanager", `secret:${String(given ?? name)}-*`)],
    },
  ],
  "aws:secretsmanager/secretVersion:SecretVersion": () => [],
  "aws:cloudwatch/logGroup:LogGroup": ({ name, kmsKeyId }, place) => [
    { read: ["logs:DescribeLogGroups"], write: [], resources: ANY },
    {
      read: ["logs:ListTagsForResource"],
      write: [
        ...tags("logs"),
        "logs:CreateLogGroup",
        "logs:DeleteLogGroup",
        "logs:DeleteRetentionPolicy",
        "logs:PutRetentionPolicy",
        ...(kmsKeyId === undefined ? [] : ["logs:AssociateKmsKey", "logs:DisassociateKmsKey"]),
      ],
      resources: logGroup(name, place),
    },
  ],
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": ({ logGroupName }, place) => [
    {
      read: ["logs:DescribeMetricFilters"],
      write: ["logs:DeleteMetricFilter", "logs:PutMetricFilter"],
      resources: logGroup(logGroupName, place),
    },
  ],
  "aws:cloudwatch/metricAlarm:MetricAlarm": ({ name }, place) => alarm("PutMetricAlarm", name, place),
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": ({ alarmName }, place) =>
    alarm("PutCompositeAlarm", alarmName, place),
  "aws:cloudwatch/dashboard:Dashboard": ({ dashboardName }, place) => [
    {
      read: ["cloudwatch:GetDashboard"],
      write: ["cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard"],
      resources: [global(place, "cloudwatch", `dashboard/${String(dashboardName)}`)],
    },
  ],
  "awsx:cloudtrail:Trail": (inputs, place, name) => [
    { read: ["cloudtrail:DescribeTrails"], write: [], resources: ANY },
    {
      read: [
        "cloudtrail:GetEventSelectors",
        "cloudtrail:GetInsightSelectors",
        "cloudtrail:GetTrail",
        "cloudtrail:GetTrailStatus",
        "cloudtrail:ListTags",
      ],
      write: [
        "cloudtrail:AddTags",
        "cloudtrail:CreateTrail",
        "cloudtrail:DeleteTrail",
        "cloudtrail:PutEventSelectors",
        "cloudtrail:RemoveTags",
        "cloudtrail:StartLogging",
        "cloudtrail:StopLogging",
        "cloudtrail:UpdateTrail",
      ],
      resources: [regional(place, "cloudtrail", `trail/${String(inputs.name)}`)],
    },
    ...trailRoleGrants({ name: place.trailRole ?? `${name}-*` }, place),
    ...(s3Grants("BucketPolicy", name, { bucket: bucketNameOf(inputs) }, place) ?? []),
  ],
  // S3 assumes the role, so whoever configures it must be allowed to hand it over.
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": (inputs, place, name) => [
    ...(s3Grants("BucketReplicationConfig", name, inputs, place) ?? []),
    ...passRole(String(inputs.role), "s3.amazonaws.com"),
  ],
  "aws:budgets/budget:Budget": ({ name: given }, place, name) => [
    {
      read: ["budgets:ListTagsForResource", "budgets:ViewBudget"],
      write: [...tags("budgets"), "budgets:ModifyBudget"],
      resources: [global(place, "budgets", `budget/${String(given ?? `${name}-*`)}`)],
    },
  ],
  "aws:costexplorer/anomalyMonitor:AnomalyMonitor": (_, place) => costAnomaly("Monitor", place),
  "aws:costexplorer/anomalySubscription:AnomalySubscription": (_, place) =>
    costAnomaly("Subscription", place),
  "aws:costexplorer/costAllocationTag:CostAllocationTag": () => [
    {
      read: ["ce:ListCostAllocationTags"],
      write: ["ce:UpdateCostAllocationTagsStatus"],
      resources: ANY,
    },
  ],
};

/**
 * What a resource of a plan needs.
 *
 * @throws PipelineError for a type that is unknown here: a policy that lacks it would fail in the middle of an update.
 */
export function resourceGrants({ type, name, inputs }: PlannedResource, place: Place): Grant[] {
  const [, service, kind = ""] = /^aws:(\w+)\/\w+:(\w+)$/.exec(type) ?? [];
  const known =
    byType[type]?.(inputs, place, name) ??
    (service === "iam" ? iamGrants(kind, inputs, place) : undefined) ??
    (service === "s3" ? s3Grants(kind, name, inputs, place) : undefined);
  if (known !== undefined) return known;
  if (service === undefined && !type.startsWith("awsx:")) return [];
  throw new PipelineError(`no permissions are known for resources of type ${type}`);
}

function logGroup(name: unknown, place: Place): string[] {
  return ["", ":*"].map((end) => regional(place, "logs", `log-group:${String(name)}${end}`));
}

function alarm(put: string, name: unknown, place: Place): Grant[] {
  return [
    {
      read: ["cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"],
      write: [...tags("cloudwatch"), "cloudwatch:DeleteAlarms", `cloudwatch:${put}`],
      resources: [regional(place, "cloudwatch", `alarm:${ofAnyStream(String(name))}`)],
    },
  ];
}

/** Alarms of streams and those over them come and go with the streams, and a policy need not be changed for a new one. */
function ofAnyStream(alarmName: string): string {
  return alarmName.replace(/-(no-export|unhealthy)(-.*)?$/, "-$1*");
}

function costAnomaly(kind: "Monitor" | "Subscription", place: Place): Grant[] {
  const resources = [global(place, "ce", `anomaly${kind.toLowerCase()}/*`)];
  return [
    { read: [], write: [`ce:CreateAnomaly${kind}`], resources: ANY },
    {
      read: [`ce:GetAnomaly${kind}s`, "ce:ListTagsForResource"],
      write: [...tags("ce"), `ce:DeleteAnomaly${kind}`, `ce:UpdateAnomaly${kind}`],
      resources,
    },
  ];
}

function bucketNameOf({ s3Bucket }: Inputs): unknown {
  return (s3Bucket as { existing?: { name?: unknown } } | undefined)?.existing?.name;
}
