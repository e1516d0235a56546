import { isProduction } from "../components/settings/production";

/** What differs from company to company, by variables of the environment: `pulumi policy analyze --file` has no stack's settings. */
export interface Environment {
  /** Whether a violation fails the preview or update, or is only shown. */
  readonly level: "mandatory" | "advisory";
  /** Whether what holds data must be protected in this stack. */
  isProduction(stack: string): boolean;
  /** Accounts whose principals may assume roles without an external id. */
  readonly trustedAccounts: readonly string[];
  /** Whether the account blocks public access to all its buckets, so that a bucket needs no block of its own. */
  readonly accountBlocksPublicAccess: boolean;
}

const LEVEL = "BRAINTRUST_POLICY_LEVEL";
const PRODUCTION = "BRAINTRUST_POLICY_PRODUCTION_STACKS";
const ACCOUNTS = "BRAINTRUST_POLICY_TRUSTED_ACCOUNTS";
const BLOCK = "BRAINTRUST_POLICY_PUBLIC_ACCESS_BLOCK";

/** Reads the variables; all that is wrong with them is one error. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const problems: string[] = [];
  const choose = <Value extends string>(name: string, values: readonly [Value, ...Value[]]): Value => {
    const given = variables[name] || values[0];
    const chosen = values.find((value) => value === given);
    if (chosen === undefined) problems.push(`${name} is "${given}"; set it to ${values.join(" or ")}`);
    return chosen ?? values[0];
  };
  const level = choose(LEVEL, ["mandatory", "advisory"]);
  const block = choose(BLOCK, ["bucket", "account"]);
  const trustedAccounts = listed(variables[ACCOUNTS]);
  for (const account of trustedAccounts) {
    if (!/^\d{12}$/.test(account)) {
      problems.push(`${ACCOUNTS} has "${account}"; list account ids of twelve digits, separated by commas`);
    }
  }
  const production = listed(variables[PRODUCTION]);
  for (const stack of production) {
    if (!/^[A-Za-z0-9_.-]+$/.test(stack)) {
      problems.push(`${PRODUCTION} has "${stack}"; list names of stacks, separated by commas`);
    }
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return {
    level,
    isProduction: (stack) => (production.length === 0 ? isProduction(stack) : production.includes(stack)),
    trustedAccounts,
    accountBlocksPublicAccess: block === "account",
  };
}

function listed(text = ""): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
