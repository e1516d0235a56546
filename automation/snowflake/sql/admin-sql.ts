import type { PipelineOutputs } from "../../outputs";
import { literal, quoteIdentifier } from "./identifiers";
import { autoIngests, integrationsOf } from "./integration-sql";
import { type Names, SYSTEM_ROLES } from "./names";
import { whereMissing } from "./scripting";

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
  const rights = accountRights(outputs, names);
  const dynamic = outputs.snowflake.currentLagMinutes === undefined ? "" : ", CREATE DYNAMIC TABLE";
  const parents = [
    ...new Set([
      "SYSADMIN",
      ...(SYSTEM_ROLES.includes(names.storedAdminRole) ? [] : [names.storedAdminRole]),
    ]),
  ];
  const administrators = [names.adminRole, names.integrationRole].filter(
    (role) => role !== quoteIdentifier("ACCOUNTADMIN"),
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
    ...[...new Set([loadingRole, readingRole])].flatMap((role) => [
      `GRANT USAGE ON WAREHOUSE ${warehouse} TO ROLE ${role}`,
      `GRANT USAGE ON DATABASE ${database} TO ROLE ${role}`,
      `GRANT USAGE ON SCHEMA ${schema} TO ROLE ${role}`,
    ]),
    ...[...new Set(administrators)].map((role) => `GRANT USAGE ON WAREHOUSE ${warehouse} TO ROLE ${role}`),
    `GRANT CREATE FILE FORMAT, CREATE STAGE, CREATE TABLE, CREATE VIEW, ${loader}${dynamic} ON SCHEMA ${schema} TO ROLE ${loadingRole}`,
    ...(rights.length === 0
      ? []
      : [`USE ROLE ${names.adminRole}`, `GRANT ${rights.join(", ")} ON ACCOUNT TO ROLE ${loadingRole}`]),
  ];
}

/** Rights of the account that the loading role needs: for tasks, and for integrations where a role of the stack's own has them. */
export function accountRights(outputs: PipelineOutputs, names: Names): string[] {
  const { integrationRole, loadingRole, storedCustomRoles, storedLoadingRole } = names;
  const hasIntegrations = integrationRole === loadingRole && integrationsOf(outputs, names).length > 0;
  return [
    ...(autoIngests(outputs) ? [] : ["EXECUTE TASK", "EXECUTE MANAGED TASK"]),
    ...(hasIntegrations && storedCustomRoles.includes(storedLoadingRole) ? ["CREATE INTEGRATION"] : []),
  ];
}
