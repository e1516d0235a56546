import type { PipelineOutputs } from "../outputs";
import { canonicalName, literal } from "../snowflake/sql/identifiers";
import { autoIngests } from "../snowflake/sql/integration-sql";
import { type Names, namesOf, type StreamNames } from "../snowflake/sql/names";
import { KEEP_CASE } from "../snowflake/sql/scripting";
import { keyPrefixOf } from "./streams";

/** Days that INFORMATION_SCHEMA.COPY_HISTORY looks back, and ACCOUNT_USAGE's. docs.snowflake.com/en/sql-reference/functions/copy_history */
const DAYS = { schema: 14, account: 365 } as const;

export interface FilesSqlOptions {
  /** Reads a year of load history, for which the role needs access to the database SNOWFLAKE. @default two weeks */
  readonly accountUsage?: boolean | undefined;
}

/**
 * Asks Snowflake for every file of every stream: by name, in the order of its bytes, with the latest entry of the load history
 * and the newest version in the landing table. A stream's row without a file has its pipe's status, the time, and since when
 * the history is known. Times are milliseconds since 1970.
 */
export function filesSql(outputs: PipelineOutputs, options: FilesSqlOptions = {}): string {
  const names = namesOf(outputs);
  const queries = names.streams.flatMap((stream) => [
    streamRow(outputs, stream, options),
    fileRows(outputs, names, stream, options),
  ]);
  return [
    "-- What Snowflake knows of every file of the stack, for the command reconcile. It changes nothing.",
    // An account may set it. docs.snowflake.com/en/sql-reference/parameters
    `${KEEP_CASE};`,
    `USE ROLE ${names.loadingRole};`,
    `USE WAREHOUSE ${names.warehouse};`,
    `${queries.join("\nUNION ALL\n")}\nORDER BY FILE, STREAM;\n`,
  ].join("\n");
}

/** A task has no status that names files: each run copies whatever is new. */
function streamRow(
  outputs: PipelineOutputs,
  { stream, pipe }: StreamNames,
  { accountUsage }: FilesSqlOptions,
): string {
  const status = autoIngests(outputs) ? `SYSTEM$PIPE_STATUS(${literal(pipe)})` : "NULL";
  const days = accountUsage ? DAYS.account : DAYS.schema;
  return `SELECT
  ${literal(stream.name)} AS STREAM,
  '' AS FILE,
  NULL AS STATUS,
  ${milliseconds("CURRENT_TIMESTAMP()")} AS LOADED_AT,
  ${status} AS MESSAGE,
  ${milliseconds(`DATEADD(DAY, -${days}, CURRENT_TIMESTAMP())`)} AS MODIFIED`;
}

function fileRows(
  outputs: PipelineOutputs,
  names: Names,
  { stream, table }: StreamNames,
  { accountUsage }: FilesSqlOptions,
): string {
  const prefix = literal(keyPrefixOf(stream));
  const location = literal(stream.url.replace(/^s3:/, ""));
  const database = canonicalName(outputs.snowflake.database);
  // Some exports create empty files and delete them again. The size is unknown while a load is in progress.
  const hasContent = "COALESCE(FILE_SIZE, 1) > 0";
  const file = `IFF(STARTSWITH(FILE_NAME, ${prefix}), FILE_NAME, ${prefix} || FILE_NAME) AS FILE`;
  const columns = `${file}, STATUS, LAST_LOAD_TIME, FIRST_ERROR_MESSAGE`;
  const recent = `SELECT ${columns}
    FROM TABLE(${names.database}.INFORMATION_SCHEMA.COPY_HISTORY(
      TABLE_NAME => ${literal(table)},
      START_TIME => DATEADD(DAY, -${DAYS.schema}, CURRENT_TIMESTAMP())
    ))
    WHERE CONTAINS(STAGE_LOCATION, ${location}) AND ${hasContent}`;
  // Of a table that was dropped and created again, the view still has the loads of the first.
  const year = `SELECT ${columns}
    FROM SNOWFLAKE.ACCOUNT_USAGE.COPY_HISTORY
    WHERE TABLE_CATALOG_NAME = ${literal(database)}
      AND TABLE_SCHEMA_NAME = ${literal(names.storedSchema)}
      AND TABLE_NAME = ${literal(canonicalName(stream.table))}
      AND CONTAINS(STAGE_LOCATION, ${location}) AND ${hasContent}
      AND LAST_LOAD_TIME >= (
        SELECT CREATED FROM ${names.database}.INFORMATION_SCHEMA.TABLES
        WHERE TABLE_SCHEMA = ${literal(names.storedSchema)} AND TABLE_NAME = ${literal(canonicalName(stream.table))}
      )`;
  const history = accountUsage ? `${recent}\n    UNION ALL\n    ${year}` : recent;
  return `SELECT
  ${literal(stream.name)} AS STREAM,
  COALESCE(IN_TABLE.FILE, IN_HISTORY.FILE) AS FILE,
  IN_HISTORY.STATUS AS STATUS,
  IN_HISTORY.LOADED_AT AS LOADED_AT,
  IN_HISTORY.MESSAGE AS MESSAGE,
  IN_TABLE.MODIFIED AS MODIFIED
FROM (
  SELECT FILE_NAME AS FILE, ${milliseconds("MAX(FILE_LAST_MODIFIED)")} AS MODIFIED
  FROM ${table}
  WHERE STARTSWITH(FILE_NAME, ${prefix})
  GROUP BY FILE_NAME
) AS IN_TABLE
FULL OUTER JOIN (
  SELECT FILE, STATUS, ${milliseconds("LAST_LOAD_TIME")} AS LOADED_AT, FIRST_ERROR_MESSAGE AS MESSAGE
  FROM (
    ${history}
  ) AS LOADS
  QUALIFY ROW_NUMBER() OVER (PARTITION BY LOADS.FILE ORDER BY LOADS.LAST_LOAD_TIME DESC NULLS FIRST) = 1
) AS IN_HISTORY ON IN_HISTORY.FILE = IN_TABLE.FILE`;
}

function milliseconds(time: string): string {
  return `DATE_PART(EPOCH_MILLISECOND, ${time})`;
}
