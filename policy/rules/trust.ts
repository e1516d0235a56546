import { principalsOf, type Statement } from "../../automation/policy-document";
import { type Condition, demands } from "../conditions";
import { allowedBy, isForEverybody, named } from "../documents";
import type { ResourceRule } from "../rule";

/**
 * Whoever assumes a role from elsewhere proves for which customer:
 * docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
 */
export const trustByExternalId: ResourceRule = {
  name: "trust-by-external-id",
  description: "Roles trust other accounts by an external id, and identity providers by a subject.",
  fix: "Demand sts:ExternalId by StringEquals, or by StringLike with the organization spelled out (bt:ORG:*); a subject of the identity provider likewise. For accounts of your own: BRAINTRUST_POLICY_TRUSTED_ACCOUNTS.",
  *check(resource, { trustedAccounts }) {
    for (const statement of allowedBy(resource, "trust")) {
      const { AWS: callers = [], Federated: federated = [] } = principalsOf(statement.Principal);
      if (isForEverybody(statement)) {
        yield `${named(statement)} lets everybody assume the role`;
        continue;
      }
      const foreign = callers.filter((caller) => !trustedAccounts.includes(accountOf(caller)));
      if (foreign.length > 0 && !demands(statement, ["sts:externalid"], namesCustomer)) {
        yield `${named(statement)} trusts ${foreign.join(", ")} without an external id that names one customer`;
      }
      if (federated.length > 0 && !demandsSubject(statement)) {
        yield `${named(statement)} trusts ${federated.join(", ")} without demanding a subject`;
      }
    }
  },
};

/** A principal is an account's id or the ARN of something in it. */
function accountOf(principal: string): string {
  return principal.split(":")[4] ?? principal;
}

/** Braintrust's external ids are bt:<org>:<project>:<automation>: all after the organization is the same customer's. */
function namesCustomer(externalId: string, { operator }: Condition): boolean {
  if (externalId === "" || externalId.includes("${")) return false;
  if (!operator.endsWith("stringlike") || !/[*?]/.test(externalId)) return true;
  return /^bt:[^:*?]+:[^?]*$/.test(externalId);
}

function demandsSubject(statement: Statement): boolean {
  const { Federated: providers = [] } = principalsOf(statement.Principal);
  return providers.every((provider) => {
    const host = provider.split(":oidc-provider/").at(-1)?.toLowerCase() ?? provider;
    const keys = provider.includes(":saml-provider/") ? ["saml:aud", "saml:sub"] : [`${host}:sub`];
    // "repo:my-org/*" names an organization; "repo:*" and "*" name nobody.
    return demands(statement, keys, (value) => /^[^*?:]+:[^*?]+|^[^*?]+$/.test(value));
  });
}
