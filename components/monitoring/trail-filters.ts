import * as pulumi from "@pulumi/pulumi";
import { type Alarm, alarmName, describe } from "./alarms";
import { unlistedReads, unlistedWrites } from "./export-accesses";
import { allOf, anyOf, is, pattern, withoutPath } from "./filter-expression";
import type { TrailSubject } from "./trail-subject";

/** Counts the events of a log group that match a pattern, and the alarm on that count. */
export interface TrailFilter {
  /** Name of the metric. */
  readonly metric: string;
  readonly pattern: pulumi.Output<string>;
  readonly alarm: Alarm;
}

/** Namespace of a pipeline's metrics: dimensions can only be fields of the event, so the suffix is in the name. */
export function trailNamespace(suffix: string): string {
  return `BraintrustSnowflake/${suffix}`;
}

/** What the trail is watched for: refused calls, reads by identities that are not listed, and changes of what keeps them out. */
export function trailFilters(subject: TrailSubject): TrailFilter[] {
  const { suffix, keyId, trailName, alertTopicArn, managementEvents } = subject;
  const deploys = "an `up` of this stack, or somebody by hand";
  const filter = (
    metric: string,
    pattern: pulumi.Output<string>,
    threshold: number,
    [happened, cause]: readonly [happened: string, cause: string],
  ): TrailFilter => {
    const key = metric.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase();
    const description = describe(happened, cause, search(metric, subject));
    return { metric, pattern, alarm: countAlarm(suffix, key, metric, threshold, description) };
  };
  const changes = [
    filter("BucketChanges", bucketChanges(subject), 0, [
      "the policy or another setting of the export bucket or of a bucket of log files was changed",
      deploys,
    ]),
    filter("LogGroupChanges", logGroupChanges(subject), 0, [
      "the trail's log group or one of its metric filters was changed or deleted",
      deploys,
    ]),
    filter("AlertChanges", alertChanges(suffix), 0, [
      "an alarm of the pipeline was changed, silenced or deleted",
      deploys,
    ]),
    ...(alertTopicArn === undefined
      ? []
      : [
          filter("AlertTopicChanges", topicChanges(alertTopicArn), 0, [
            "the topic of alerts or a subscription to it was changed or deleted",
            deploys,
          ]),
        ]),
    filter("RoleChanges", identityChanges(subject), 0, [
      "a role, user, group or policy of the pipeline was changed",
      deploys,
    ]),
    ...(keyId === undefined
      ? []
      : [
          filter("KeyChanges", keyChanges(keyId), 0, [
            "the key's policy was changed, or the key is to be disabled or deleted",
            deploys,
          ]),
        ]),
    ...(trailName === undefined
      ? []
      : [
          filter("TrailChanges", trailChanges(trailName), 0, [
            "the audit trail was stopped, changed or deleted",
            deploys,
          ]),
        ]),
  ];
  return [
    // Snowflake and Braintrust retry, so that a true fault is soon more than one.
    filter("DeniedCalls", deniedCalls(subject), 4, [
      "five or more calls on the exports were refused within 15 minutes",
      "a role lacks a right, a wrong external id, or unauthorized access attempts",
    ]),
    filter("StrangeReads", unlistedReads(subject), 0, [
      "somebody read exports who is neither Braintrust, Snowflake nor a reader of the settings",
      "an administrator, or a right that should not be there",
    ]),
    filter("UnlistedWrites", unlistedWrites(subject), 0, [
      "somebody who is not Braintrust wrote or deleted exports",
      "an administrator who cleans up, or a right that should not be there",
    ]),
    ...(managementEvents ? changes : []),
  ];
}

/**
 * Shows the events of the last hour that a filter counts, by the pattern that CloudWatch has of it. Of the log group and not
 * by `cloudtrail lookup-events`, which knows no data events, and those of IAM in one region alone.
 */
function search(metric: string, { suffix, logGroupName }: TrailSubject): pulumi.Output<string> {
  const pattern = `aws logs describe-metric-filters --metric-name ${metric} --metric-namespace ${trailNamespace(suffix)} --query 'metricFilters[0].filterPattern' --output text`;
  return pulumi.interpolate`aws logs filter-log-events --start-time $(($(date +%s)-3600))000 --query 'events[].message' --filter-pattern "$(${pattern})" --log-group-name ${logGroupName}`;
}

/** CloudTrail tells most events within 5 minutes and some after 15, so that the period before the last one counts as well. */
function countAlarm(
  suffix: string,
  key: string,
  name: string,
  threshold: number,
  description: pulumi.Output<string>,
): Alarm {
  return {
    key,
    description,
    watched: {
      kind: "metric",
      metric: { namespace: trailNamespace(suffix), name, dimensions: {}, statistic: "Sum", period: 900 },
      threshold,
    },
    fires: "above",
    evaluationPeriods: 2,
    datapointsToAlarm: 1,
    missingData: "notBreaching",
    health: false,
  };
}

