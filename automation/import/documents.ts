import { policySchema, type Statement } from "../policy-document";

/** The statements of a policy as JSON; none of a text that is no policy. */
export function statementsOf(policy: string | undefined): Statement[] {
  if (!policy) return [];
  try {
    return policySchema.safeParse(JSON.parse(policy)).data ?? [];
  } catch {
    return [];
  }
}

/** AWS takes one item without its list. */
export function listOf<Item>(items: Item | readonly Item[] | undefined): Item[] {
  if (items === undefined) return [];
  return Array.isArray(items) ? [...items] : [items as Item];
}

/** The principals of a statement that are AWS's: accounts, roles and users. */
export function principalsOf({ Principal }: Statement): string[] {
  if (Principal === undefined) return [];
  return typeof Principal === "string" ? [Principal] : listOf(Principal.AWS);
}

/** A statement as messages name it. */
export function statementName({ Sid, Effect, Action, NotAction }: Statement): string {
  return Sid ?? `${Effect} ${listOf(Action ?? NotAction).join(", ")} without a Sid`;
}
