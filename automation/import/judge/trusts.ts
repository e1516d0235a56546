import { listOf, type Statement, statementsOf } from "../../policy-document";
import { awsPrincipals } from "./documents";

/** What of a trust policy the settings can say, and what they cannot. */
export interface TrustSettings {
  readonly settings: Readonly<Record<string, unknown>>;
  /** Why it is another trust than any settings make. */
  readonly other?: string;
}

/** External ids of a statement, whatever compares them. */
function externalIds({ Condition = {} }: Statement): string[] {
  return Object.values(Condition).flatMap((operator) =>
    Object.entries(operator)
      .filter(([key]) => key.toLowerCase() === "sts:externalid")
      .flatMap(([, value]) => listOf(value).map(String)),
  );
}

/** The one statement that lets somebody in; `undefined` where there are several. */
function onlyAllow(trust: string): Statement | undefined {
  const [first, ...others] = (statementsOf(trust) ?? []).filter(({ Effect }) => Effect === "Allow");
  return others.length === 0 ? first : undefined;
}

/** Whom Braintrust's role trusts, as settings: `bt:<organization>:*`, or one id for each project. */
export function braintrustOf(trust: string): TrustSettings {
  const statement = onlyAllow(trust);
  if (statement === undefined) return { settings: {}, other: "is not one statement that allows" };
  const ids = externalIds(statement).map((id) => /^bt:([^*?:$\s]+):([^*?:$\s]+|\*)$/.exec(id));
  const [orgId, ...otherOrgs] = new Set(ids.map((id) => id?.[1]));
  if (orgId === undefined || otherOrgs.length > 0) {
    const shown = externalIds(statement).join(", ") || "none";
    return {
      settings: {},
      other: `its external id, ${shown}, is not one of Braintrust's, bt:<organization>:*`,
    };
  }
  const projects = ids.flatMap((id) => (id?.[2] === undefined || id[2] === "*" ? [] : [id[2]]));
  const projectIds = projects.length === ids.length ? { projectIds: projects } : {};
  const principals = awsPrincipals(statement);
  const accounts = principals.map((one) => /^(?:arn:[^:]+:iam::)?(\d{12})(?::root)?$/.exec(one)?.[1]);
  const [accountId] = accounts;
  if (accountId !== undefined && accounts.length === 1)
    return { settings: { accountId, orgId, ...projectIds } };
  const roles = principals.filter((one) => /^arn:[^:]+:iam::\d{12}:role\//.test(one));
  if (roles.length > 0 && roles.length === principals.length) {
    return { settings: { principalArns: roles, orgId, ...projectIds } };
  }
  return {
    settings: { orgId, ...projectIds },
    other: `it trusts ${principals.join(", ") || "no AWS account"}`,
  };
}

/** Whom Snowflake's role trusts, as settings. */
export function snowflakeOf(trust: string): TrustSettings {
  const statement = onlyAllow(trust);
  if (statement === undefined) return { settings: {}, other: "is not one statement that allows" };
  const [externalId, ...otherIds] = externalIds(statement);
  const [principal, ...others] = awsPrincipals(statement);
  const isUser = principal !== undefined && /^arn:[^:]+:iam::\d{12}:user\//.test(principal);
  if (!isUser || others.length > 0)
    return { settings: {}, other: "it does not trust one user of Snowflake's" };
  if (externalId === undefined || otherIds.length > 0) {
    return { settings: { iamUserArn: principal }, other: "it does not ask for one external id" };
  }
  return { settings: { iamUserArn: principal, externalId } };
}
