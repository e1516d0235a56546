import type { PipelineOutputs } from "../../outputs";
import type { Names } from "./names";

/** Drops what holds no data, in the reverse of the order it was made in. Loaders of either kind, should the mode have changed. */
export function teardownSql(outputs: PipelineOutputs, names: Names): string[] {
  return [
    "USE ROLE ACCOUNTADMIN",
    ...names.streams.flatMap(({ pipe, task, view, stage, fileFormat }) => [
      `DROP PIPE IF EXISTS ${pipe}`,
      `DROP TASK IF EXISTS ${task}`,
      `DROP VIEW IF EXISTS ${view}`,
      `DROP STAGE IF EXISTS ${stage}`,
      `DROP FILE FORMAT IF EXISTS ${fileFormat}`,
    ]),
    ...(names.errorIntegration === undefined ? [] : [`DROP INTEGRATION IF EXISTS ${names.errorIntegration}`]),
    ...(outputs.snowflake.access === "role" ? [`DROP INTEGRATION IF EXISTS ${names.integration}`] : []),
  ];
}

/** Drops what holds data, or what others may use too: for a person to run line by line. */
export function purgeSql(names: Names): string[] {
  return [
    ...names.streams.map(({ table }) => `DROP TABLE IF EXISTS ${table}`),
    ...names.customRoles.map((role) => `DROP ROLE IF EXISTS ${role}`),
    `DROP SCHEMA IF EXISTS ${names.schema}`,
    `DROP DATABASE IF EXISTS ${names.database}`,
    `DROP WAREHOUSE IF EXISTS ${names.warehouse}`,
  ];
}
