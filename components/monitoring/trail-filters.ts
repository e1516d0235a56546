import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";
import { type Alarm, describe } from "./alarms";

/** Whose events in a trail's log group are of interest. */
export interface TrailSubject {
  /** Of the pipeline: names of metrics and alarms have it. */
  readonly suffix: string;
  readonly logGroupName: pulumi.Input<string>;
  readonly account: Pick<Account, "accountId">;
  readonly bucketName: pulumi.Input<string>;
  /** Principals of this account that may read: the two roles, or the user. */
  readonly readers: readonly pulumi.Input<string>[];
  /** ARNs of readers of other accounts. */
  readonly crossAccountReaders: readonly pulumi.Input<string>[];
  /** Names of the stack's roles, users and groups. */
  readonly roleNames: readonly string[];
  readonly userNames: readonly string[];
  readonly groupNames: readonly string[];
  /** Names of the stack's managed policies. */
  readonly policyNames: readonly string[];
  readonly roleArns: readonly pulumi.Input<string>[];
  readonly keyId?: pulumi.Input<string> | undefined;
  /** Name of the stack's own trail. @default an existing one, which is its owner's to watch */
  readonly trailName?: string | undefined;
  /** Whether the trail has management events: changes of policies, roles and keys are such. */
  readonly managementEvents: boolean;
}

/** Counts the events of a log group that match a pattern, and the alarm on that count. */
export interface TrailFilter {
  /** Name of the metric. */
  readonly metric: string;
  readonly pattern: pulumi.Output<string>;
  readonly alarm: Alarm;
}

/** CloudWatch Logs takes a pattern of 1024 characters: AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html */
export const LONGEST_PATTERN = 1024;

/** Namespace of a pipeline's metrics: dimensions can only be fields of the event, so the suffix is in the name. */
export function trailNamespace(suffix: string): string {
  return `BraintrustSnowflake/${suffix}`;
}

