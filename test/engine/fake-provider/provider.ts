import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { ReadRequest } from "@pulumi/pulumi/proto/provider_pb";
import { main, type Provider } from "@pulumi/pulumi/provider";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import replacements from "./replacements.json";
import { type Fault, type Operation, type Thing, World } from "./world";

const ACCOUNT_ID = "123456789012";
const REGION = "us-east-1";
const POLL_MS = 50;

/** Types of which AWS refuses a second one of the same name; of any other it keeps one, or makes another. */
const refusedTwice: readonly string[] = [
  "aws:s3/bucket:Bucket",
  "aws:iam/role:Role",
  "aws:iam/user:User",
  "aws:iam/group:Group",
  "aws:iam/policy:Policy",
  "aws:kms/alias:Alias",
  "aws:sqs/queue:Queue",
  "aws:sns/topic:Topic",
  "aws:secretsmanager/secret:Secret",
  "aws:cloudwatch/logGroup:LogGroup",
  "aws:cloudtrail/trail:Trail",
  "aws:budgets/budget:Budget",
];

/** Resources that have a part of what AWS keeps one of for a bucket, instead of the whole. */
const shared: Readonly<Record<string, string>> = {
  "braintrust-snowflake:s3:SharedNotification": "aws:s3/bucketNotification:BucketNotification",
  "braintrust-snowflake:s3:SharedPolicy": "aws:s3/bucketPolicy:BucketPolicy",
};

/** Where Pulumi puts a name of its own choice if the program gives none. */
const autonamed: Readonly<Record<string, string>> = {
  "aws:s3/bucket:Bucket": "bucket",
  "aws:iam/role:Role": "name",
  "aws:iam/policy:Policy": "name",
  "aws:secretsmanager/secret:Secret": "name",
  "aws:sqs/queue:Queue": "name",
  "aws:sns/topic:Topic": "name",
  "aws:budgets/budget:Budget": "name",
  "aws:costexplorer/anomalyMonitor:AnomalyMonitor": "name",
  "aws:costexplorer/anomalySubscription:AnomalySubscription": "name",
};

/** What AWS keeps one of, for each of these. */
const keptFor: readonly string[] = [
  "name",
  "bucket",
  "group",
  "user",
  "role",
  "policyArn",
  "keyId",
  "arn",
  "tagKey",
  "dashboardName",
  "alarmName",
  "logGroupName",
];

type Properties = Readonly<Record<string, unknown>>;

const [folder = ""] = process.argv.slice(2);
const world = new World(folder);

const provider: Provider = {
  version: "7.48.0",

  async check(urn, olds: Properties, news: Properties) {
    const property = autonamed[typeOf(urn)];
    if (property === undefined || news[property] !== undefined) return { inputs: news };
    const chosen = olds?.[property] ?? `${nameOf(urn)}-${unused(typeOf(urn), nameOf(urn)).slice(0, 7)}`;
    return { inputs: { ...news, [property]: chosen } };
  },

  async diff(_id, urn, olds: Properties, news: Properties) {
    const computed = Object.keys(describe(typeOf(urn), nameOf(urn), {}).computed);
    const names = new Set([
      ...Object.keys(news),
      ...Object.keys(olds).filter((key) => !computed.includes(key)),
    ]);
    const changed = [...names].filter((key) => !isDeepStrictEqual(olds[key], news[key]));
    const replaces = changed.filter((key) => replacing(typeOf(urn)).includes(key));
    return { changes: changed.length > 0, replaces, deleteBeforeReplace: isNamed(urn, news) };
  },

  async create(urn, inputs: Properties) {
    const type = typeOf(urn);
    const name = nameOf(urn);
    return under("create", urn, () => {
      const { id, computed } = describe(type, name, inputs);
      const there = world.find(type, id);
      if (there !== undefined && refusedTwice.includes(type)) {
        throw new Error(`EntityAlreadyExists: ${type} ${id}`);
      }
      for (const outdated of outdatedBy(type, inputs)) world.remove(outdated);
      world.put({ id, type, name, inputs, computed });
      return { id, outs: { ...inputs, ...computed } };
    });
  },

  async read(id, urn) {
    await under("read", urn, () => undefined);
    const thing = world.find(typeOf(urn), id);
    if (thing === undefined) return { id: "", props: {} };
    return { id, props: { ...thing.inputs, ...thing.computed }, inputs: thing.inputs };
  },

  async update(id, urn, _olds, news: Properties) {
    return under("update", urn, () => {
      const type = typeOf(urn);
      const thing = existing(type, id);
      // IAM renames and moves these in place, and their ARNs with them.
      const { name, path } = thing.inputs;
      const moved = /^aws:iam\/(user|group):/.test(type) && (news.name !== name || news.path !== path);
      const computed = moved ? describe(type, nameOf(urn), news).computed : thing.computed;
      world.put({ ...thing, inputs: news, computed });
      return { outs: { ...news, ...computed } };
    });
  },

  async delete(id, urn) {
    await under("delete", urn, () => world.remove({ type: typeOf(urn), id }));
  },

  async invoke(token, args: Properties) {
    switch (token) {
      case "aws:index/getCallerIdentity:getCallerIdentity":
        return {
          outputs: { accountId: ACCOUNT_ID, arn: iamArn("user/deployer"), id: ACCOUNT_ID, userId: "U" },
        };
      case "aws:index/getRegion:getRegion":
        return { outputs: { id: REGION, region: REGION, name: REGION } };
      case "aws:index/getPartition:getPartition":
        return { outputs: { id: "aws", partition: "aws", dnsSuffix: "amazonaws.com" } };
      case "aws:s3/getBucket:getBucket":
        return { outputs: { id: args.bucket, bucket: args.bucket, arn: `arn:aws:s3:::${args.bucket}` } };
      default:
        throw new Error(`the fake account has no answer for ${token}`);
    }
  },
};

