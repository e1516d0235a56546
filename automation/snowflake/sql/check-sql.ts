import type { PipelineOutputs } from "../../outputs";
import { literal } from "./identifiers";
import { autoIngests, topicPolicySql } from "./integration-sql";
import type { Names, StreamNames } from "./names";

/**
 * Whether Snowflake's integration reaches the bucket: lists each stream's folder and, where a file is named, reads it. Last of the
 * checks, since the owner's role alone cannot run them.
 */
export function integrationChecksSql(
  outputs: PipelineOutputs,
  names: Names,
  probeFile: string | undefined,
  isFirst: boolean,
): string[] {
  const actions = probeFile === undefined ? ["list"] : ["list", "read"];
  const integration = literal(names.storedIntegration);
  const validations =
    outputs.snowflake.access === "user"
      ? []
      : names.streams.flatMap(({ stream, url }) =>
          actions.map(
            (action) => `SELECT
  ${literal(stream.name)} AS STREAM,
  SYSTEM$VALIDATE_STORAGE_INTEGRATION(${integration}, ${literal(url)}, ${literal(probeFile ?? "_verify/probe")}, '${action}') AS CAN_${action.toUpperCase()}`,
          ),
        );
  const administered = [
    ...validations,
    ...(isFirst && outputs.eventsMode === "sns" ? [topicPolicySql(outputs)] : []),
  ];
  return administered.length === 0 ? [] : [`USE ROLE ${names.integrationRole}`, ...administered];
}

/**
 * Whether the stages reach the bucket: list each stream's folder and, where a file is named, read it. LIST has a pattern so that it
 * shows a probe at most and not every export.
 */
export function accessChecksSql(names: Names, probeFile: string | undefined): string[] {
  return [
    `USE ROLE ${names.loadingRole}`,
    `USE WAREHOUSE ${names.warehouse}`,
    ...names.streams.flatMap(({ stream, stage }) => [
      `LIST ${literal(`@${stage}`)} PATTERN = '.*_verify/.*'`,
      ...(probeFile === undefined
        ? []
        : [
            `SELECT ${literal(stream.name)} AS STREAM, COUNT(*) AS ROWS_READ FROM ${literal(`@${stage}/${probeFile}`)}`,
          ]),
    ]),
  ];
}

/**
 * Whether files arrive and are loaded: state of each loader, loads of the last 24 hours, rows and freshness per stream; and
 * which files of the last 14 days were not loaded, or in part.
 */
export function loadChecksSql(outputs: PipelineOutputs, names: Names, isFirst: boolean): string[] {
  const { streams } = names;
  const tasks = isFirst ? [taskHistory(names)] : [];
  return [
    `USE ROLE ${names.loadingRole}`,
    ...(autoIngests(outputs) ? streams.map(pipeStatus) : tasks),
    ...streams.map((stream) => copyHistory(names, stream)),
    union(
      streams.map((stream) => failedFiles(names, stream)),
      `ORDER BY LAST_LOAD_TIME DESC\nLIMIT ${FAILED_FILES}`,
    ),
    union(streams.map(freshness), "ORDER BY STREAM"),
  ];
}

function union(queries: readonly string[], end: string): string {
  return `${queries.join("\nUNION ALL\n")}\n${end}`;
}

/** Most files that are named as not loaded. */
const FAILED_FILES = 100;

/** What a pipe says of itself. docs.snowflake.com/en/sql-reference/functions/system_pipe_status */
export function pipeStatus({ stream, pipe }: StreamNames): string {
  return `SELECT ${literal(stream.name)} AS STREAM, SYSTEM$PIPE_STATUS(${literal(pipe)}) AS PIPE_STATUS`;
}

/** The limit is the function's highest: it counts before the filter. */
function taskHistory({ database, storedSchema }: Names): string {
  return `SELECT NAME, STATE, SCHEDULED_TIME, COMPLETED_TIME, ERROR_MESSAGE
FROM TABLE(${database}.INFORMATION_SCHEMA.TASK_HISTORY(
  SCHEDULED_TIME_RANGE_START => DATEADD(HOUR, -24, CURRENT_TIMESTAMP()),
  RESULT_LIMIT => 10000
))
WHERE SCHEMA_NAME = ${literal(storedSchema)}
ORDER BY SCHEDULED_TIME DESC`;
}

function copyHistory({ database }: Names, { stream, table }: StreamNames): string {
  return `SELECT
  ${literal(stream.name)} AS STREAM,
  STATUS,
  COUNT(*) AS FILES,
  SUM(ROW_COUNT) AS ROWS_LOADED,
  SUM(ERROR_COUNT) AS ERRORS,
  MAX(LAST_LOAD_TIME) AS LAST_LOADED,
  MAX(FIRST_ERROR_MESSAGE) AS AN_ERROR
FROM TABLE(${database}.INFORMATION_SCHEMA.COPY_HISTORY(
  TABLE_NAME => ${literal(table)},
  START_TIME => DATEADD(HOUR, -24, CURRENT_TIMESTAMP())
))
GROUP BY STATUS
ORDER BY STATUS`;
}

/**
 * For as long as this function looks back (docs.snowflake.com/en/sql-reference/functions/copy_history). Its page has "Loaded",
 * .../account-usage/load_history has "LOADED": the case decides nothing. VALIDATE_PIPE_LOAD, which has every error of a file,
 * refuses pipes whose COPY has a query: .../functions/validate_pipe_load
 */
function failedFiles({ database }: Names, { stream, table }: StreamNames): string {
  return `SELECT
  ${literal(stream.name)} AS STREAM, FILE_NAME, STATUS, ERROR_COUNT, FIRST_ERROR_MESSAGE, FIRST_ERROR_LINE_NUMBER, LAST_LOAD_TIME
FROM TABLE(${database}.INFORMATION_SCHEMA.COPY_HISTORY(
  TABLE_NAME => ${literal(table)},
  START_TIME => DATEADD(DAY, -14, CURRENT_TIMESTAMP())
))
WHERE UPPER(STATUS) <> 'LOADED'`;
}

/** ROWS_LOADED_TWICE is other than 0 where a file was loaded by two pipes or again by a recreated one. */
export function freshness({ stream, table }: StreamNames): string {
  return `SELECT
  ${literal(stream.name)} AS STREAM,
  COUNT(*) AS ROWS_LOADED,
  COUNT(DISTINCT FILE_NAME) AS FILES,
  COUNT(*) - COUNT(DISTINCT HASH(FILE_NAME, FILE_CONTENT_KEY, FILE_ROW_NUMBER)) AS ROWS_LOADED_TWICE,
  MAX(FILE_LAST_MODIFIED) AS NEWEST_FILE,
  MAX(LOADED_AT) AS LAST_LOADED,
  DATEDIFF(MINUTE, MAX(LOADED_AT), CURRENT_TIMESTAMP()) AS MINUTES_SINCE
FROM ${table}`;
}
