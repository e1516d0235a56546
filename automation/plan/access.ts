import { SHARED_POLICY } from "../../components/storage/share-names";
import { type Namer, namer } from "./arn-names";
import type { PlannedResource } from "./evaluation";
import { type Grant, grantsOf, listOf } from "./policy-words";

/** Who may do what by the policies of one identity, or of one resource. */
export interface Access {
  /** "role BraintrustExportRole-dev", "user X", "bucket Y", "key alias/Z". */
  readonly subject: string;
  /** Of a role: who may assume it. Empty where nobody can; absent where its trust policy is among `unread`. */
  readonly assumedBy?: readonly Grant[];
  readonly grants: readonly Grant[];
  /** Policies that apply as well and cannot be read here, so more may be allowed than `grants` tells. */
  readonly unread: readonly string[];
}

/**
 * Who may do what, as the policies among the resources say it and nothing else: roles and users first, then
 * resources with a policy of their own.
 */
export function accessOf(resources: readonly PlannedResource[]): Access[] {
  const name = namer(resources);
  return [
    ...resources
      .filter(({ type }) => type === "aws:iam/role:Role")
      .map((role) => roleAccess(role, resources, name)),
    ...resources
      .filter(({ type }) => type === "aws:iam/user:User")
      .map((user) => userAccess(user, resources, name)),
    ...resources.flatMap((resource) => resourceAccess(resource, name)),
    ...resources
      .filter(({ type }) => type === "awsx:cloudtrail:Trail")
      .flatMap((trail) => trailAccess(trail)),
  ];
}

/** awsx makes these policies by itself when it is deployed: no plan has their text. */
function trailAccess({ name, inputs }: PlannedResource): Access[] {
  const { existing } = (inputs.s3Bucket ?? {}) as { existing?: { name?: unknown } };
  return [
    {
      subject: `bucket ${String(existing?.name ?? name)}`,
      grants: [],
      unread: ["the policy by which CloudTrail writes its log files"],
    },
    {
      subject: `role of trail ${String(inputs.name ?? name)}`,
      grants: [],
      unread: ["the policies by which CloudTrail assumes it and writes to the log group"],
    },
  ];
}

type Holder = "role" | "user" | "group";

/** A policy that an identity holds: its text, or that it is not of this plan. */
interface HeldPolicy {
  readonly name: string;
  readonly text?: unknown;
}

function roleAccess(role: PlannedResource, resources: readonly PlannedResource[], name: Namer): Access {
  const roleName = String(role.inputs.name ?? role.name);
  const subject = `role ${roleName}`;
  const trust = grantsOf(role.inputs.assumeRolePolicy, { name });
  const held = [
    ...heldPolicies("role", roleName, resources),
    ...textList(role.inputs.managedPolicyArns).map((arn) => managedPolicy(arn, resources)),
    ...listOf(role.inputs.inlinePolicies).map((text, index) => inlinePolicy(`inline ${index + 1}`, text)),
  ];
  const { grants, unread } = identityGrants(subject, held, name);
  return {
    subject,
    ...(trust === undefined ? {} : { assumedBy: trusted(trust) }),
    grants,
    unread: trust === undefined ? ["its trust policy", ...unread] : unread,
  };
}

/** A refusal of everyone without conditions undoes every other statement. */
function trusted(trust: readonly Grant[]): readonly Grant[] {
  const allowed = trust.some(({ effect }) => effect === "allow");
  const refused = trust.some(
    ({ effect, who, conditions }) => effect === "deny" && who === "anyone" && conditions.length === 0,
  );
  return allowed && !refused ? trust : [];
}

function userAccess(user: PlannedResource, resources: readonly PlannedResource[], name: Namer): Access {
  const userName = String(user.inputs.name ?? user.name);
  const subject = `user ${userName}`;
  const groups = resources
    .filter(
      ({ type, inputs }) =>
        type === "aws:iam/userGroupMembership:UserGroupMembership" && inputs.user === userName,
    )
    .flatMap(({ inputs }) => textList(inputs.groups));
  const held = [
    ...heldPolicies("user", userName, resources),
    ...groups.flatMap((group) => heldPolicies("group", group, resources)),
  ];
  return { subject, ...identityGrants(subject, held, name) };
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
  const name = arn.slice(arn.indexOf(":policy/") + ":policy/".length);
  const own = resources.find(({ type, inputs }) => type === "aws:iam/policy:Policy" && inputs.name === name);
  return own === undefined || arn.includes(":iam::aws:") ? { name: arn } : { name, text: own.inputs.policy };
}

function inlinePolicy(fallback: string, value: unknown): HeldPolicy {
  const { name, policy } = value as { name?: unknown; policy?: unknown };
  return { name: String(name ?? fallback), text: policy };
}

function identityGrants(
  who: string,
  held: readonly HeldPolicy[],
  name: Namer,
): Pick<Access, "grants" | "unread"> {
  const read = held.map((policy) => ({ policy, grants: grantsOf(policy.text, { name, who }) }));
  return {
    grants: read.flatMap(({ grants }) => grants ?? []),
    unread: read.filter(({ grants }) => grants === undefined).map(({ policy }) => `policy ${policy.name}`),
  };
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

function resourceAccess({ type, name: resourceName, inputs }: PlannedResource, name: Namer): Access[] {
  const [kind, input] = resourcePolicies[type] ?? [];
  if (kind === undefined || input === undefined || inputs.policy === undefined) return [];
  const identifier = String(inputs[input] ?? resourceName);
  const known = name(identifier);
  // A queue is named by its URL, whose last part is its name.
  const subject =
    known === identifier ? `${kind} ${identifier.slice(identifier.lastIndexOf("/") + 1)}` : known;
  const grants = grantsOf(inputs.policy, { name, itself: subject });
  return [{ subject, grants: grants ?? [], unread: grants === undefined ? ["its policy"] : [] }];
}

function textList(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
