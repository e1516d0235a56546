import { isEverybody } from "../../components/settings/conflicts/statement-conflicts";
import { alertServices, dnsSuffix } from "../../components/settings/partitions";
import { hasOwnAlertTopic, hasOwnTrail, phaseOf, type Settings } from "../../components/settings/settings";
import { SYSTEM_ROLES, storedName } from "../../components/settings/snowflake-names";
import { archiveTiers } from "../../components/storage/export-bucket";
import { areMerged, SEPARATE_STREAMS } from "../../components/streams";
import { pulumiLine } from "../command-line";
import { usagePrices } from "../cost/prices";
import { notYet } from "../project/fill-ins";
import type { StackFile } from "../project/stack-file";

/** Something to know before a deployment. */
export interface PlanProblem {
  /** `fill-in`: a value still unset. `warning`: a consequence to accept or avoid. */
  readonly severity: "fill-in" | "warning";
  /** The setting it is about. */
  readonly key: string;
  readonly message: string;
  readonly fix: string;
}

function costWarnings({ monitoring }: Settings, warn: Warn): void {
  const { enabled, monthlyBudgetUsd, costTag, activateCostTag } = monitoring;
  if (!enabled) return;
  if (monthlyBudgetUsd !== undefined && costTag === undefined) {
    warn(
      "monitoring.monthlyBudgetUsd",
      "counts the costs of the whole account: no tag tells this stack's apart",
      "set monitoring.costTag to a tag of aws:defaultTags that is active as a cost allocation tag",
    );
  }
  if (costTag !== undefined && !activateCostTag) {
    warn(
      "monitoring.costTag",
      `costs are counted only where "${costTag}" is active as a cost allocation tag: until then a budget by it sees none`,
      "activate it in the billing console of the account that pays, or set monitoring.activateCostTag there",
    );
  }
  if (activateCostTag) {
    warn(
      "monitoring.activateCostTag",
      "works in the account that pays alone, and fails until AWS has seen the tag, up to a day after the first `up`; `destroy` deactivates the tag for every stack that uses it",
      "turn it on after the first day, in one stack",
    );
  }
}

type Warn = (key: string, message: string, fix: string) => void;

function lifecycleWarnings({ lifecycle, existingBucket }: Settings, warn: Warn): void {
  if (existingBucket !== undefined) return;
  if (lifecycle.profile === "archive") {
    warn(
      "lifecycle.profile",
      `GLACIER after ${lifecycle.glacierDays} days and DEEP_ARCHIVE after ${lifecycle.deepArchiveDays}: Snowflake cannot read files in these classes`,
      "load within that time, or use the profile `instant`",
    );
  }
  const [first] = archiveTiers(lifecycle);
  if (first !== undefined) {
    warn(
      `lifecycle.${first.accessTier === "ARCHIVE_ACCESS" ? "archiveAccessDays" : "deepArchiveAccessDays"}`,
      `what nobody has read for ${first.days} days is archived: Snowflake cannot read it until it is restored`,
      "load within that time, or remove it: the tiers above are read at once",
    );
  }
}

function lockWarnings(settings: Settings, warn: Warn): void {
  const { objectLock, auditTrail } = settings;
  const undone = ({ mode }: NonNullable<Settings["objectLock"]>) =>
    mode === "COMPLIANCE"
      ? "nobody can delete them sooner, the account's root included, and `destroy` fails while there is one"
      : "only who has s3:BypassGovernanceRetention can delete them sooner";
  if (objectLock !== undefined) {
    warn(
      "objectLock",
      `every file stays for ${objectLock.days} days, Braintrust's own test file as well: ${undone(objectLock)}; the lock cannot be taken off the bucket again`,
      "leave it off unless a rule asks for it",
    );
  }
  if (hasOwnTrail(settings) && auditTrail.lock !== undefined) {
    warn(
      "auditTrail.lock",
      `log files stay for ${auditTrail.lock.days} days: ${undone(auditTrail.lock)}; the lock cannot be taken off the bucket again`,
      "leave it off unless a rule asks for it",
    );
  }
}

function accessWarnings({ braintrust, objectLock, publicAccessBlock }: Settings, warn: Warn): void {
  if (publicAccessBlock === "account") {
    warn(
      "publicAccessBlock",
      "account: no bucket of this stack has a public access block of its own",
      "let your organization turn all four on for the account; `verify` checks them",
    );
  }
  if (braintrust.permissions !== "standard" || objectLock !== undefined) return;
  warn(
    "braintrust.permissions",
    "standard: a caller with Braintrust's role can read every export and permanently delete all versions of it",
    'set braintrust.permissions to least once "Test automation" in Braintrust has passed, or turn on objectLock',
  );
}

