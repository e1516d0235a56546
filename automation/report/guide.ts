import { ownedName } from "../../components/storage/share-names";
import { namer } from "../plan/arn-names";
import type { PlannedResource } from "../plan/evaluation";
import { listStatements } from "./access/statements";
import type { ReportData } from "./report-data";

/** How the stack stands to a piece of advice. `by people`: nothing that a stack could do by itself. */
export interface Advice {
  readonly text: string;
  readonly word: "met" | "off" | "not applicable" | "by people";
  readonly why: string;
}

/** A list of the set-up guide, by its heading. */
export interface AdviceList {
  readonly heading: string;
  readonly advice: readonly Advice[];
}

/** The guide's best practices, its advice on cost, and what it says to monitor. */
export function guideLists(data: ReportData): AdviceList[] {
  return [
    { heading: "IAM policies", advice: iamAdvice(data) },
    { heading: "S3 security", advice: s3Advice(data) },
    { heading: "Key management", advice: keyAdvice(data) },
    { heading: "Cost optimization", advice: costAdvice(data) },
    { heading: "Monitoring and alerting", advice: monitoringAdvice(data) },
  ];
}

function met(text: string, why: string): Advice {
  return { text, word: "met", why };
}

/** Met where the stack has what it takes, else off, with the setting that turns it on. */
function metIf(text: string, isMet: boolean, evidence: string, off: string): Advice {
  return isMet ? met(text, evidence) : { text, word: "off", why: off };
}

/** On a bucket that exists already. */
function theirs(text: string): Advice {
  return { text, word: "not applicable", why: "the existing bucket’s owner decides" };
}

function iamAdvice({ settings, outputs, plan }: ReportData): Advice[] {
  const least = settings.braintrust.permissions === "least";
  return [
    met(
      "Use least-privilege principle",
      `both identities act below \`${outputs.exportPrefix}\` alone; Braintrust has the permissions \`${settings.braintrust.permissions}\`${least ? "" : ", and `braintrust.permissions: least` takes reading and old versions away"}`,
    ),
    {
      text: "Regularly review and audit permissions",
      word: "by people",
      why: "this page is for it; `verify` compares AWS with it",
    },
    met("Use conditions to restrict access further", conditionsOf(plan.resources, settings)),
    trailAdvice("Enable CloudTrail for audit logging", settings),
  ];
}

/** What condition keys of IAM restrict, in words. */
const restrictions: Readonly<Record<string, string>> = {
  "sts:ExternalId": "roles only with the external id",
  "s3:prefix": "lists only of the exports",
  "aws:ResourceAccount": "Braintrust and Snowflake reach buckets of this account alone",
  "kms:ViaService": "the key only through S3",
  "aws:SourceVpc": "reads only from Snowflake’s networks",
  "aws:SourceVpce": "reads only through these VPC endpoints",
  "aws:SecureTransport": "no plain HTTP",
  "s3:TlsVersion": "TLS 1.2 or later",
  "aws:SourceAccount": "services of AWS send logs, events and alerts only on behalf of this account",
};

/** The restrictions that some statement of the stack has. A company's own statements may be about others than Snowflake. */
function conditionsOf(
  resources: readonly PlannedResource[],
  { bucketPolicyStatements }: ReportData["settings"],
): string {
  const isCompanys = (sid = "") =>
    bucketPolicyStatements.some(({ Sid }) => sid === Sid || sid.startsWith(ownedName(Sid, "")));
  const used = new Set(
    listStatements(resources, namer(resources)).flatMap(({ statement }) =>
      isCompanys(statement.Sid)
        ? []
        : Object.values(statement.Condition ?? {}).flatMap((keys) => Object.keys(keys)),
    ),
  );
  return Object.entries(restrictions)
    .flatMap(([key, words]) => (used.has(key) ? [`${words} (\`${key}\`)`] : []))
    .join("; ");
}

function trailAdvice(text: string, { auditTrail }: ReportData["settings"]): Advice {
  if (auditTrail.existing !== undefined)
    return met(
      text,
      `by \`${auditTrail.existing}\`, which is not this stack’s: \`verify\` checks that it records the exports`,
    );
  return metIf(
    text,
    auditTrail.enabled,
    "the stack has a trail of reads and writes of the exports",
    "`auditTrail.enabled` turns it on",
  );
}

function s3Advice({ settings }: ReportData): Advice[] {
  const { existingBucket, encryption, lifecycle, accessLogs, objectLock } = settings;
  const versioning = "Enable bucket versioning";
  const lifecycles = "Configure lifecycle policies to manage costs";
  const encrypted = "Use S3 encryption (SSE-S3 or SSE-KMS)";
  const lock = "Consider using S3 Object Lock for compliance";
  const monitored = trailAdvice("Monitor access with CloudTrail and S3 access logs", settings);
  if (existingBucket !== undefined) {
    return [
      theirs(versioning),
      theirs(lifecycles),
      theirs(encrypted),
      { ...monitored, why: `${monitored.why}; the existing bucket’s owner decides on access logs` },
      theirs(lock),
    ];
  }
  const logs = accessLogs.enabled ? "access logs are on" : "`accessLogs.enabled` turns on access logs";
  return [
    met(versioning, "every bucket of the stack"),
    metIf(
      lifecycles,
      lifecycle.profile !== "none",
      `profile \`${lifecycle.profile}\``,
      "`lifecycle.profile: none` keeps everything in STANDARD",
    ),
    met(encrypted, encryption === "kms" ? "SSE-KMS, with a bucket key" : "SSE-S3"),
    { ...monitored, word: accessLogs.enabled ? monitored.word : "off", why: `${monitored.why}; ${logs}` },
    metIf(
      lock,
      objectLock !== undefined,
      `${objectLock?.mode} for ${objectLock?.days} days`,
      "a lock cannot be taken off again; `objectLock` turns it on",
    ),
  ];
}