// The SDK's server takes it for granted that a reading has properties, which that of an import has not.
const { getProperties } = ReadRequest.prototype;
ReadRequest.prototype.getProperties = function () {
  return getProperties.call(this) ?? new Struct();
};

main(provider, []);

/** Records the call and carries it out, unless the test has set a fault for it. */
async function under<Result>(operation: Operation, urn: string, act: () => Result): Promise<Result> {
  const name = nameOf(urn);
  const type = registeredType(urn);
  world.record({ operation, type, name });
  const fault = () =>
    world
      .faults()
      .find((set) => set.operation === operation && set.name === name && (set.type ?? type) === type);
  const set = fault();
  if (set?.error !== undefined) throw new Error(set.error);
  if (set?.late) {
    const result = act();
    await undergo(fault, { type, name });
    return result;
  }
  await undergo(fault, { type, name });
  return act();
}

async function undergo(fault: () => Fault | undefined, call: { type: string; name: string }): Promise<void> {
  const set = fault();
  if (set === undefined) return;
  world.record({ operation: "held", ...call });
  if (set.dies) process.exit(1);
  while (fault() !== undefined) await sleep(POLL_MS);
}

/** The id that AWS would give, and what it would add to the inputs. */
function describe(type: string, logical: string, inputs: Properties): Pick<Thing, "id" | "computed"> {
  const random = unused(type, logical);
  const name = String(inputs.name ?? `${logical}-${random}`);
  const placed = (kind: string) => iamArn(`${kind}${inputs.path ?? "/"}${name}`);
  const iam = (kind: string) => ({ id: name, computed: { name, arn: placed(kind) } });
  switch (type) {
    case "aws:s3/bucket:Bucket": {
      const bucket = String(inputs.bucket ?? name);
      return { id: bucket, computed: { bucket, arn: `arn:aws:s3:::${bucket}`, region: REGION } };
    }
    case "aws:kms/key:Key":
      return { id: random, computed: { keyId: random, arn: arn("kms", `key/${random}`) } };
    case "aws:kms/alias:Alias":
      return { id: name, computed: { name, arn: arn("kms", name) } };
    case "aws:iam/role:Role":
      return iam("role");
    case "aws:iam/user:User":
      return iam("user");
    case "aws:iam/group:Group":
      return iam("group");
    case "aws:iam/policy:Policy": {
      const policy = placed("policy");
      return { id: policy, computed: { name, arn: policy } };
    }
    case "aws:iam/accessKey:AccessKey":
      return { id: `AKIA${random.toUpperCase()}`, computed: { secret: secret(`canary-${random}`) } };
    case "aws:sqs/queue:Queue": {
      const url = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT_ID}/${name}`;
      return { id: url, computed: { name, url, arn: arn("sqs", name) } };
    }
    case "aws:sns/topic:Topic":
      return { id: arn("sns", name), computed: { name, arn: arn("sns", name) } };
    case "aws:secretsmanager/secret:Secret": {
      const secretArn = arn("secretsmanager", `secret:${name}`);
      return { id: secretArn, computed: { name, arn: secretArn } };
    }
    case "aws:cloudwatch/logGroup:LogGroup":
      return { id: name, computed: { name, arn: arn("logs", `log-group:${name}`) } };
    case "aws:cloudtrail/trail:Trail": {
      const trail = arn("cloudtrail", `trail/${name}`);
      return { id: trail, computed: { name, arn: trail } };
    }
    case "aws:costexplorer/anomalyMonitor:AnomalyMonitor":
      return anomalyArn("anomalymonitor", random, name);
    case "aws:costexplorer/anomalySubscription:AnomalySubscription":
      return anomalyArn("anomalysubscription", random, name);
    case "aws:budgets/budget:Budget":
      return { id: `${ACCOUNT_ID}:${name}`, computed: { name } };
    case "aws:sns/topicSubscription:TopicSubscription": {
      // SNS answers a second Subscribe of an endpoint with the ARN of the first, whoever asks.
      const recipient = digits(`${inputs.protocol} ${plain(inputs.endpoint)}`);
      return { id: `${inputs.topic}:${recipient}`, computed: {} };
    }
    case "aws:secretsmanager/secretVersion:SecretVersion":
      return { id: `${inputs.secretId}|${random}`, computed: {} };
    default:
      return {
        id: keptFor.flatMap((key) => (typeof inputs[key] === "string" ? [inputs[key]] : [])).join(" "),
        computed: {},
      };
  }
}

/**
 * What AWS itself gives up for a new resource: a secret has one current version, and versions without a label go by themselves
 * (docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html).
 */
function outdatedBy(type: string, { secretId }: Properties): readonly Thing[] {
  if (type !== "aws:secretsmanager/secretVersion:SecretVersion") return [];
  return world.things().filter((thing) => thing.type === type && thing.inputs.secretId === secretId);
}

/** Digits as by chance, other ones for each resource of this name, and the same ones in every recording. */
function unused(type: string, name: string): string {
  const before = [...world.calls().filter(({ operation }) => operation !== "read"), ...world.things()];
  const count = before.filter((one) => one.type === type && one.name === name).length;
  return digits(`${type} ${name} ${count}`);
}

function digits(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

/** Properties for whose change the real provider replaces a resource of this type. */
function replacing(type: string): readonly string[] {
  const known: Readonly<Record<string, readonly string[]>> = replacements.types;
  const properties = known[type];
  if (properties !== undefined) return properties;
  throw new Error(
    `what replaces ${type} is not recorded: extend test/sandbox/replacements/everything.ts and record it`,
  );
}

/**
 * Whether the program has named the resource, so that the old one goes first: nameRequiresDeleteBeforeReplace in
 * github.com/pulumi/pulumi-terraform-bridge, pkg/tfbridge/schema.go.
 */
function isNamed(urn: string, { name, bucket }: Properties): boolean {
  const given = typeOf(urn) === "aws:s3/bucket:Bucket" ? bucket : name;
  return given !== undefined && !new RegExp(`^${nameOf(urn)}-[0-9a-f]{7}$`).test(String(given));
}

function existing(type: string, id: string): Thing {
  const thing = world.find(type, id);
  if (thing === undefined) throw new Error(`NoSuchEntity: ${type} ${id}`);
  return thing;
}

function iamArn(resource: string): string {
  return `arn:aws:iam::${ACCOUNT_ID}:${resource}`;
}

function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT_ID}:${resource}`;
}

/** Cost Explorer knows no region, and lets many have one name. */
function anomalyArn(kind: string, id: string, name: string): Pick<Thing, "id" | "computed"> {
  const made = `arn:aws:ce::${ACCOUNT_ID}:${kind}/${id}`;
  return { id: made, computed: { arn: made, name } };
}

/** The engine's mark of a secret (sdk/go/common/resource/plugin/rpc.go). */
function secret(value: string): Properties {
  return { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value };
}

function plain(value: unknown): unknown {
  return typeof value === "object" && value !== null && "value" in value ? value.value : value;
}

/** What the account has for a resource: its state keeps the type by which the program knows it. */
function typeOf(urn: string): string {
  const type = registeredType(urn);
  return shared[type] ?? type;
}

/** The last of the types in a URN: the ones before are the parents'. */
function registeredType(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? urn;
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}
