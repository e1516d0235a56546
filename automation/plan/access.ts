import { type Namer, namer } from "./arn-names";
import { type HeldPolicy, policiesOfRole, policiesOfUser, policyOfResource } from "./attached-policies";
import type { PlannedResource } from "./evaluation";
import { type Grant, grantsOf } from "./policy-words";

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

function roleAccess(role: PlannedResource, resources: readonly PlannedResource[], name: Namer): Access {
  const subject = `role ${String(role.inputs.name ?? role.name)}`;
  const trust = grantsOf(role.inputs.assumeRolePolicy, { name });
  const { grants, unread } = identityGrants(subject, policiesOfRole(role, resources), name);
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
  const subject = `user ${String(user.inputs.name ?? user.name)}`;
  return { subject, ...identityGrants(subject, policiesOfUser(user, resources), name) };
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

function resourceAccess(resource: PlannedResource, name: Namer): Access[] {
  const held = policyOfResource(resource, name);
  if (held === undefined) return [];
  const grants = grantsOf(held.text, { name, itself: held.name });
  return [{ subject: held.name, grants: grants ?? [], unread: grants === undefined ? ["its policy"] : [] }];
}