function keyAdvice({ settings }: ReportData): Advice[] {
  const byRole = settings.snowflake.access === "role";
  const none = (text: string): Advice => ({
    text,
    word: "not applicable",
    why: "nobody has an access key: Snowflake assumes a role",
  });
  const rotate = "Rotate access keys regularly";
  const store = "Store credentials securely (AWS Secrets Manager)";
  const unused = "Monitor for unused access keys";
  return [
    byRole
      ? none(rotate)
      : {
          text: rotate,
          word: "by people",
          why: "`rotate-keys` does it without a gap; `verify` fails with a key older than 90 days",
        },
    metIf(
      "Use IAM roles instead of users when possible",
      byRole,
      "Braintrust and Snowflake both assume roles",
      "`snowflake.access: user` has a user with an access key; `role` does without",
    ),
    byRole ? none(store) : met(store, "the key is in a secret of the stack, and encrypted in the state"),
    byRole ? none(unused) : met(unused, "`status` names keys that nobody has used for 45 days"),
  ];
}

function costAdvice({ settings, plan }: ReportData): Advice[] {
  const { existingBucket, lifecycle } = settings;
  const rules = JSON.stringify(
    plan.resources
      .filter(isType("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"))
      .map(({ inputs }) => inputs.rules),
  );
  const tiering = "Use S3 Intelligent-Tiering for automatic cost optimization";
  const transitions = "Set up lifecycle policies to transition older data to cheaper storage classes";
  const uploads = "Delete incomplete multipart uploads";
  if (existingBucket !== undefined) return [tiering, transitions, uploads].map(theirs);
  const says = `profile \`${lifecycle.profile}\``;
  return [
    metIf(tiering, rules.includes("INTELLIGENT_TIERING"), says, "`lifecycle.intelligentTiering` turns it on"),
    metIf(transitions, rules.includes("storageClass"), says, `${says} moves nothing`),
    metIf(
      uploads,
      rules.includes("abortIncompleteMultipartUpload"),
      "every lifecycle does",
      `${says} does not`,
    ),
  ];
}

function monitoringAdvice({ settings, plan, outputs }: ReportData): Advice[] {
  const { enabled, storageGb, monthlyBudgetUsd } = settings.monitoring;
  const alarms = plan.resources.filter(isType("aws:cloudwatch/metricAlarm:MetricAlarm"));
  const named = (pattern: RegExp) =>
    alarms.map(({ inputs }) => String(inputs.name)).filter((name) => pattern.test(name));
  const by = (text: string, names: readonly string[], off: string): Advice =>
    metIf(
      text,
      names.length > 0,
      names.map((name) => `\`${name}\``).join(", "),
      enabled ? off : "`monitoring.enabled` is off",
    );
  const limits = [
    ...(storageGb === undefined ? [] : [`an alarm above ${storageGb} GB`]),
    ...(monthlyBudgetUsd === undefined ? [] : [`a budget of ${monthlyBudgetUsd} USD a month`]),
    ...(plan.resources.some(({ type }) => type.startsWith("aws:costexplorer/"))
      ? ["anomaly detection on cost"]
      : []),
  ];
  const { existing, logGroup } = settings.auditTrail;
  const trail =
    existing !== undefined && logGroup === undefined
      ? "`auditTrail.logGroup`, the log group of the existing trail,"
      : "`auditTrail.enabled`";
  const unusual =
    settings.existingBucket === undefined
      ? `${trail} and \`monitoring.anomalyDetection\` turn them on`
      : `${trail} turns them on`;
  const queue = "SQS queue depth";
  return [
    by(
      "Failed S3 operations",
      named(/-(client|server)-errors/),
      settings.existingBucket === undefined
        ? "`monitoring.requestMetrics` turns them on"
        : "its owner decides on the existing bucket’s request metrics",
    ),
    by("Unusual access patterns", named(/unusual|strange|denied|unlisted/), unusual),
    metIf(
      "Storage costs exceeding thresholds",
      limits.length > 0,
      limits.join(", "),
      settings.partition === "aws"
        ? "`monitoring.storageGb` and `monitoring.monthlyBudgetUsd` set them"
        : "`monitoring.storageGb` sets an alarm",
    ),
    outputs.notificationQueueArn === undefined
      ? { text: queue, word: "not applicable", why: "the stack has no event queue of its own" }
      : by(
          queue,
          named(/-(queue-depth|queue-age)$/),
          "the dead-letter queue alone has an alarm, since nobody has to read this copy of the events; `monitoring.queueDepth` and `monitoring.queueAgeHours` set alarms on it",
        ),
  ];
}

function isType(wanted: string): (resource: PlannedResource) => boolean {
  return ({ type }) => type === wanted;
}
