import type { Namer } from "../../plan/arn-names";
import {
  type HeldPolicy,
  policiesOfRole,
  policiesOfUser,
  policyOfResource,
} from "../../plan/attached-policies";
import type { PlannedResource } from "../../plan/evaluation";
import { type Grant, grantOf, statementsOfInput } from "../../plan/policy-words";
import type { Statement } from "../../policy-document";

/** A statement of one of the stack's policies, as the page lists it. */
export interface ListedStatement {
  /** Its number on the page, from 1. */
  readonly number: number;
  /** `identity`: what a role or user may do; `resource`: who may use a resource; `trust`: who may assume a role. */
  readonly kind: "identity" | "resource" | "trust";
  /** Whose policy it is: "role X", "bucket Y". */
  readonly holder: string;
  /** Name of the policy, where it has one of its own. */
  readonly policy?: string;
  readonly statement: Statement;
  readonly words: Grant;
}

type Unnumbered = Omit<ListedStatement, "number">;

/** Every statement of the plan's policies, those of identities first. A policy that cannot be read has none here. */
export function listStatements(resources: readonly PlannedResource[], name: Namer): ListedStatement[] {
  const roles = resources.filter(({ type }) => type === "aws:iam/role:Role");
  const users = resources.filter(({ type }) => type === "aws:iam/user:User");
  const found: Unnumbered[] = [
    ...roles.flatMap((role) => {
      const holder = identityLabel(role);
      return statements("trust", holder, { name: "", text: role.inputs.assumeRolePolicy }, name);
    }),
    ...roles.flatMap((role) => ofIdentity(role, policiesOfRole(role, resources), name)),
    ...users.flatMap((user) => ofIdentity(user, policiesOfUser(user, resources), name)),
    ...resources.flatMap((resource) => {
      const held = policyOfResource(resource, name);
      return held === undefined ? [] : statements("resource", held.name, { ...held, name: "" }, name);
    }),
  ];
  return found.map((statement, index) => ({ number: index + 1, ...statement }));
}

/** A role or user as policies in words name it. */
export function identityLabel({ type, name, inputs }: PlannedResource): string {
  return `${type === "aws:iam/user:User" ? "user" : "role"} ${String(inputs.name ?? name)}`;
}

function ofIdentity(identity: PlannedResource, policies: readonly HeldPolicy[], name: Namer): Unnumbered[] {
  return policies.flatMap((policy) => statements("identity", identityLabel(identity), policy, name));
}

function statements(
  kind: ListedStatement["kind"],
  holder: string,
  policy: HeldPolicy,
  name: Namer,
): Unnumbered[] {
  const context = kind === "identity" ? { name, who: holder } : { name, itself: holder };
  return (statementsOfInput(policy.text) ?? []).map((statement) => ({
    kind,
    holder,
    ...(policy.name === "" ? {} : { policy: policy.name }),
    statement,
    words: grantOf(statement, context),
  }));
}