function statementWarnings({ bucketPolicyStatements }: Settings, warn: Warn): void {
  for (const { Sid, Effect, Principal, NotPrincipal } of bucketPolicyStatements) {
    if (Effect !== "Deny" || (NotPrincipal === undefined && !isEverybody(Principal))) continue;
    warn(
      "bucketPolicyStatements",
      `${Sid} can deny the roles of Braintrust and Snowflake, and whoever deploys: AWS lets no Allow override a Deny`,
      "except them in its conditions, or see that these never hold for them; `verify` tries both roles",
    );
  }
}

/** docs.snowflake.com/en/user-guide/security-access-control-considerations: objects are best owned by roles below SYSADMIN. */
function ownerWarnings({ snowflake: { role } }: Settings, warn: Warn): void {
  const stored = storedName(role);
  if (stored === undefined || stored === "SYSADMIN" || !SYSTEM_ROLES.includes(stored)) return;
  warn(
    "snowflake.role",
    stored === "PUBLIC"
      ? "PUBLIC: every user of the account can read, change and drop what is loaded"
      : `${stored}: whoever loads has the rights of an administrator, and Snowflake advises against objects of this role`,
    "remove it, or name a role of the pipeline's own; where Snowflake is set up, grant it OWNERSHIP of what the present role owns first",
  );
}

function networkWarnings({ snowflake, snowflakeRegion }: Settings, warn: Warn): void {
  if (snowflake.network === undefined) return;
  warn(
    "snowflake.network",
    "Snowflake reads from these networks alone: when it announces others, loads fail until they are here",
    "run SELECT SYSTEM$GET_SNOWFLAKE_PLATFORM_INFO() now and then, and pass its answer to `connect`",
  );
  if (snowflakeRegion !== undefined) return;
  warn(
    "snowflakeRegion",
    "is not set, and requests from another region pass no VPC endpoint: snowflake.network would deny all of them",
    "set it, so that it is compared with the bucket's region",
  );
}

function replicationWarnings({ replication, objectLock }: Settings, warn: Warn): void {
  if (replication === undefined) return;
  const { bucketArn, accountId, kmsKeyArn } = replication;
  const actions = [
    ...["s3:ReplicateObject", "s3:ReplicateTags"],
    ...(accountId === undefined ? [] : ["s3:ObjectOwnerOverrideToBucketOwner"]),
  ];
  const toDo = [
    `turn on versioning${objectLock === undefined ? "" : " and Object Lock"} before \`up\`, which S3 refuses otherwise`,
    `then allow ${actions.join(", ")} on ${bucketArn}/* to the output replicationRoleArn`,
    ...(kmsKeyArn === undefined ? [] : [`allow it kms:Encrypt and kms:GenerateDataKey on ${kmsKeyArn}`]),
  ];
  warn(
    "replication",
    `exports are not replicated until ${bucketArn} allows it, and this stack does not change that bucket; earlier exports are never replicated`,
    `let its owner ${toDo.join("; ")}`,
  );
}

/** Files that end otherwise are never announced, and `reconcile` ignores them. */
function suffixWarnings({ streams, events: { mode, suffix } }: Settings, warn: Warn): void {
  if (suffix === undefined || mode === "none") return;
  const isOfParquet = ".parquet".endsWith(suffix) || suffix.endsWith(".parquet");
  const unannounced = streams.filter(({ format }) => (format === "parquet") !== isOfParquet);
  const [first] = unannounced;
  if (first === undefined) return;
  const who =
    unannounced.length === 1
      ? `stream "${first.name}"`
      : `${unannounced.length} streams, "${first.name}" the first,`;
  warn(
    "events.suffix",
    `${suffix}: files of ${who} are ${first.format} and do not end in it, so that none of them is announced`,
    "remove it: then every file below a stream's prefix is announced",
  );
}

/** What is lost where streams are too many for a notification and an alarm each. */
function streamWarnings({ streams, events, monitoring, existingBucket }: Settings, warn: Warn): void {
  if (!areMerged(streams)) return;
  const all = `there are ${streams.length}, and S3 takes ${SEPARATE_STREAMS} notifications for a bucket`;
  if (events.mode !== "none") {
    warn(
      "streams",
      `${all}: each queue or topic gets one, with the events of every file in the folder that its streams share`,
      "keep other files out of that folder: a pipe passes over them, a consumer of your own has to",
    );
  }
  if (monitoring.enabled && monitoring.requestMetrics && existingBucket === undefined) {
    const [last] = streams.slice(SEPARATE_STREAMS - 1);
    warn(
      "streams",
      `there are ${streams.length}, of which the first ${SEPARATE_STREAMS} by name, up to ${last?.name}, have request metrics, an alarm on missing files and a graph each: of the others one alarm fires only once no stream exports`,
      "run `verify` by a schedule, which judges how fresh each stream is, or use a stack for each hundred",
    );
  }
}

