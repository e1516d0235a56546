import type { PipelineOutputs } from "../../automation/outputs";
import { filesSql } from "../../automation/reconcile/files-sql";
import { snowflakeSql, sqlParts } from "../../automation/snowflake/sql/sql";
import { awsLimits } from "../../components/aws-limits";
import type { Deployment } from "../support";
import type { StreamsProgram } from "./worst-cases";

export type LimitName = keyof typeof awsLimits;

/** How a limit is kept. */
export interface LimitRow {
  readonly what: string;
  /** Settings that are refused beyond it. @default no settings reach it */
  readonly refused?: string;
  /** The sizes that a program has of it. */
  readonly sizes?: (deployed: Deployment) => readonly number[];
}

const lengthOf = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value)).length;
const given = (deployed: Deployment, type: string, input: string) =>
  deployed
    .of(type)
    .map(({ inputs }) => inputs[input])
    .filter((value) => value !== undefined);
const lengths = (type: string, input: string) => (deployed: Deployment) =>
  given(deployed, type, input).map(lengthOf);
const count = (type: string) => (deployed: Deployment) => [deployed.of(type).length];
const items = (type: string, input: string) => (deployed: Deployment) =>
  given(deployed, type, input).map((value) => (Array.isArray(value) ? value.length : 0));
/** A resource without a name has one that Pulumi gives it: its own, a hyphen and seven digits. */
const names = (type: string, input: string) => (deployed: Deployment) =>
  deployed
    .of(type)
    .map(({ name, inputs }) => (inputs[input] === undefined ? name.length + 8 : lengthOf(inputs[input])));
const sums = (type: string, input: string) => (deployed: Deployment) => [
  given(deployed, type, input).reduce((sum: number, value) => sum + lengthOf(value), 0),
];

interface Widget {
  readonly properties: { readonly metrics?: readonly unknown[] };
}
const widgets = (deployed: Deployment): number[][] =>
  given(deployed, "aws:cloudwatch/dashboard:Dashboard", "dashboardBody").map((body) =>
    JSON.parse(String(body)).widgets.map(({ properties }: Widget) => properties.metrics?.length ?? 0),
  );

const role = "aws:iam/role:Role";
const metricAlarm = "aws:cloudwatch/metricAlarm:MetricAlarm";
const compositeAlarm = "aws:cloudwatch/compositeAlarm:CompositeAlarm";
const metricFilter = "aws:cloudwatch/logMetricFilter:LogMetricFilter";
const lifecycle = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";

