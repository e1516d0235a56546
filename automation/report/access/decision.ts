import type { Namer } from "../../plan/arn-names";
import * as words from "../../plan/policy-words";
import { listOf, type Statement } from "../../policy-document";
import { anyCase, glob, overlap, sameCase } from "./globs";
import type { Place } from "./places";
import type { ListedStatement } from "./statements";

/** Whether somebody may do something somewhere, and the numbers of the statements that say so. */
export interface Decision {
  readonly verdict: "allowed" | "refused";
  /** What allows or refuses it; empty where it is refused because nothing allows it. */
  readonly by: readonly number[];
  /** Refusals with conditions, and of a part of the place, which an allowed request must not meet. */
  readonly unless: readonly number[];
}

/** Somebody whom policies name. */
export interface Principal {
  /** As policies in words name them: "role X", "account Y", "service Z". */
  readonly label: string;
  /** `own`: a role or user of this stack; `anyone`: whoever no policy names. */
  readonly kind: "own" | "named" | "anyone";
}

/** What of a request policies are read for. */
export interface Request {
  readonly principal: Principal;
  readonly action: string;
  readonly place: Place;
}

/**
 * Decides as IAM does within one account: a refusal wins, then any statement that allows; for a key its own policy must agree. Conditions
 * are not judged, since they are of each request: a statement with some counts, and the page shows them.
 * docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function decide(request: Request, statements: readonly ListedStatement[], name: Namer): Decision {
  const of = (effect: Statement["Effect"], reaches: typeof coversPlace) =>
    statements.filter(
      (listed) => listed.statement.Effect === effect && concerns(listed, request, name, reaches),
    );
  const refusals = of("Deny", coversPart);
  const absolute = refusals.filter(
    (listed) =>
      Object.keys(listed.statement.Condition ?? {}).length === 0 && coversPlace(listed, request.place, name),
  );
  const numbers = (found: readonly ListedStatement[]) => found.map(({ number }) => number);
  if (absolute.length > 0) return { verdict: "refused", by: numbers(absolute), unless: [] };
  const allowing = agreed(request, of("Allow", coversPlace), statements, name);
  if (allowing.length === 0) return { verdict: "refused", by: [], unless: [] };
  return { verdict: "allowed", by: numbers(allowing), unless: numbers(refusals) };
}

/** What an identity's own policy allows counts on a key only where the key's policy, if it is known, leaves that to the account. */
function agreed(
  { principal, place, action }: Request,
  allowing: readonly ListedStatement[],
  statements: readonly ListedStatement[],
  name: Namer,
): readonly ListedStatement[] {
  const keyPolicy = statements.filter(({ kind, holder }) => kind === "resource" && holder === place.resource);
  if (allowing.length === 0 || place.kind !== "key" || principal.kind !== "own" || keyPolicy.length === 0)
    return allowing;
  if (allowing.some(({ kind }) => kind === "resource")) return allowing;
  const delegating = keyPolicy.filter(
    (listed) =>
      listed.statement.Effect === "Allow" &&
      listed.words.who.endsWith("(this one)") &&
      coversAction(listed.statement, action) &&
      coversPlace(listed, place, name),
  );
  return delegating.length === 0 ? [] : [...allowing, ...delegating];
}

function concerns(
  listed: ListedStatement,
  { principal, action, place }: Request,
  name: Namer,
  reaches: typeof coversPlace,
): boolean {
  // Only a role's trust policy says who may assume it.
  if ((listed.kind === "trust") !== (place.kind === "role")) return false;
  return (
    coversAction(listed.statement, action) &&
    coversPrincipal(listed, principal, name) &&
    reaches(listed, place, name)
  );
}

function coversAction({ Action, NotAction }: Statement, action: string): boolean {
  if (NotAction !== undefined)
    return !listOf(NotAction).some((pattern) => glob(pattern, anyCase).test(action));
  return listOf(Action).some((pattern) => glob(pattern, anyCase).test(action));
}

function coversPlace({ kind, holder, statement }: ListedStatement, place: Place, name: Namer): boolean {
  if (kind !== "identity" && holder !== place.resource) return false;
  const { Resource, NotResource } = statement;
  if (kind === "trust") return true;
  const matches = (pattern: string) =>
    pattern === "*" ||
    (place.sample !== undefined && glob(pattern, sameCase).test(place.sample)) ||
    (!pattern.includes(":s3:::") && name(pattern) === place.resource);
  if (NotResource !== undefined) return !listOf(NotResource).some(matches);
  return listOf(Resource).some(matches);
}

/** Whether it is of the place, or of some of the place's objects. */
function coversPart(listed: ListedStatement, place: Place, name: Namer): boolean {
  if (coversPlace(listed, place, name)) return true;
  const { pattern } = place;
  if (pattern === undefined || (listed.kind !== "identity" && listed.holder !== place.resource)) return false;
  return listOf(listed.statement.Resource).some((other) => overlap(other, pattern));
}

function coversPrincipal(
  { kind, holder, statement }: ListedStatement,
  principal: Principal,
  name: Namer,
): boolean {
  if (kind === "identity") return principal.label === holder;
  const { Principal: named, NotPrincipal: except } = statement;
  if (except !== undefined) return !principalLabels(except, name).includes(principal.label);
  const labels = principalLabels(named, name);
  if (labels.includes(ANYONE) || labels.includes(principal.label)) return true;
  // A refusal of a whole account is one of each of its identities; an Allow leaves it to their own policies.
  if (statement.Effect !== "Deny" || !/^(role|user) /.test(principal.label)) return false;
  const [, account] = / of (account \d{12})$/.exec(principal.label) ?? [];
  return labels.some((label) => (account === undefined ? label.endsWith("(this one)") : label === account));
}

/** How the page names everybody. */
export const ANYONE = "Anyone else";

/** Those whom a statement names, in words; {@link ANYONE} for a star. */
export function principalLabels(principal: Statement["Principal"], name: Namer): string[] {
  return words.principalNames(principal, name).map((named) =>
    // The path of a role is no part of its name.
    named === words.ANYONE ? ANYONE : named.replace(/^(role|user) (?:\S+\/)/, "$1 "),
  );
}
