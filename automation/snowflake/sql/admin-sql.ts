import { SYSTEM_ROLES } from "../../../components/settings/snowflake-names";
import type { PipelineOutputs } from "../../outputs";
import { literal, quoteIdentifier } from "./identifiers";
import { autoIngests, integrationsOf } from "./integration-sql";
import { ADMIN_ROLE, type Names } from "./names";
import { block, whereMissing } from "./scripting";

/** Longest statement of the warehouse, in seconds: the first load of a table copies all that there is. */
const STATEMENT_TIMEOUT_S = 4 * 60 * 60;

/** Warehouse, database and schema, where they do not exist. */
export function containersSql(names: Names): string[] {
  const comment = `COMMENT = ${literal(names.comment)}`;
  return [
    `USE ROLE ${names.containerRole}`,
    whereMissing(`DESC WAREHOUSE ${names.warehouse}`, [
      `CREATE WAREHOUSE IF NOT EXISTS ${names.warehouse}
  WAREHOUSE_SIZE = XSMALL
  AUTO_SUSPEND = 60
  AUTO_RESUME = TRUE
  INITIALLY_SUSPENDED = TRUE
  STATEMENT_TIMEOUT_IN_SECONDS = ${STATEMENT_TIMEOUT_S}
  ${comment}`,
    ]),
    whereMissing(`DESC DATABASE ${names.database}`, [
      `CREATE DATABASE IF NOT EXISTS ${names.database} ${comment}`,
    ]),
    whereMissing(`DESC SCHEMA ${names.schema}`, [`CREATE SCHEMA IF NOT EXISTS ${names.schema} ${comment}`]),
  ];
}

/**
 * Loading and reading role, with what they need to act at all. A role that exists is given rights and otherwise left alone.
 * New ones belong below SYSADMIN, as Snowflake advises for custom roles:
 * docs.snowflake.com/en/user-guide/security-access-control-considerations
 */
export function rolesSql(outputs: PipelineOutputs, names: Names): string[] {
  const { warehouse, database, schema, loadingRole, readingRole } = names;
  const loader = autoIngests(outputs) ? "CREATE PIPE" : "CREATE TASK";
  const dynamic = outputs.snowflake.currentLagMinutes === undefined ? "" : ", CREATE DYNAMIC TABLE";
  const parents = [
    ...new Set([
      "SYSADMIN",
      ...(SYSTEM_ROLES.includes(names.storedAdminRole) ? [] : [names.storedAdminRole]),
    ]),
  ];
  // ACCOUNTADMIN inherits what SYSADMIN owns, and need not inherit a role of the company's.
  const administrators = [names.adminRole, names.integrationRole].filter(
    (role) => names.storedAdminRole !== ADMIN_ROLE || role !== quoteIdentifier(ADMIN_ROLE),
  );
  return [
    `USE ROLE ${names.grantRole}`,
    ...names.storedCustomRoles.map((stored) => {
      const role = quoteIdentifier(stored);
      // There is no DESC ROLE, and USERADMIN need not see a role that is another's: MANAGE GRANTS shows the grants of all.
      return whereMissing(`SHOW GRANTS OF ROLE ${role}`, [
        `CREATE ROLE IF NOT EXISTS ${role} COMMENT = ${literal(names.comment)}`,
        ...(names.roleRole === names.grantRole
          ? []
          : [`GRANT OWNERSHIP ON ROLE ${role} TO ROLE ${names.roleRole}`]),
        ...parents.map((parent) => `GRANT ROLE ${role} TO ROLE ${quoteIdentifier(parent)}`),
      ]);
    }),
    ...[...new Set([loadingRole, readingRole, ...administrators])].map(
      (role) => `GRANT USAGE ON WAREHOUSE ${warehouse} TO ROLE ${role}`,
    ),
    ...[...new Set([loadingRole, readingRole])].flatMap((role) => [
      `GRANT USAGE ON DATABASE ${database} TO ROLE ${role}`,
      `GRANT USAGE ON SCHEMA ${schema} TO ROLE ${role}`,
    ]),
    `GRANT CREATE FILE FORMAT, CREATE STAGE, CREATE TABLE, CREATE VIEW, ${loader}${dynamic} ON SCHEMA ${schema} TO ROLE ${loadingRole}`,
    ...accountRights(outputs, names).flatMap((right) => [
      `USE ROLE ${names.adminRole}`,
      granted(right, names),
    ]),
  ];
}

/** Rights of the account that a role needs. */
export interface AccountRights {
  readonly storedRole: string;
  readonly rights: readonly string[];
}

/** For tasks, and for integrations where a role that loads or reads is to own them. The administrator's role has its own. */
export function accountRights(outputs: PipelineOutputs, names: Names): AccountRights[] {
  const { integrationRole, storedLoadingRole, storedReadingRole, storedAdminRole } = names;
  const hasIntegrations = integrationsOf(outputs, names).length > 0;
  return [...new Set([storedLoadingRole, storedReadingRole])]
    .filter((role) => role !== storedAdminRole && role !== ADMIN_ROLE)
    .map((storedRole) => ({
      storedRole,
      rights: [
        ...(storedRole === storedLoadingRole && !autoIngests(outputs)
          ? ["EXECUTE TASK", "EXECUTE MANAGED TASK"]
          : []),
        ...(hasIntegrations && quoteIdentifier(storedRole) === integrationRole ? ["CREATE INTEGRATION"] : []),
      ],
    }))
    .filter(({ rights }) => rights.length > 0);
}

/**
 * "Must be granted by the ACCOUNTADMIN role", or by one that has them WITH GRANT OPTION: MANAGE GRANTS is of objects. Where the
 * administrator's role may not, the role can have them from ACCOUNTADMIN already, and what follows runs.
 * docs.snowflake.com/en/user-guide/security-access-control-privileges (global privileges), .../sql-reference/sql/grant-privilege
 */
function granted({ storedRole, rights }: AccountRights, { storedAdminRole }: Names): string {
  const grant = `GRANT ${rights.join(", ")} ON ACCOUNT TO ROLE ${quoteIdentifier(storedRole)}`;
  if (storedAdminRole === ADMIN_ROLE) return grant;
  const refused = `the role ${storedAdminRole} may not grant these rights of the account, for which it needs them WITH GRANT OPTION: unless the role ${storedRole} has them, have ACCOUNTADMIN run ${grant}; and run this again`;
  return block([
    "BEGIN",
    `  ${grant};`,
    "EXCEPTION",
    "  WHEN OTHER THEN",
    `    RETURN ${literal(refused)};`,
    "END;",
  ]);
}
