import * as pulumi from "@pulumi/pulumi";
import type { Account } from "./account";
import { type Alarm, describe } from "./alarms";

/** Whose events in a trail's log group are of interest. */
export interface TrailSubject {
  readonly stack: string;
  readonly account: Pick<Account, "accountId">;
  readonly bucketName: pulumi.Input<string>;
  /** Principals of this account that may read: the two roles, or the user. */
  readonly readers: readonly pulumi.Input<string>[];
  /** ARNs of readers of other accounts. */
  readonly crossAccountReaders: readonly string[];
  /** Names of the stack's roles and users. */
  readonly roleNames: readonly string[];
  readonly userNames: readonly string[];
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

/** Namespace of a stack's metrics: filters with a default value can have no dimensions, so the stack is in the name. */
export function trailNamespace(stack: string): string {
  return `BraintrustSnowflake/${stack}`;
}

/** What the trail is watched for: refused calls, strangers that read, and changes of what keeps them out. */
export function trailFilters(subject: TrailSubject): TrailFilter[] {
  const { stack, keyId, trailName, managementEvents } = subject;
  const lookUp = (event: string) =>
    `aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=${event}`;
  const search = `aws logs filter-log-events --log-group-name <group> --filter-pattern '<that of the metric filter>'`;
  const deploys = "an `up` of this stack, or somebody by hand";
  const filter = (
    key: string,
    metric: string,
    pattern: pulumi.Output<string>,
    threshold: number,
    description: string,
  ): TrailFilter => ({ metric, pattern, alarm: countAlarm(stack, key, metric, threshold, description) });
  const changes = [
    filter(
      "bucket-changes",
      "BucketChanges",
      bucketChanges(subject),
      0,
      describe(
        "the bucket's policy or another of its settings was changed",
        deploys,
        lookUp("PutBucketPolicy"),
      ),
    ),
    filter(
      "role-changes",
      "RoleChanges",
      identityChanges(subject),
      0,
      describe(
        "a role, user or policy of the pipeline was changed",
        deploys,
        lookUp("UpdateAssumeRolePolicy"),
      ),
    ),
    ...(keyId === undefined
      ? []
      : [
          filter(
            "key-changes",
            "KeyChanges",
            keyChanges(keyId),
            0,
            describe(
              "the key's policy was changed, or the key is to be disabled or deleted",
              deploys,
              lookUp("PutKeyPolicy"),
            ),
          ),
        ]),
    ...(trailName === undefined
      ? []
      : [
          filter(
            "trail-changes",
            "TrailChanges",
            trailChanges(trailName),
            0,
            describe("the audit trail was stopped, changed or deleted", deploys, lookUp("StopLogging")),
          ),
        ]),
  ];
  return [
    // Snowflake and Braintrust try again and again, so that a true fault is soon more than one.
    filter(
      "denied-calls",
      "DeniedCalls",
      deniedCalls(subject),
      4,
      describe(
        "five or more calls on the exports were refused within 15 minutes",
        "a role lacks a right, a wrong external id, or somebody tries doors",
        search,
      ),
    ),
    filter(
      "strange-reads",
      "StrangeReads",
      strangeReads(subject),
      0,
      describe(
        "somebody read exports who is neither Braintrust, Snowflake nor a reader of the settings",
        "an administrator, or a right that should not be there",
        search,
      ),
    ),
    ...(managementEvents ? changes : []),
  ];
}

function countAlarm(stack: string, key: string, name: string, threshold: number, description: string): Alarm {
  return {
    key,
    description,
    watched: {
      kind: "metric",
      metric: { namespace: trailNamespace(stack), name, dimensions: {}, statistic: "Sum", period: 900 },
      threshold,
    },
    fires: "above",
    evaluationPeriods: 1,
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

/** Accounts that a pattern has room for. */
const MOST_ACCOUNTS = 5;

/**
 * Of a caller of another account the trail tells the account alone, so that a reader there stands for its account; where
 * there are more such accounts than a pattern has room for, only callers of this one are counted. "!=" does not hold of what
 * an event has not, hence NOT EXISTS.
 */
function strangeReads(subject: TrailSubject): pulumi.Output<string> {
  const { bucketName, readers, crossAccountReaders, account } = subject;
  return pulumi
    .all([bucketName, pulumi.all([...readers]), account.accountId])
    .apply(([bucket, named, ownId]) => {
      const accountOf = (arn: string) => arn.split(":")[4] ?? "";
      const known = [...named, ...crossAccountReaders.filter((arn) => accountOf(arn) === ownId)];
      const foreign = [...new Set(crossAccountReaders.map(accountOf))].filter((id) => id !== ownId);
      const not = (field: string, values: readonly string[]) =>
        anyOf([`(${field} NOT EXISTS)`, allOf(values.map((value) => is(field, value, "!=")))]);
      const ofAccounts =
        foreign.length > MOST_ACCOUNTS
          ? [is("$.userIdentity.accountId", ownId)]
          : foreign.length > 0
            ? [not("$.userIdentity.accountId", foreign)]
            : [];
      return pattern(
        allOf([
          is("$.requestParameters.bucketName", bucket),
          is("$.eventName", "GetObject*"),
          "($.errorCode NOT EXISTS)",
          not("$.userIdentity.arn", known.map(callerOf)),
          ...ofAccounts,
        ]),
      ).apply((text) => {
        if (text.length <= LONGEST_PATTERN) return text;
        throw new pulumi.RunError(
          `crossAccountReaders names ${known.length} readers of this account: the metric filter that knows them would have ${text.length} characters, and CloudWatch Logs takes ${LONGEST_PATTERN}; name fewer, or set auditTrail.enabled to false`,
        );
      });
    });
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

function identityChanges({ roleNames, userNames, policyNames }: TrailSubject): pulumi.Output<string> {
  return pattern(
    allOf([
      is("$.eventSource", "iam.amazonaws.com"),
      "($.readOnly IS FALSE)",
      anyOf([
        ...roleNames.map((name) => is("$.requestParameters.roleName", name)),
        ...userNames.map((name) => is("$.requestParameters.userName", name)),
        ...policyNames.map((name) => is("$.requestParameters.policyArn", `*:policy/${name}`)),
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
