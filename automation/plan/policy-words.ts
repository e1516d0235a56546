import * as pulumi from "@pulumi/pulumi";
import { listOf, principalsOf, type Statement, statementsOf } from "../policy-document";
import type { Namer } from "./arn-names";
import { type Conditions, conditionWords } from "./condition-words";

/** One statement of a policy, in words. */
export interface Grant {
  readonly effect: "allow" | "deny";
  /** "anyone", "role X", "account 123456789012", "service s3.amazonaws.com"; several are joined by "and". */
  readonly who: string;
  /** As the policy spells them. */
  readonly actions: readonly string[];
  /** "bucket X", "X/prefix/*", "queue Y", "key alias/Z". */
  readonly where: readonly string[];
  /** All must hold. */
  readonly conditions: readonly string[];
}

/** What a policy leaves unsaid, since it is attached to something. */
export interface PolicyContext {
  readonly name: Namer;
  /** Whom an identity's policy speaks of. @default those whom the statements name */
  readonly who?: string;
  /** What "*" means in the policy of a resource. @default any resource */
  readonly itself?: string;
}

/** Each statement in words; undefined where the policy cannot be read, or is not known before a deployment. */
export function grantsOf(policy: unknown, context: PolicyContext): Grant[] | undefined {
  return statementsOfInput(policy)?.map((statement) => grantOf(statement, context));
}

/**
 * The statements of a policy that is the input of a planned resource; undefined where it cannot be read, or is not known before a
 * deployment. An encrypted setting is a placeholder in a plan, so a policy made of one tells no secret.
 */
export function statementsOfInput(policy: unknown): Statement[] | undefined {
  return statementsOf(pulumi.runtime.isRpcSecret(policy) ? pulumi.runtime.unwrapRpcSecret(policy) : policy);
}

type Principal = Statement["Principal"];

function mapped<From, To>(record: Record<string, From>, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function conditionsOf(condition: Statement["Condition"] = {}): Conditions {
  return mapped(condition, (keys) => mapped(keys, (values) => listOf(values).map(String)));
}

/** A statement in words. */
export function grantOf(statement: Statement, { name, who, itself }: PolicyContext): Grant {
  const { Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition } = statement;
  const named = (arn: string) => (arn === "*" ? (itself ?? "any resource") : name(arn));
  return {
    effect: Effect === "Allow" ? "allow" : "deny",
    who:
      who ??
      (NotPrincipal === undefined
        ? principalWords(Principal, name)
        : `anyone except ${principalWords(NotPrincipal, name)}`),
    actions: NotAction === undefined ? listOf(Action) : [`anything except ${listOf(NotAction).join(", ")}`],
    where:
      NotResource === undefined
        ? listOf(Resource).map(named)
        : [`any resource except ${listOf(NotResource).map(named).join(", ")}`],
    conditions: conditionWords(conditionsOf(Condition), name),
  };
}

function principalWords(principal: Principal, name: Namer): string {
  if (principal === undefined) return "nobody named";
  const names = principalNames(principal, name);
  return names.includes(ANYONE) ? ANYONE : names.join(" and ");
}

/** How policies in words name everybody. */
export const ANYONE = "anyone";

/** Each of those whom a statement names, in words; {@link ANYONE} for a star. */
export function principalNames(principal: Principal, name: Namer): string[] {
  return Object.entries(principalsOf(principal)).flatMap(([kind, values]) =>
    values.map((value) => principalName(kind, value, name)),
  );
}

function principalName(kind: string, value: string, name: Namer): string {
  if (value === "*") return ANYONE;
  if (kind === "Service") return `service ${value}`;
  if (kind !== "AWS") return `${kind} ${value}`;
  // A name says nothing of the partition.
  return name(/^\d{12}$/.test(value) ? `arn:aws:iam::${value}:root` : value);
}