function keyWarnings(settings: Settings, warn: Warn): void {
  const { region = "us-east-1", partition } = settings;
  const key = settings.kmsKeyArn === undefined ? "existingKmsKeyArn" : "kmsKeyArn";
  if (settings[key] === undefined) return;
  const readers = [
    ...(settings.crossAccountReaders.length === 0 ? [] : ["to each of crossAccountReaders"]),
    ...(settings.replication === undefined ? [] : ["to the output replicationRoleArn"]),
  ].map((whom) => ` and ${whom}`);
  warn(
    key,
    `the key's policy is its owner's, and this stack does not change it: uploads and loads fail until it lets Braintrust's role and Snowflake's role or user use it`,
    `allow kms:Decrypt and kms:GenerateDataKey to the output braintrustRoleArn, and kms:Decrypt to Snowflake's role or user${readers.join("")}, where kms:ViaService is s3.${region}.${dnsSuffix(partition)}`,
  );
}

/** What the settings bring about that their author may not expect. */
export function warnings(settings: Settings, file: StackFile): PlanProblem[] {
  const found: PlanProblem[] = [];
  const warn: Warn = (key, message, fix) => found.push({ severity: "warning", key, message, fix });
  if (phaseOf(settings) !== "connected")
    warn("phase", notYet(settings), "fill in the values above, then `up` again");
  accessWarnings(settings, warn);
  statementWarnings(settings, warn);
  ownerWarnings(settings, warn);
  networkWarnings(settings, warn);
  lifecycleWarnings(settings, warn);
  keyWarnings(settings, warn);
  replicationWarnings(settings, warn);
  suffixWarnings(settings, warn);
  streamWarnings(settings, warn);
  const { region, snowflakeRegion } = settings;
  if (settings.allowCrossRegion && snowflakeRegion !== undefined && snowflakeRegion !== region) {
    warn(
      "allowCrossRegion",
      `the bucket is in ${region ?? "the provider's region"} and Snowflake in ${snowflakeRegion}: every load pays egress and waits`,
      "deploy to Snowflake's region where you can",
    );
  }
  if (region === undefined) {
    warn(
      "aws:region",
      "is not set: the plan shows us-east-1",
      `\`${pulumiLine("config set aws:region REGION", settings.stack)}\``,
    );
  }
  if (settings.existingBucket !== undefined) {
    warn(
      "existingBucket",
      `${settings.existingBucket} keeps the policy statements and notifications of others, and gets those of this stack: they deny plain HTTP and TLS below 1.2 to all who use it`,
      "tell its owner, or use a bucket of the stack's own",
    );
  }
  if (settings.bucketName?.includes(".")) {
    warn(
      "bucketName",
      "has dots: TLS certificates of S3 do not cover such names in every client",
      "use hyphens",
    );
  }
  lockWarnings(settings, warn);
  if (settings.forceDestroy && settings.production) {
    warn("forceDestroy", "`destroy` would delete every export", "set it to false");
  }
  const { auditTrail, monitoring } = settings;
  const { trailEventCopy: copy } = usagePrices;
  if (hasOwnAlertTopic(settings) && monitoring.alertEmails.length === 0) {
    warn(
      "monitoring.alertEmails",
      "no recipients: alarms and cost alerts reach nobody",
      "name an address or monitoring.alertTopicArn, or subscribe to the output alertsTopicArn",
    );
  }
  if (monitoring.enabled && monitoring.alertTopicArn !== undefined) {
    const services = alertServices(settings.partition).join(", ");
    warn(
      "monitoring.alertTopicArn",
      `is not this stack's: alarms, budgets and cost anomalies reach it only where its policy lets ${services} publish, and that of its key lets them use it`,
      "let its owner check both; `aws cloudwatch set-alarm-state` on an alarm of the stack tries it",
    );
  }
  if (hasOwnTrail(settings) && auditTrail.managementEvents !== "none") {
    warn(
      "auditTrail.managementEvents",
      `the trail records the management events of the whole account: free for the first trail of an account, ${copy.usd.toFixed(2)} USD per ${copy.per.toLocaleString("en-US")} for each further one`,
      "if the account has a trail, name it in auditTrail.existing; or set this to `none`: then there are no alarms on changes",
    );
  }
  costWarnings(settings, warn);
  for (const key of file.encrypted) {
    warn(key, "is encrypted: the plan shows it as [encrypted]", "`preview` decrypts it and checks it");
  }
  for (const name of file.environments) {
    warn("environment", `the ESC environment ${name} is not read by the plan`, "`preview` reads it");
  }
  return found;
}
