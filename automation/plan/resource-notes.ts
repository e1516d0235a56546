import * as pulumi from "@pulumi/pulumi";
import { SHARED_NOTIFICATION, SHARED_POLICY } from "../../components/storage/share-names";
import type { Namer } from "./arn-names";
import type { PlannedResource } from "./evaluation";
import { SECRET } from "./planned-provider";

/** What matters of a resource, in a few words; undefined where its name says enough. */
export function noteOf(resource: PlannedResource, name: Namer): string | undefined {
  return notes[resource.type]?.(resource.inputs, name, resource.name);
}

type Inputs = PlannedResource["inputs"];
type Note = (inputs: Inputs, name: Namer, resourceName: string) => string;

const physicalName: Note = ({ name }) => text(name);
const attachedPolicy: Note = ({ policyArn }, name) => name(text(policyArn));

const notes: Readonly<Record<string, Note>> = {
  "aws:s3/bucket:Bucket": ({ bucket, forceDestroy }) => {
    const fate = forceDestroy === true ? "destroy empties it" : "never emptied by destroy";
    return `${bucket === undefined ? "named by Pulumi" : text(bucket)}; ${fate}`;
  },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": (inputs) => {
    const four = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
    const open = four.filter((block) => inputs[block] !== true);
    return open.length === 0 ? "all public access blocked" : `NOT BLOCKED: ${open.join(", ")} off`;
  },
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": ({ rule }) => {
    const ownership = text(at(rule, "objectOwnership"));
    return ownership === "BucketOwnerEnforced" ? "the bucket owns its objects, no ACLs" : ownership;
  },
  "aws:s3/bucketVersioning:BucketVersioning": ({ versioningConfiguration }) => {
    const status = text(at(versioningConfiguration, "status"));
    return status === "Enabled" ? "versioned" : `versioning ${status}`;
  },
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
    { rules },
    name,
  ) =>
    list(rules)
      .map((rule) => encryption(rule, name))
      .join("; "),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ({ rules }) =>
    list(rules).map(lifecycle).join("; "),
  "aws:s3/bucketIntelligentTieringConfiguration:BucketIntelligentTieringConfiguration": ({ tierings }) =>
    list(tierings)
      .map((tier) => `${text(at(tier, "accessTier"))} after ${text(at(tier, "days"))} d without a read`)
      .join(", "),
  "aws:s3/bucketMetric:BucketMetric": ({ filter }) => `requests below ${text(at(filter, "prefix") ?? "/")}`,
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": ({ rule }) => {
    const retention = at(rule, "defaultRetention");
    return `${text(at(retention, "mode"))} lock for ${text(at(retention, "days"))} d`;
  },
  "aws:s3/bucketLogging:BucketLogging": ({ targetBucket, targetPrefix }) =>
    `to ${text(targetBucket)}/${text(targetPrefix)}`,
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": ({ rules }, name) =>
    list(rules)
      .map((rule) => `new exports to ${name(text(at(at(rule, "destination"), "bucket")))}`)
      .join("; "),
  "aws:s3/bucketNotification:BucketNotification": notification,
  [SHARED_NOTIFICATION]: (inputs, name) => `beside those of others: ${notification(inputs, name)}`,
  [SHARED_POLICY]: () => "beside the statements of others",
  "aws:iam/role:Role": physicalName,
  "aws:iam/policy:Policy": physicalName,
  "aws:iam/user:User": physicalName,
  "aws:iam/group:Group": physicalName,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": attachedPolicy,
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": attachedPolicy,
  "aws:iam/rolePolicy:RolePolicy": ({ role }) => `inline, of ${text(role)}`,
  "aws:iam/userGroupMembership:UserGroupMembership": ({ user, groups }) =>
    `${text(user)} in ${list(groups).map(text).join(", ")}`,
  "aws:iam/accessKey:AccessKey": ({ status }, _name, resourceName) =>
    `generation ${resourceName.split("-key-").at(-1)}, ${text(status ?? "Active")}`,
  "aws:secretsmanager/secret:Secret": ({ recoveryWindowInDays }) =>
    recoveryWindowInDays === 0
      ? "gone at once when destroyed"
      : `kept ${text(recoveryWindowInDays ?? 30)} d after destroy`,
  "aws:secretsmanager/secretVersion:SecretVersion": () => SECRET,
  "aws:kms/key:Key": ({ enableKeyRotation, deletionWindowInDays, rotationPeriodInDays }) => {
    const rotation =
      enableKeyRotation === true ? `rotated every ${text(rotationPeriodInDays ?? 365)} d` : "NOT ROTATED";
    return `${rotation}, kept ${text(deletionWindowInDays ?? 30)} d after destroy`;
  },
  "aws:kms/alias:Alias": physicalName,
  "aws:sqs/queue:Queue": ({ name, messageRetentionSeconds, visibilityTimeoutSeconds }) =>
    [
      text(name),
      `kept ${duration(messageRetentionSeconds ?? 345_600)}`,
      `hidden ${duration(visibilityTimeoutSeconds ?? 30)} once read`,
    ].join(", "),
  "aws:budgets/budget:Budget": ({ limitAmount, limitUnit, costFilters }) => {
    const tags = list(costFilters).flatMap((filter) => list(at(filter, "values")).map(text));
    return `${text(limitAmount)} ${text(limitUnit)} a month of ${tags.length === 0 ? "the whole account" : tags.join(", ")}`;
  },
  "aws:costexplorer/anomalySubscription:AnomalySubscription": ({ frequency, subscribers }, name) =>
    `${text(frequency).toLowerCase()} to ${list(subscribers)
      .map((subscriber) => name(text(at(subscriber, "address"))))
      .join(", ")}`,
  "aws:sns/topic:Topic": ({ name, kmsMasterKeyId }, named) =>
    `${text(name)}, ${kmsMasterKeyId === undefined ? "no encryption at rest" : `under ${named(text(kmsMasterKeyId))}`}`,
  "awsx:cloudtrail:Trail": ({ name, advancedEventSelectors, isMultiRegionTrail }) => {
    const recorded = list(advancedEventSelectors).map((each) => text(at(each, "name")).toLowerCase());
    return `${text(name)}: ${recorded.join(", ")}${isMultiRegionTrail === true ? ", every region" : ""}`;
  },
  "aws:cloudwatch/logGroup:LogGroup": ({ name, retentionInDays }) =>
    `${text(name)}, ${retentionInDays === undefined ? "kept for ever" : `kept ${text(retentionInDays)} d`}`,
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": ({ metricTransformation }) =>
    `counted as ${text(at(metricTransformation, "name"))}`,
  "aws:cloudwatch/metricAlarm:MetricAlarm": ({ alarmDescription }) =>
    /^What happened: (.*?)\. Likely cause:/.exec(text(alarmDescription))?.[1] ?? text(alarmDescription),
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": ({ alarmRule }) =>
    `any of ${text(alarmRule).split(" OR ").length} alarms`,
  "aws:cloudwatch/dashboard:Dashboard": ({ dashboardName }) => text(dashboardName),
  "aws:sns/topicSubscription:TopicSubscription": ({ topic, endpoint }, name) =>
    `${name(text(topic))} -> ${name(text(endpoint))}`,
};

