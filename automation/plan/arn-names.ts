import type { PlannedResource } from "./evaluation";

/** Names an ARN for people: "bucket X", "X/prefix/*", "queue Y". What is no ARN comes back as it is, but the id of a key. */
export type Namer = (arn: string) => string;

/** A namer that knows the plan's own account, whose number goes without saying, and the aliases of its keys. */
export function namer(resources: readonly PlannedResource[]): Namer {
  const own = accountOf(resources);
  const aliases = new Map(
    resources
      .filter(({ type }) => type === "aws:kms/alias:Alias")
      .map(({ inputs }) => [String(inputs.targetKeyId), String(inputs.name)]),
  );
  return (arn) => {
    const [scheme, , service, , account = "", ...rest] = arn.split(":");
    const name = rest.join(":");
    if (scheme !== "arn" || name === "") return aliases.has(arn) ? `key ${aliases.get(arn)}` : arn;
    const foreign = /^\d{12}$/.test(account) && account !== own ? ` of account ${account}` : "";
    switch (service) {
      case "s3":
        return name.includes("/") ? name : `bucket ${name}`;
      case "sqs":
        return `queue ${name}${foreign}`;
      case "sns":
        return `topic ${name}${foreign}`;
      case "kms": {
        const id = name.replace(/^key\//, "");
        return `key ${aliases.get(id) ?? id}${foreign}`;
      }
      case "secretsmanager":
        return `secret ${name.replace(/^secret:/, "")}${foreign}`;
      case "cloudtrail":
        return `trail ${name.replace(/^trail\//, "")}${foreign}`;
      case "logs":
        return `log group ${name.replace(/^log-group:/, "")}${foreign}`;
      case "iam":
        if (name === "root") return `account ${account}${foreign === "" ? " (this one)" : ""}`;
        return `${name.replace("/", " ")}${foreign}`;
      default:
        return arn;
    }
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
