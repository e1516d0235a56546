import type { PlannedResource } from "./evaluation";

/** Names an ARN for people: "bucket X", "X/prefix/*", "queue Y". What is no ARN comes back as it is, but the id of a key. */
export type Namer = (arn: string) => string;

/** What a resource of a service is called, and what stands before its name in an ARN. */
const kinds: Readonly<Record<string, readonly [kind: string, prefix?: string]>> = {
  sqs: ["queue"],
  sns: ["topic"],
  kms: ["key", "key/"],
  secretsmanager: ["secret", "secret:"],
  cloudtrail: ["trail", "trail/"],
  logs: ["log group", "log-group:"],
};

/** A namer that knows the plan's own account, whose number goes without saying, and the aliases of its keys. */
export function namer(resources: readonly PlannedResource[]): Namer {
  const own = accountOf(resources);
  const aliases = new Map(
    resources
      .filter(({ type }) => type === "aws:kms/alias:Alias")
      .map(({ inputs }) => [String(inputs.targetKeyId), String(inputs.name)]),
  );
  return (arn) => {
    const [scheme, , service = "", , account = "", ...rest] = arn.split(":");
    const name = rest.join(":");
    if (scheme !== "arn" || name === "") return aliases.has(arn) ? `key ${aliases.get(arn)}` : arn;
    const foreign = /^\d{12}$/.test(account) && account !== own ? ` of account ${account}` : "";
    if (service === "s3") return name.includes("/") ? name : `bucket ${name}`;
    if (service === "iam" && name === "root") return `account ${account}${foreign ? "" : " (this one)"}`;
    if (service === "iam") return `${name.replace("/", " ")}${foreign}`;
    const [kind, prefix = ""] = kinds[service] ?? [];
    if (kind === undefined) return arn;
    const id = name.startsWith(prefix) ? name.slice(prefix.length) : name;
    return `${kind} ${aliases.get(id) ?? id}${foreign}`;
  };
}

/** The account that a plan is for, as the ARNs of its own policies tell. */
export function accountOf(resources: readonly PlannedResource[]): string | undefined {
  const own = new Set(
    resources.filter(({ type }) => type === "aws:iam/policy:Policy").map(({ inputs }) => inputs.name),
  );
  for (const { inputs } of resources) {
    const [, , , , account, name] = String(inputs.policyArn).split(":");
    // A policy's path stands before its name.
    if (name !== undefined && own.has(name.slice(name.lastIndexOf("/") + 1))) return account;
  }
  return undefined;
}

/** The number that AWS's documents use in examples: a plan has it where the stack names no account. */
export const EXAMPLE_ACCOUNT = "123456789012";

/** An account as people read it, who should not take the example for theirs. */
export function shownAccount(account: string): string {
  return account === EXAMPLE_ACCOUNT ? `${account} (an example)` : account;
}

/** The account in an ARN. */
export function accountOfArn(arn: string): string | undefined {
  return arn.split(":")[4] || undefined;
}