/** What the trail is watched for: refused calls, strangers that read, and changes of what keeps them out. */
export function trailFilters(subject: TrailSubject): TrailFilter[] {
  const { suffix, keyId, trailName, managementEvents } = subject;
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
      "the bucket's policy or another of its settings was changed",
      deploys,
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
    // Snowflake and Braintrust try again and again, so that a true fault is soon more than one.
    filter("DeniedCalls", deniedCalls(subject), 4, [
      "five or more calls on the exports were refused within 15 minutes",
      "a role lacks a right, a wrong external id, or somebody tries doors",
    ]),
    filter("StrangeReads", strangeReads(subject), 0, [
      "somebody read exports who is neither Braintrust, Snowflake nor a reader of the settings",
      "an administrator, or a right that should not be there",
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

type Term = pulumi.Input<string>;

function deniedCalls({ bucketName, roleArns }: TrailSubject): pulumi.Output<string> {
  return pattern(
    allOf([
      anyOf(["AccessDenied*", "*UnauthorizedOperation"].map((code) => is("$.errorCode", code))),
      anyOf([
        is("$.requestParameters.bucketName", bucketName),
        ...roleArns.map((arn) => is("$.requestParameters.roleArn", arn)),
      ]),
    ]),
  );
}

/**
 * Of a caller of another account the trail tells the account alone, so that a reader there stands for its account; where
 * there are more such accounts than a pattern has room for, only callers of this one are counted. Readers of this account are
 * named by beginnings of their names where whole ones have no room, as those of IAM Identity Center, AWSReservedSSO_<permission
 * set>_<16 digits>, which differ late. "!=" does not hold of what an event has not, hence NOT EXISTS.
 */
function strangeReads(subject: TrailSubject): pulumi.Output<string> {
  const { bucketName, readers, account } = subject;
  return pulumi
    .all([
      bucketName,
      pulumi.all([...readers]),
      account.accountId,
      pulumi.all([...subject.crossAccountReaders]),
    ])
    .apply(([bucket, named, ownId, crossAccountReaders]) => {
      const accountOf = (arn: string) => arn.split(":")[4] ?? "";
      const ownReaders = crossAccountReaders.filter((arn) => accountOf(arn) === ownId).map(callerOf);
      const foreign = [...new Set(crossAccountReaders.map(accountOf))].filter((id) => id !== ownId);
      const not = (field: string, values: readonly string[]) =>
        anyOf([`(${field} NOT EXISTS)`, allOf(values.map((value) => is(field, value, "!=")))]);
      const readsOf = (accounts: readonly Term[], known: readonly string[]) =>
        pattern(
          allOf([
            anyOf([
              allOf([is("$.requestParameters.bucketName", bucket), is("$.eventName", "GetObject*")]),
              // A copy to elsewhere reads too, and is an event of the bucket that it goes to.
              is("$.requestParameters.x-amz-copy-source", `*${bucket}/*`),
            ]),
            "($.errorCode NOT EXISTS)",
            not("$.userIdentity.arn", known),
            ...accounts,
          ]),
        );
      const ofOthers = foreign.length === 0 ? [] : [not("$.userIdentity.accountId", foreign)];
      const ofThisAccount = [is("$.userIdentity.accountId", ownId)];
      const patterns = shortened(ownReaders).flatMap((readers) =>
        [ofOthers, ofThisAccount].map((accounts) => readsOf(accounts, [...named.map(callerOf), ...readers])),
      );
      return pulumi.all(patterns).apply((texts) => {
        const fitting = texts.find((text) => text.length <= LONGEST_PATTERN);
        if (fitting !== undefined) return fitting;
        const least = Math.min(...texts.map(({ length }) => length));
        throw new pulumi.RunError(
          `crossAccountReaders names ${ownReaders.length} readers of this account: the metric filter that knows them would have ${least} characters, and CloudWatch Logs takes ${LONGEST_PATTERN}; name fewer, or set auditTrail.enabled to false`,
        );
      });
    });
}

/** The ways to name callers, from whole names to ever shorter beginnings, which several may have in common. */
function shortened(callers: readonly string[]): string[][] {
  // No shorter: "AWSReservedSSO_" alone has 15 characters, and would stand for every one of them.
  const lengths = [64, 48, 40, 32, 24];
  const cut = (caller: string, length: number) => {
    const whole = caller.replace(/\/\*$/, "");
    const end = whole.lastIndexOf("/") + 1 + length;
    return whole.length > end ? `${whole.slice(0, end)}*` : caller;
  };
  return lengths.map((length) => [...new Set(callers.map((caller) => cut(caller, length)))]);
}

/** How a trail names the caller: a role by its sessions, whose ARN has the role's name without its path. */
function callerOf(arn: string): string {
  const [, role] = /:role\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  return role === undefined ? arn : `*:assumed-role/${role}/*`;
}

function bucketChanges({ bucketName }: TrailSubject): pulumi.Output<string> {
  return pattern(
    allOf([
      is("$.requestParameters.bucketName", bucketName),
      anyOf(["PutBucket*", "DeleteBucket*"].map((name) => is("$.eventName", name))),
    ]),
  );
}

function identityChanges(subject: TrailSubject): pulumi.Output<string> {
  return pattern(
    allOf([
      is("$.eventSource", "iam.amazonaws.com"),
      "($.readOnly IS FALSE)",
      anyOf([
        ...subject.roleNames.map((name) => is("$.requestParameters.roleName", name)),
        ...subject.userNames.map((name) => is("$.requestParameters.userName", name)),
        ...subject.groupNames.map((name) => is("$.requestParameters.groupName", name)),
        ...subject.policyNames.map((name) => is("$.requestParameters.policyArn", `*:policy/${name}`)),
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

function is(field: string, value: Term, comparison: "=" | "!=" = "="): pulumi.Output<string> {
  return pulumi.interpolate`(${field} ${comparison} "${value}")`;
}

function allOf(terms: readonly Term[]): pulumi.Output<string> {
  return joined(terms, "&&");
}

function anyOf(terms: readonly Term[]): pulumi.Output<string> {
  return joined(terms, "||");
}

function joined(terms: readonly Term[], operator: "&&" | "||"): pulumi.Output<string> {
  return pulumi.all([...terms]).apply((texts) => {
    const [first = ""] = texts;
    return texts.length === 1 ? first : `(${texts.join(` ${operator} `)})`;
  });
}

function pattern(expression: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.interpolate`{ ${expression} }`;
}
