import { SHARED_POLICY } from "../../components/storage/share-names";
import { listOf } from "../policy-document";
import type { Namer } from "./arn-names";
import type { PlannedResource } from "./evaluation";

type Holder = "role" | "user" | "group";

/** A policy that somebody or something has: its text, or that it is not of this plan. */
export interface HeldPolicy {
  readonly name: string;
  readonly text?: unknown;
}

/** Every policy that a role has, its trust policy left out. */
export function policiesOfRole(role: PlannedResource, resources: readonly PlannedResource[]): HeldPolicy[] {
  return [
    ...heldPolicies("role", String(role.inputs.name ?? role.name), resources),
    ...textList(role.inputs.managedPolicyArns).map((arn) => managedPolicy(arn, resources)),
    ...listOf(role.inputs.inlinePolicies).map((text, index) => inlinePolicy(`inline ${index + 1}`, text)),
  ];
}

/** Every policy that a user has, of itself or by its groups. */
export function policiesOfUser(user: PlannedResource, resources: readonly PlannedResource[]): HeldPolicy[] {
  const userName = String(user.inputs.name ?? user.name);
  const groups = resources
    .filter(
      ({ type, inputs }) =>
        type === "aws:iam/userGroupMembership:UserGroupMembership" && inputs.user === userName,
    )
    .flatMap(({ inputs }) => textList(inputs.groups));
  return [
    ...heldPolicies("user", userName, resources),
    ...groups.flatMap((group) => heldPolicies("group", group, resources)),
  ];
}

/** Policies attached to an identity and those written into it. */
function heldPolicies(
  holder: Holder,
  holderName: string,
  resources: readonly PlannedResource[],
): HeldPolicy[] {
  const token = `${holder[0]?.toUpperCase()}${holder.slice(1)}`;
  return resources.flatMap(({ type, name, inputs }) => {
    const holds = inputs[holder] === holderName;
    if (type === `aws:iam/${holder}PolicyAttachment:${token}PolicyAttachment` && holds)
      return [managedPolicy(String(inputs.policyArn), resources)];
    if (type === `aws:iam/${holder}Policy:${token}Policy` && holds)
      return [{ name: String(inputs.name ?? name), text: inputs.policy }];
    if (
      type === "aws:iam/policyAttachment:PolicyAttachment" &&
      textList(inputs[`${holder}s`]).includes(holderName)
    )
      return [managedPolicy(String(inputs.policyArn), resources)];
    return [];
  });
}

/** The plan's own policy of that ARN, or an outside one, AWS's own for example, whose text no plan knows. */
function managedPolicy(arn: string, resources: readonly PlannedResource[]): HeldPolicy {
  const name = arn.slice(arn.lastIndexOf("/") + 1);
  const own = resources.find(({ type, inputs }) => type === "aws:iam/policy:Policy" && inputs.name === name);
  return own === undefined || arn.includes(":iam::aws:") ? { name: arn } : { name, text: own.inputs.policy };
}

function inlinePolicy(fallback: string, value: unknown): HeldPolicy {
  const { name, policy } = value as { name?: unknown; policy?: unknown };
  return { name: String(name ?? fallback), text: policy };
}

/** Types with a policy in their input `policy`: what kind of thing it protects, and the input that names it. */
const resourcePolicies: Readonly<Record<string, readonly [kind: string, input: string]>> = {
  "aws:s3/bucketPolicy:BucketPolicy": ["bucket", "bucket"],
  [SHARED_POLICY]: ["bucket", "bucket"],
  "aws:s3/bucket:Bucket": ["bucket", "bucket"],
  "aws:kms/keyPolicy:KeyPolicy": ["key", "keyId"],
  "aws:kms/key:Key": ["key", "name"],
  "aws:sqs/queuePolicy:QueuePolicy": ["queue", "queueUrl"],
  "aws:sqs/queue:Queue": ["queue", "name"],
  "aws:sns/topicPolicy:TopicPolicy": ["topic", "arn"],
  "aws:sns/topic:Topic": ["topic", "name"],
  "aws:secretsmanager/secretPolicy:SecretPolicy": ["secret", "secretArn"],
  "aws:secretsmanager/secret:Secret": ["secret", "name"],
};

/** The policy of a resource itself, named after what it protects; undefined where it has none. */
export function policyOfResource(
  { type, name: resourceName, inputs }: PlannedResource,
  name: Namer,
): HeldPolicy | undefined {
  const [kind, input] = resourcePolicies[type] ?? [];
  if (kind === undefined || input === undefined || inputs.policy === undefined) return undefined;
  const identifier = String(inputs[input] ?? resourceName);
  const known = name(identifier);
  // A queue is named by its URL, whose last part is its name.
  const subject =
    known === identifier ? `${kind} ${identifier.slice(identifier.lastIndexOf("/") + 1)}` : known;
  return { name: subject, text: inputs.policy };
}

function textList(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
