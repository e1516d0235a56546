import { statementsOf } from "../../policy-document";
import type { Found, FoundBucket } from "../found";
import { awsPrincipals, statementName } from "./documents";
import type { Gathered, Target } from "./judgement";
import { judgeNotification, judgeSharedNotification } from "./notification";

const s3 = (type: string) => `aws:s3/${type.charAt(0).toLowerCase()}${type.slice(1)}:${type}`;

/** The bucket, its parts, and what of them is others'. */
export function judgeBucket(
  { bucket, account }: Found,
  destinations: Pick<Found, "queue" | "topic">,
  target: Target,
  gathered: Gathered,
): void {
  if (bucket === undefined) return;
  const { name, region } = bucket;
  const title = `bucket ${name}`;
  if (region !== account.region) {
    const fix = `set aws:region to ${region}: queue, topic and trail are looked for there too`;
    gathered.say("fail", title, `it is in ${region}, and the stack in ${account.region}`, fix);
    return;
  }
  if (target.settings.existingBucket !== undefined) {
    gathered.say(
      "skipped",
      title,
      "stays its owner's, by existingBucket: the stack has access and events alone",
    );
    judgeSharedNotification(bucket, destinations, gathered);
    return;
  }
  gathered.import(s3("Bucket"), "pipeline-bucket", name);
  gathered.set(["bucketName"], name);
  gathered.say("ok", title, "to import, with everything in it");
  protectData(bucket, target, gathered);
  judgeParts(bucket, target, gathered);
  judgeEncryption(bucket, gathered);
  judgeLifecycle(bucket, target, gathered);
  judgePolicy(bucket, gathered);
  judgeNotification(bucket, destinations, target, gathered);
  if (bucket.aclGrantees.length > 0) {
    const fix = "replace the ACL by statements of the bucket policy, then remove it";
    const evidence = `its ACL lets in ${bucket.aclGrantees.join(", ")}, and the stack turns ACLs off`;
    gathered.say("fail", title, evidence, fix);
  }
}

/** What was imported holds somebody's data: no stack deletes it because of its name. */
function protectData({ holdsObjects }: FoundBucket, { settings }: Target, gathered: Gathered): void {
  if (settings.production || !holdsObjects) return;
  gathered.fill(["protect"], true);
  gathered.fill(["forceDestroy"], false);
}

function judgeParts(bucket: FoundBucket, { settings }: Target, gathered: Gathered): void {
  const { name, versioning, logging } = bucket;
  if (bucket.blocksPublicAccess && settings.publicAccessBlock === "bucket") {
    gathered.import(s3("BucketPublicAccessBlock"), "pipeline-bucket-privacy", name);
  }
  if (bucket.hasOwnershipControls) {
    gathered.import(s3("BucketOwnershipControls"), "pipeline-bucket-ownership", name);
  }
  if (versioning !== undefined) {
    gathered.import(s3("BucketVersioning"), "pipeline-bucket-versioning", name);
  }
  if (versioning !== "Enabled") {
    const was = versioning === undefined ? "never enabled" : "suspended";
    gathered.say("warn", `bucket ${name}`, `versioning is ${was}: \`up\` enables it`);
  }
  if (logging === undefined) return;
  const target = `${logging.TargetBucket}/${logging.TargetPrefix ?? ""}`;
  if (!settings.accessLogs.enabled) {
    gathered.say("warn", `bucket ${name}`, `its access logs keep going to ${target}`);
    return;
  }
  gathered.import(s3("BucketLogging"), "pipeline-bucket-access-logs-delivery", name);
  gathered.say(
    "warn",
    `bucket ${name}`,
    `its access logs go to ${target}, and to a bucket of the stack after \`up\``,
    "to keep them there, set accessLogs.enabled to false",
  );
}

/** Exports so far stay under the key that they were written with, and Snowflake is to read them still. */
function judgeEncryption({ name, encryption, key }: FoundBucket, gathered: Gathered): void {
  if (encryption === undefined) return;
  const type = "BucketServerSideEncryptionConfiguration";
  gathered.import(s3(type), "pipeline-bucket-encryption", name);
  if (key === undefined || key.managed || !/^aws:kms/.test(encryption.SSEAlgorithm ?? "")) return;
  const kept = gathered.fill(["encryption"], "kms") && gathered.fill(["kmsKeyArn"], key.arn);
  if (kept) return;
  gathered.say(
    "fail",
    `bucket ${name}`,
    `its exports so far are encrypted with ${key.arn}, which neither role could use after \`up\``,
    `set encryption to kms and kmsKeyArn to ${key.arn}`,
  );
}

function judgeLifecycle(
  { name, lifecycleRules }: FoundBucket,
  { settings }: Target,
  gathered: Gathered,
): void {
  if (lifecycleRules.length === 0) return;
  const { profile, expireDays } = settings.lifecycle;
  const rules = lifecycleRules.map(({ ID = "without an ID" }) => ID).join(", ");
  if (profile === "none" && expireDays === undefined) {
    gathered.say("warn", `bucket ${name}`, `its lifecycle rules stay as they are: ${rules}`);
    return;
  }
  gathered.import(s3("BucketLifecycleConfiguration"), "pipeline-bucket-lifecycle", name);
  gathered.say(
    "warn",
    `bucket ${name}`,
    `\`up\` replaces its lifecycle rules (${rules}) by those of the settings, which count from each upload`,
    "to keep them, set lifecycle.profile to none",
  );
}

/** Names of statements that the program has of its own. */
const own = [
  "DenyInsecureTransport",
  "DenyTlsBelow12",
  "DenyOtherEncryptionKeys",
  "DenyCustomerProvidedKeys",
];

/** The statements of others are settings from here on. Whether these take them, the check of all settings says. */
function judgePolicy({ name, policy }: FoundBucket, gathered: Gathered): void {
  if (policy === undefined) return;
  gathered.import(s3("BucketPolicy"), "pipeline-bucket-policy", name);
  const readers: object[] = [];
  const statements: object[] = [];
  for (const statement of statementsOf(policy) ?? []) {
    const { Sid = "", Effect } = statement;
    if (Effect === "Deny" && own.includes(Sid)) continue;
    const principals = awsPrincipals(statement);
    const isReader = Effect === "Allow" && /^AllowSnowflakeAccess/.test(Sid) && principals.every(isPrincipal);
    if (isReader) readers.push(...principals.map((arn) => ({ arn })));
    else statements.push({ ...statement, Sid: Sid || `Kept${statements.length + 1}` });
    const evidence = isReader
      ? `${principals.join(", ")} reads below the export prefix alone after \`up\`, by crossAccountReaders`
      : "kept by bucketPolicyStatements";
    gathered.say(isReader ? "warn" : "ok", `bucket policy ${statementName(statement)}`, evidence);
  }
  const unique = [...new Map(readers.map((reader) => [JSON.stringify(reader), reader])).values()];
  for (const [key, values] of [
    ["crossAccountReaders", unique],
    ["bucketPolicyStatements", statements],
  ] as const) {
    if (values.length === 0 || gathered.fill([key], values)) continue;
    gathered.say("warn", "bucket policy", `${key} of the settings replaces what the policy has now`);
  }
}

function isPrincipal(text: string): boolean {
  return /^arn:[^:]+:iam::\d{12}:(role|user)\//.test(text);
}
