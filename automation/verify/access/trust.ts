import { isDeepStrictEqual } from "node:util";
import { listOf, type Statement } from "../../policy-document";
import { principalNames } from "../policies";

/** Whom a role is meant to trust. */
export interface AskedTrust {
  readonly principalArns: readonly string[];
  /** Patterns where `StringLike`, exact values where `StringEquals`. */
  readonly externalIds: readonly string[];
  readonly match: "StringLike" | "StringEquals";
}

const EXTERNAL_ID = "sts:externalid";

/**
 * What is wrong with a role's trust policy. Nothing but one exact shape is right: one principal, one action, one
 * condition, since each of them more would let in somebody that is not expected.
 *
 * @param asked undefined where nobody may assume the role yet.
 */
export function trustProblems(statements: readonly Statement[], asked: AskedTrust | undefined): string[] {
  const allowing = statements.filter(({ Effect }) => Effect === "Allow");
  if (asked === undefined) {
    return allowing.map((statement) => `trusts ${whom(statement)}, and must not be assumable yet`);
  }
  const meant = allowing.find((statement) => speaksOnlyOf(statement, asked.principalArns));
  const others = allowing.filter((statement) => statement !== meant);
  const denials = statements.filter(({ Effect }) => Effect === "Deny");
  return [
    ...(meant === undefined
      ? [`does not trust ${asked.principalArns.join(" and ")}`]
      : statementProblems(meant, asked)),
    ...others.map((statement) => `trusts ${whom(statement)}, which was not expected`),
    ...denials.map((statement) => `denies ${whom(statement)}, which was not expected`),
  ];
}

function statementProblems(statement: Statement, asked: AskedTrust): string[] {
  const actions = [
    ...listOf(statement.Action),
    ...listOf(statement.NotAction).map((name) => `all but ${name}`),
  ];
  const tooMuch = actions.filter((action) => action.toLowerCase() !== "sts:assumerole");
  const conditions = Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => ({ operator, key, values: listOf(values).map(String) })),
  );
  const ids = conditions.find(({ key }) => key.toLowerCase() === EXTERNAL_ID);
  const others = conditions.filter((condition) => condition !== ids);
  return [
    ...(tooMuch.length > 0 ? [`allows ${tooMuch.join(", ")} in addition to sts:AssumeRole`] : []),
    ...(tooMuch.length === actions.length ? ["does not allow sts:AssumeRole"] : []),
    ...(ids === undefined ? ["asks for no external id: any customer of the same vendor could get in"] : []),
    ...(ids === undefined ? [] : idProblems(ids, asked)),
    ...others.map(({ operator, key }) => `asks for ${key} (${operator}), which was not expected`),
  ];
}

function idProblems(
  { operator, values }: { operator: string; values: readonly string[] },
  { match, externalIds }: AskedTrust,
): string[] {
  const sorted = (some: readonly string[]) => JSON.stringify([...some].sort());
  return [
    ...(operator === match ? [] : [`compares the external id by ${operator}, expected ${match}`]),
    ...(sorted(values) === sorted(externalIds)
      ? []
      : [`takes the external id ${values.join(" or ")}, expected ${externalIds.join(" or ")}`]),
  ];
}

function speaksOnlyOf({ Principal, NotPrincipal }: Statement, arns: readonly string[]): boolean {
  const asked = principalNames({ AWS: [...arns] }).sort();
  return NotPrincipal === undefined && isDeepStrictEqual(principalNames(Principal).sort(), asked);
}

// A principal that was deleted is left in a policy as its id: AIDA for a user, AROA for a role.
function whom({ Principal, NotPrincipal }: Statement): string {
  const named = principalNames(Principal).map((name) => {
    const bare = name.replace(/^AWS /, "");
    return /^A(IDA|ROA)[A-Z0-9]+$/.test(bare)
      ? `${bare}, somebody deleted`
      : bare === "*"
        ? "everybody"
        : bare;
  });
  return NotPrincipal === undefined
    ? named.join(" and ") || "nobody named"
    : `everybody but ${principalNames(NotPrincipal).join(" and ")}`;
}
