import type { PipelineOutputs } from "../../outputs";
import { accountRights } from "./admin-sql";
import { canonicalName, literal, quoteIdentifier } from "./identifiers";
import { autoIngests, dropIntegrationsSql } from "./integration-sql";
import type { Names } from "./names";
import { dropOursSql, withoutData } from "./ours-sql";
import { block, KEEP_CASE, show, shown } from "./scripting";

/**
 * Drops what holds no data and is the stack's; behind the last streams also what is of none. Loaders of either kind, should the
 * mode have changed.
 */
export function teardownSql(outputs: PipelineOutputs, names: Names, isLast: boolean): string[] {
  return [
    `USE ROLE ${names.loadingRole}`,
    `USE WAREHOUSE ${names.warehouse}`,
    dropOursSql(names, names.streams.flatMap(withoutData)),
    ...(isLast ? [...revokeSql(outputs, names), ...dropIntegrationsSql(outputs, names)] : []),
  ];
}

/** A role that is another's may have had the rights before: it keeps them, and the answer names them. */
function revokeSql(outputs: PipelineOutputs, names: Names): string[] {
  const all = accountRights(outputs, names);
  if (all.length === 0) return [];
  return [
    `USE ROLE ${names.adminRole}`,
    `USE WAREHOUSE ${names.warehouse}`,
    ...all.map(({ storedRole, rights }) => {
      const ours = { name: storedRole, comment: names.comment };
      const kept = `the role ${storedRole} is not of this stack and keeps ${rights.join(" and ")} on the account, which setup has granted; revoke what it does not need`;
      return block([
        "BEGIN",
        `  ${show("ROLES", storedRole)};`,
        `  IF (${shown(ours)}) THEN`,
        `    REVOKE ${rights.join(", ")} ON ACCOUNT FROM ROLE ${quoteIdentifier(storedRole)};`,
        "    RETURN 'revoked';",
        "  END IF;",
        `  RETURN ${literal(kept)};`,
        "END;",
      ]);
    }),
  ];
}

/** What SHOW lists of a stream's objects, loaders first, what drops one, and the stored names of those that are to stay. */
function kindsOf(outputs: PipelineOutputs, { streams }: Names) {
  const named = (suffix: string) => streams.map(({ stream }) => `${canonicalName(stream.table)}${suffix}`);
  const current = outputs.snowflake.currentLagMinutes === undefined ? [] : named("_CURRENT");
  return [
    ["PIPES", "PIPE", autoIngests(outputs) ? streams.map(({ storedPipe }) => storedPipe) : []],
    ["TASKS", "TASK", autoIngests(outputs) ? [] : named("_LOAD")],
    ["VIEWS", "VIEW", streams.flatMap(({ storedView, storedFiles }) => [storedView, storedFiles])],
    ["STAGES", "STAGE", named("_STAGE")],
    ["FILE FORMATS", "FILE FORMAT", named("_FORMAT")],
    ["DYNAMIC TABLES", "DYNAMIC TABLE", current],
    // SHOW TABLES shows dynamic ones as well: dropped by the statement before, they are no more.
    ["TABLES", "TABLE", [...named(""), ...current]],
  ] as const;
}

/**
 * Finds, by their comments, objects of streams that have left the stack, and former ones of streams whose names in Snowflake or
 * `events.mode` have changed. Answers with the statement that drops each, for a session of its own, and drops none: tables hold data.
 */
export function leftStreamsSql(outputs: PipelineOutputs, names: Names): string[] {
  const present = names.streams.map(({ comment }) => literal(comment)).join(", ");
  return [
    `USE ROLE ${names.loadingRole}`,
    `USE WAREHOUSE ${names.warehouse}`,
    `SELECT NULL AS NAME, NULL AS OF_STREAM, ${literal(`${KEEP_CASE};`)} AS STATEMENT`,
    ...kindsOf(outputs, names).flatMap(([plural, kind, kept]) => [
      `SHOW ${plural} IN SCHEMA ${names.schema}`,
      `SELECT "name" AS NAME, "comment" AS OF_STREAM, 'DROP ${kind} IF EXISTS ' || ${literal(`${names.schema}.`)} || '"' || REPLACE("name", '"', '""') || '";' AS STATEMENT
FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))
WHERE "comment" LIKE ${literal(`${escaped(names.comment)}, stream %`)} ESCAPE '^'${
        kept.length === 0
          ? ""
          : `
  AND (REGEXP_REPLACE("comment", ', version [0-9]+$') NOT IN (${present}) OR "name" NOT IN (${kept.map(literal).join(", ")}))`
      }`,
    ]),
  ];
}

/** Text in a pattern of LIKE. */
function escaped(text: string): string {
  return text.replace(/[%_^]/g, "^$&");
}

/** Drops what holds data, or what others may use too, each by the role that owns it: for a person to run line by line. */
export function purgeSql(names: Names, isLast: boolean): string[] {
  const tables = names.streams.map(({ table }) => `DROP TABLE IF EXISTS ${table}`);
  if (!isLast) return tables;
  return [
    `USE ROLE ${names.loadingRole}`,
    ...tables,
    `USE ROLE ${names.containerRole}`,
    `DROP SCHEMA IF EXISTS ${names.schema}`,
    `DROP DATABASE IF EXISTS ${names.database}`,
    `DROP WAREHOUSE IF EXISTS ${names.warehouse}`,
    ...(names.storedCustomRoles.length === 0 ? [] : [`USE ROLE ${names.roleRole}`]),
    ...names.storedCustomRoles.map((role) => `DROP ROLE IF EXISTS ${quoteIdentifier(role)}`),
  ];
}