function deniedCalls({ bucketName, roleArns }: TrailSubject): pulumi.Output<string> {
  return pattern(
    allOf([
      anyOf(["AccessDenied*", "*UnauthorizedOperation"].map((code) => is("$.errorCode", code))),
      anyOf([
        is("$.requestParameters.bucketName", bucketName),
        ...roleArns.map((arn) => is("$.requestParameters.roleArn", withoutPath(arn))),
      ]),
    ]),
  );
}

/** docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html */
const bucketCalls = [
  "PutBucket*",
  "DeleteBucket*",
  "PutObjectLockConfiguration",
  "PutPublicAccessBlock",
  "DeletePublicAccessBlock",
];

function bucketChanges({ bucketName, logBucketNames }: TrailSubject): pulumi.Output<string> {
  const buckets = [bucketName, ...logBucketNames];
  return pattern(
    allOf([
      anyOf(buckets.map((name) => is("$.requestParameters.bucketName", name))),
      anyOf(bucketCalls.map((name) => is("$.eventName", name))),
    ]),
  );
}

/** Characters of a name for which a pattern of eight has room; a longer one is watched by its beginning. */
const NAMED = 60;

function identityChanges(subject: TrailSubject): pulumi.Output<string> {
  const named =
    (field: string, before = "") =>
    (name: string) =>
      is(`$.requestParameters.${field}`, before + (name.length > NAMED ? `${name.slice(0, NAMED)}*` : name));
  return pattern(
    allOf([
      is("$.eventSource", "iam.amazonaws.com"),
      "($.readOnly IS FALSE)",
      anyOf([
        ...subject.roleNames.map(named("roleName")),
        ...subject.userNames.map(named("userName")),
        ...subject.groupNames.map(named("groupName")),
        ...subject.policyNames.map(named("policyArn", "*/")),
      ]),
    ]),
  );
}

function keyChanges(keyId: pulumi.Input<string>): pulumi.Output<string> {
  const changes = ["PutKeyPolicy", "DisableKey", "DisableKeyRotation", "ScheduleKeyDeletion"];
  return pattern(
    allOf([
      is("$.eventSource", "kms.amazonaws.com"),
      anyOf(changes.map((name) => is("$.eventName", name))),
      is("$.requestParameters.keyId", pulumi.interpolate`*${keyId}`),
    ]),
  );
}

/** What an attack would change first, so that no other alarm fires. */
function logGroupChanges({ logGroupName }: TrailSubject): pulumi.Output<string> {
  const changes = ["PutMetricFilter", "DeleteMetricFilter", "DeleteLog*", "PutRetentionPolicy"];
  return pattern(
    allOf([
      is("$.eventSource", "logs.amazonaws.com"),
      anyOf(changes.map((name) => is("$.eventName", name))),
      is("$.requestParameters.logGroupName", logGroupName),
    ]),
  );
}

/** Places of a list that a pattern looks at: it compares single elements, and has no room for the 100 that a call takes. */
const LISTED_ALARMS = 4;

/** A longer list of alarms counts whatever it has, or ours would be hidden at its end. */
function alertChanges(suffix: string): pulumi.Output<string> {
  const changes = [
    "PutMetricAlarm",
    "PutCompositeAlarm",
    "DeleteAlarms",
    "DisableAlarmActions",
    "SetAlarmState",
  ];
  const place = (index: number) => `$.requestParameters.alarmNames[${index}]`;
  const listed = Array.from({ length: LISTED_ALARMS }, (_, index) => place(index));
  return pattern(
    allOf([
      is("$.eventSource", "monitoring.amazonaws.com"),
      anyOf(changes.map((name) => is("$.eventName", name))),
      anyOf([
        ...["$.requestParameters.alarmName", ...listed].map((field) => is(field, alarmName(suffix, "*"))),
        is(place(LISTED_ALARMS), "*"),
      ]),
    ]),
  );
}

function topicChanges(topicArn: pulumi.Input<string>): pulumi.Output<string> {
  const changes = ["DeleteTopic", "SetTopicAttributes", "AddPermission", "RemovePermission"];
  const ofSubscriptions = ["Unsubscribe", "SetSubscriptionAttributes"];
  return pattern(
    allOf([
      is("$.eventSource", "sns.amazonaws.com"),
      anyOf([...changes, ...ofSubscriptions].map((name) => is("$.eventName", name))),
      anyOf([
        is("$.requestParameters.topicArn", topicArn),
        is("$.requestParameters.subscriptionArn", pulumi.interpolate`${topicArn}:*`),
      ]),
    ]),
  );
}

function trailChanges(trailName: string): pulumi.Output<string> {
  const changes = ["StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"];
  return pattern(
    allOf([
      is("$.eventSource", "cloudtrail.amazonaws.com"),
      anyOf(changes.map((name) => is("$.eventName", name))),
      anyOf(["name", "trailName"].map((field) => is(`$.requestParameters.${field}`, `*${trailName}`))),
    ]),
  );
}
