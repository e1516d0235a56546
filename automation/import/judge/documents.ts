import { listOf, principalsOf, type Statement } from "../../policy-document";

/** The principals of a statement that are AWS's: accounts, roles and users. */
export function awsPrincipals({ Principal }: Statement): readonly string[] {
  return principalsOf(Principal).AWS ?? [];
}

/** A statement as messages name it. */
export function statementName({ Sid, Effect, Action, NotAction }: Statement): string {
  return Sid ?? `${Effect} ${listOf(Action ?? NotAction).join(", ")} without a Sid`;
}