function encryption(rule: unknown, name: Namer): string {
  const chosen = at(rule, "applyServerSideEncryptionByDefault");
  const algorithm = text(at(chosen, "sseAlgorithm"));
  if (algorithm === "AES256") return "SSE-S3";
  const key = at(chosen, "kmsMasterKeyId");
  const under = key === undefined ? "AWS's own key" : name(text(key));
  const bucketKey = at(rule, "bucketKeyEnabled") === true ? " and a bucket key" : "";
  return `${algorithm === "aws:kms" ? "SSE-KMS" : algorithm} under ${under}${bucketKey}`;
}

function lifecycle(rule: unknown): string {
  const expiry = at(rule, "expiration", "days");
  const old = at(rule, "noncurrentVersionExpiration", "noncurrentDays");
  const uploads = at(rule, "abortIncompleteMultipartUpload", "daysAfterInitiation");
  const steps = [
    ...list(at(rule, "transitions")).map(
      (step) => `${text(at(step, "days"))} d ${text(at(step, "storageClass"))}`,
    ),
    ...(expiry === undefined ? [] : [`${text(expiry)} d deleted`]),
    ...(old === undefined ? [] : [`old versions ${text(old)} d`]),
    ...(uploads === undefined ? [] : [`unfinished uploads ${text(uploads)} d`]),
  ];
  const off = at(rule, "status") === "Enabled" ? "" : "OFF, ";
  return `${text(at(rule, "filter", "prefix") ?? "every object")}: ${off}${steps.join(", ")}`;
}

/** Most notifications of a bucket that a note names; it may have a hundred. */
const MOST_RECIPIENTS = 10;

function notification({ queues, topics }: Inputs, name: Namer): string {
  const all = [...list(queues), ...list(topics)];
  const recipients = all.slice(0, MOST_RECIPIENTS).map((each) => {
    const suffix = at(each, "filterSuffix");
    const files = `${text(at(each, "filterPrefix") ?? "every file")}${suffix === undefined ? "" : ` *${text(suffix)}`}`;
    return `${text(at(each, "id"))}: ${files} -> ${name(text(at(each, "queueArn") ?? at(each, "topicArn")))}`;
  });
  if (all.length > MOST_RECIPIENTS) recipients.push(`and ${all.length - MOST_RECIPIENTS} more`);
  return all.length === 0 ? "no recipients" : recipients.join("; ");
}

function duration(seconds: unknown): string {
  const days = Number(seconds) / 86_400;
  return Number.isInteger(days) && days > 0 ? `${days} d` : `${text(seconds)} s`;
}

function at(value: unknown, ...keys: readonly string[]): unknown {
  let found = value;
  for (const key of keys) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return pulumi.runtime.isRpcSecret(value) ? SECRET : String(value);
}
