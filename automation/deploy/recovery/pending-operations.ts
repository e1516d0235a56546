import { nameOf } from "../../engine/changes";
import type { ResourceState, UnfinishedOperation } from "../../engine/state/state";

/** What becomes of an operation whose end nobody knows. */
export type Remedy =
  /** What may have been created is looked up under this id, in the words of the provider's import, and adopted. */
  | { readonly kind: "adopt"; readonly id: string }
  /** Creating it again does no harm: AWS keeps one, or nothing was created. */
  | { readonly kind: "repeat" }
  /** The live resource shows whether it was changed or deleted. */
  | { readonly kind: "read" }
  /** Access keys of this user that nobody can use, since nobody has their secrets: they are deleted. */
  | { readonly kind: "discard"; readonly user: string; readonly keyIds: readonly string[] };

/** An operation and its remedy. */
export interface Unfinished extends UnfinishedOperation {
  readonly remedy: Remedy;
}

/** The account in which the stack is created. */
export interface CallerAccount {
  readonly partition: string;
  readonly accountId: string;
  readonly region: string;
}

/** What has to be requested of AWS. Each method throws AwsCallError where AWS does not answer. */
export interface Lookups {
  account(): Promise<CallerAccount>;
  /** Ids of the account's own keys with this description that are not about to be deleted. */
  keysDescribed(description: string): Promise<readonly string[]>;
  /** ARN of the secret of this name, if there is one. */
  secretNamed(name: string): Promise<string | undefined>;
  /** URL of the queue of this name, if there is one. */
  queueNamed(name: string): Promise<string | undefined>;
  /** ARN of the cost anomaly monitor of this name, if there is one. */
  anomalyMonitorNamed(name: string): Promise<string | undefined>;
  /** ARN of the subscription to cost anomalies of this name, if there is one. */
  anomalySubscriptionNamed(name: string): Promise<string | undefined>;
  /** Ids of a user's keys that have never been used; none where there is no such user. */
  unusedAccessKeys(user: string): Promise<readonly string[]>;
  deleteAccessKey(user: string, keyId: string): Promise<void>;
}

type Inputs = UnfinishedOperation["inputs"];

/**
 * Ids by which the provider imports what AWS refuses to create twice under one name. Every other type is written over,
 * or comes back as it is, when it is created again with the same settings: parts of a bucket, policies, attachments,
 * subscriptions, alarms, filters and dashboards.
 */
const importIds: Readonly<Record<string, (inputs: Inputs, account: CallerAccount) => string>> = {
  "aws:s3/bucket:Bucket": ({ bucket }) => `${bucket}`,
  "aws:iam/role:Role": ({ name }) => `${name}`,
  "aws:iam/user:User": ({ name }) => `${name}`,
  "aws:iam/group:Group": ({ name }) => `${name}`,
  "aws:iam/policy:Policy": ({ name, path = "/" }, { partition, accountId }) =>
    `arn:${partition}:iam::${accountId}:policy${path}${name}`,
  "aws:kms/alias:Alias": ({ name }) => `${name}`,
  "aws:sns/topic:Topic": ({ name }, { partition, accountId, region }) =>
    `arn:${partition}:sns:${region}:${accountId}:${name}`,
  "aws:cloudwatch/logGroup:LogGroup": ({ name }) => `${name}`,
  "aws:cloudtrail/trail:Trail": ({ name }, { partition, accountId, region }) =>
    `arn:${partition}:cloudtrail:${region}:${accountId}:trail/${name}`,
  "aws:budgets/budget:Budget": ({ name }, { accountId }) => `${accountId}:${name}`,
};

/** Finds the remedy of each unfinished operation. */
export function remediesFor(
  operations: readonly UnfinishedOperation[],
  resources: readonly ResourceState[],
  lookups: Lookups,
): Promise<Unfinished[]> {
  return Promise.all(
    operations.map(async (operation) => ({
      ...operation,
      remedy: await remedyFor(operation, resources, lookups),
    })),
  );
}

async function remedyFor(
  { operation, type, inputs, urn }: UnfinishedOperation,
  resources: readonly ResourceState[],
  lookups: Lookups,
): Promise<Remedy> {
  const isKnown = (id: string) => resources.some((one) => one.id === id);
  if (operation !== "creating") return { kind: "read" };
  const importId = importIds[type];
  if (importId !== undefined) return { kind: "adopt", id: importId(inputs, await lookups.account()) };
  switch (type) {
    case "aws:kms/key:Key": {
      const ids = await lookups.keysDescribed(String(inputs.description));
      // An earlier repair may have adopted it already, and not have come to read it.
      const isOwn = (id: string) => resources.some((one) => one.id === id && one.urn === urn && !one.delete);
      return adoptable(ids.find((id) => !isKnown(id)) ?? ids.find(isOwn));
    }
    case "aws:secretsmanager/secret:Secret":
      return adoptable(await lookups.secretNamed(String(inputs.name)));
    case "aws:sqs/queue:Queue":
      return adoptable(await lookups.queueNamed(String(inputs.name)));
    case "aws:costexplorer/anomalyMonitor:AnomalyMonitor":
      return adoptable(await lookups.anomalyMonitorNamed(String(inputs.name)));
    case "aws:costexplorer/anomalySubscription:AnomalySubscription":
      return adoptable(await lookups.anomalySubscriptionNamed(String(inputs.name)));
    case "aws:iam/accessKey:AccessKey": {
      const user = String(inputs.user);
      const keyIds = (await lookups.unusedAccessKeys(user)).filter((id) => !isKnown(id));
      return keyIds.length === 0 ? { kind: "repeat" } : { kind: "discard", user, keyIds };
    }
    default:
      return { kind: "repeat" };
  }
}

function adoptable(id: string | undefined): Remedy {
  return id === undefined ? { kind: "repeat" } : { kind: "adopt", id };
}

/** An unfinished operation and its remedy in a line. */
export function renderUnfinished({
  operation,
  urn,
  remedy,
}: Pick<Unfinished, "operation" | "urn" | "remedy">): string {
  return `${operation} ${nameOf(urn)}: ${consequence(remedy)}`;
}

function consequence(remedy: Remedy): string {
  switch (remedy.kind) {
    case "adopt":
      return `if AWS has ${remedy.id}, it is adopted, else it is created`;
    case "repeat":
      return "it is created again, which leaves one";
    case "read":
      return "its live state is read";
    case "discard":
      return `${remedy.keyIds.join(", ")}, never used and not of this state, is deleted, and another key is created`;
  }
}