/** Each limit of AWS, and how it is kept. */
export const limitRows = {
  bucketName: {
    what: "Name of a bucket",
    refused: "`bucketName`, `existingBucket`, the stack's name without `bucketName`",
    sizes: names("aws:s3/bucket:Bucket", "bucket"),
  },
  bucketPolicy: { what: "Policy of the bucket", refused: "`crossAccountReaders`, `bucketPolicyStatements`" },
  objectKey: { what: "Key of an exported file", refused: "`exportPrefix`, `streams[].prefix`" },
  notificationConfigurations: {
    what: "Notification configurations",
    sizes: (deployed) =>
      deployed
        .of("aws:s3/bucketNotification:BucketNotification")
        .map(({ inputs }) => [inputs.queues, inputs.topics].flatMap((each) => each ?? []).length),
  },
  notificationFilter: {
    what: "Prefix of a notification's filter, as S3 encodes it",
    refused: "`exportPrefix`, `streams[].prefix`",
  },
  lifecycleRules: { what: "Lifecycle rules", sizes: items(lifecycle, "rules") },
  metricsConfigurations: {
    what: "Metrics configurations of requests",
    sizes: count("aws:s3/bucketMetric:BucketMetric"),
  },
  metricsConfigurationId: {
    what: "Id of a metrics configuration",
    sizes: lengths("aws:s3/bucketMetric:BucketMetric", "name"),
  },
  trustPolicy: {
    what: "Trust policy of a role (the default quota)",
    refused: "`braintrust.orgId`, `braintrust.projectIds`, `braintrust.principalArns`",
    sizes: lengths(role, "assumeRolePolicy"),
  },
  managedPolicy: {
    what: "Managed policy of Braintrust or Snowflake",
    sizes: lengths("aws:iam/policy:Policy", "policy"),
  },
  rolePolicies: {
    what: "Inline policies of a role, all together",
    sizes: sums("aws:iam/rolePolicy:RolePolicy", "policy"),
  },
  roleName: {
    what: "Name of a role",
    refused: "`iam.names`, the stack's name",
    sizes: names(role, "name"),
  },
  userName: {
    what: "Name of the user",
    refused: "`iam.names.snowflakeUser`, the stack's name",
    sizes: names("aws:iam/user:User", "name"),
  },
  groupName: {
    what: "Name of the group",
    refused: "`iam.names.snowflakeGroup`, the stack's name",
    sizes: names("aws:iam/group:Group", "name"),
  },
  policyName: {
    what: "Name of a managed policy",
    refused: "`iam.names.exportPolicy`, `iam.names.readPolicy`, the stack's name",
    sizes: names("aws:iam/policy:Policy", "name"),
  },
  iamPath: { what: "Path of roles, user, group and policies", refused: "`iam.path`" },
  accessKeys: { what: "Access keys", refused: "`snowflake.accessKeys`" },
  externalId: { what: "External id", refused: "`snowflake.externalId`" },
  keyPolicy: {
    what: "Policy of the KMS key",
    sizes: lengths("aws:kms/keyPolicy:KeyPolicy", "policy"),
  },
  keyAlias: { what: "Alias of the KMS key", sizes: names("aws:kms/alias:Alias", "name") },
  topicPolicy: {
    what: "Policy of a topic",
    sizes: lengths("aws:sns/topicPolicy:TopicPolicy", "policy"),
  },
  topicName: {
    what: "Name of a topic",
    refused: "`events.topicName`, the stack's name",
    sizes: names("aws:sns/topic:Topic", "name"),
  },
  queuePolicy: { what: "Policy of a queue", sizes: lengths("aws:sqs/queue:Queue", "policy") },
  queueName: {
    what: "Name of a queue, of which the dead-letter queue takes four",
    refused: "`events.queueName`, the stack's name",
    sizes: names("aws:sqs/queue:Queue", "name"),
  },
  trailName: { what: "Name of the trail", refused: "`auditTrail.name`, the stack's name" },
  logGroupName: {
    what: "Name of the trail's log group",
    refused: "`auditTrail.logGroup`",
    sizes: names("aws:cloudwatch/logGroup:LogGroup", "name"),
  },
  metricFilters: { what: "Metric filters", sizes: count(metricFilter) },
  metricFilterName: { what: "Name of a metric filter", sizes: names(metricFilter, "name") },
  metricFilterPattern: { what: "Pattern of a metric filter", sizes: lengths(metricFilter, "pattern") },
  alarmName: {
    what: "Name of an alarm",
    sizes: (deployed) => [
      ...names(metricAlarm, "name")(deployed),
      ...names(compositeAlarm, "alarmName")(deployed),
    ],
  },
  alarmDescription: {
    what: "Description of an alarm",
    sizes: (deployed) =>
      [metricAlarm, compositeAlarm].flatMap((type) => lengths(type, "alarmDescription")(deployed)),
  },
  alarmMetrics: {
    what: "Metrics of an alarm's expression",
    // One of the queries is the expression.
    sizes: (deployed) => items(metricAlarm, "metricQueries")(deployed).map((queries) => queries - 1),
  },
  compositeRule: {
    what: "Rule of a composite alarm",
    sizes: lengths(compositeAlarm, "alarmRule"),
  },
  compositeAlarms: {
    what: "Alarms in a composite alarm",
    sizes: (deployed) =>
      given(deployed, compositeAlarm, "alarmRule").map((rule) => String(rule).split(" OR ").length),
  },
  dashboardName: {
    what: "Name of the dashboard",
    sizes: names("aws:cloudwatch/dashboard:Dashboard", "dashboardName"),
  },
  dashboardWidgets: {
    what: "Widgets of the dashboard",
    sizes: (deployed) => widgets(deployed).map(({ length }) => length),
  },
  dashboardMetrics: {
    what: "Metrics of the dashboard",
    sizes: (deployed) => widgets(deployed).map((each) => each.reduce((sum, metrics) => sum + metrics, 0)),
  },
  widgetMetrics: { what: "Metrics of a widget", sizes: (deployed) => widgets(deployed).flat() },
  tags: { what: "Tags", refused: "`aws:defaultTags`" },
} as const satisfies Readonly<Record<LimitName, LimitRow>>;

/** The largest of a limit's sizes in some programs, where programs have it. */
export function largest(name: LimitName, programs: readonly Deployment[]): number | undefined {
  const { sizes }: LimitRow = limitRows[name];
  return sizes === undefined ? undefined : Math.max(...programs.flatMap((deployed) => [...sizes(deployed)]));
}

