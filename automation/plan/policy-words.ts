import * as pulumi from "@pulumi/pulumi";
import { policySchema, type Statement } from "../policy-document";
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
  return statementsOf(policy)?.map((statement) => grantOf(statement, context));
}

/** The statements of a policy; undefined where it cannot be read, or is not known before a deployment. */
export function statementsOf(policy: unknown): Statement[] | undefined {
  return policySchema.safeParse(parseJson(revealed(policy))).data;
}

/** A list, whether a policy writes one value as a list or not. */
export function listOf<T>(value: T | T[] | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

// An encrypted setting is a placeholder in a plan, so a policy made of one tells no secret.
function revealed(value: unknown): unknown {
  return pulumi.runtime.isRpcSecret(value) ? pulumi.runtime.unwrapRpcSecret(value) : value;
}

function parseJson(text: unknown): unknown {
  if (typeof text !== "string") return text;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
  if (typeof principal === "string") return principal === "*" ? "anyone" : name(principal);
  const names = Object.entries(principal).flatMap(([kind, values]) =>
    listOf(values).map((value) => principalName(kind, value, name)),
  );
  return names.includes("anyone") ? "anyone" : names.join(" and ");
}

function principalName(kind: string, value: string, name: Namer): string {
  if (value === "*") return "anyone";
  if (kind === "Service") return `service ${value}`;
  if (kind !== "AWS") return `${kind} ${value}`;
  return name(/^\d{12}$/.test(value) ? `arn:aws:iam::${value}:root` : value);
}