const scaling = [
  "notificationConfigurations",
  "metricsConfigurations",
  "compositeRule",
  "compositeAlarms",
  "dashboardWidgets",
  "dashboardMetrics",
  "managedPolicy",
] as const satisfies readonly LimitName[];

/** What Snowflake takes of a statement's text. docs.snowflake.com/en/user-guide/query-size-limits */
export const STATEMENT_BYTES = 1_048_576;

/** The page of limits: `programs` are as large as settings make them, `byStreams` have more and more streams. */
export function limitsPage(programs: readonly Deployment[], byStreams: readonly StreamsProgram[]): string {
  const rows = (Object.keys(awsLimits) as LimitName[]).map((name) => {
    const { most, unit, source } = awsLimits[name];
    const { what, refused }: LimitRow = limitRows[name];
    const kept =
      refused === undefined
        ? `cannot be reached: ${figure(largest(name, programs))} at most`
        : `refused: ${refused}`;
    return `| ${what} | ${figure(most)} ${unit} | ${kept} | [page](https://docs.aws.amazon.com/${source}) |`;
  });
  const counts = byStreams.map(({ streams }) => figure(streams));
  const scaled = scaling.map((name) => [
    limitRows[name].what,
    ...byStreams.map(({ deployed }) => figure(largest(name, [deployed]))),
    figure(awsLimits[name].most),
  ]);
  const further = [
    ["Resources of the stack", ...byStreams.map(({ deployed }) => figure(deployed.resources.length)), ""],
    ["Alarms", ...byStreams.map(({ deployed }) => figure(deployed.of(metricAlarm).length)), ""],
    [
      "Longest statement of the SQL, bytes",
      ...byStreams.map(({ outputs }) => figure(longestStatement(outputs))),
      `${figure(STATEMENT_BYTES)} ([Snowflake](https://docs.snowflake.com/en/user-guide/query-size-limits))`,
    ],
  ];
  return `# Limits of AWS

What AWS takes at most of what settings can make longer or more of. Settings that pass a limit are refused before anything is deployed, with
exit code 2. Of the others, the third column is the largest that any settings reach; \`npm test\` measures it. Written by \`npm run docs:limits\`
from \`components/aws-limits.ts\`. Quotas of an account that AWS raises on request are not known offline, so their defaults count.

| What | AWS takes | Beyond it | Source |
| --- | --- | --- | --- |
${rows.join("\n")}

## By number of streams

Up to 100 streams have a notification, request metrics, an alarm on missing files and a graph each. More than 100 do not fit into a
bucket's notification, and request metrics are billed by the stream, so that from the 101st on:

- each queue or topic has one notification, of the folder that its streams share. It receives the events of every file there; a pipe
  loads those of its own stage alone. All streams of one queue change over in one write of the bucket's notification, so that no event is
  lost from 100 to 101 or back. Pipes of several Snowflake accounts, which read several queues, need folders of their own. On a bucket that
  others use too, fewer streams are merged in the same way when their notifications and those of others would exceed 100.
- the first 100 streams by name keep their metrics, alarm and graph. One alarm more fires when no stream at all exports. A single
  one of the others that stops is found by \`verify\` and by the SQL of \`--part check\`, which judge each stream.
- the storage integration allows the folder of all exports in place of each stream's. Snowflake's role can read that and no more.
- the SQL of \`--part check\` reads a hundred streams in a statement. \`sql --output-dir\` writes files of a hundred streams, and
  \`connect --run\` runs these one after the other.

| Largest, by number of streams | ${counts.join(" | ")} | Limit |
| --- | ${counts.map(() => "---").join(" | ")} | --- |
${[...scaled, ...further].map((row) => `| ${row.join(" | ")} |`).join("\n")}
`;
}

function longestStatement(outputs: PipelineOutputs): number {
  const parts = sqlParts.map((part) => snowflakeSql(outputs, part));
  const texts = [...parts, snowflakeSql(outputs, "teardown", { leftStreams: true }), filesSql(outputs)];
  const statements = texts.flatMap((text) => text.split(/;\n(?=\S)/));
  return Math.max(...statements.map((statement) => Buffer.byteLength(statement)));
}

function figure(size: number | undefined): string {
  return String(size).replace(/\B(?=(\d{3})+$)/g, ",");
}
