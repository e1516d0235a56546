import type { PipelineOutputs } from "../../outputs";
import { literal } from "./identifiers";
import { autoIngests, topicOf } from "./integration-sql";
import { landingColumns } from "./landing";
import type { Names, StreamNames } from "./names";
import { refuseOthersSql } from "./ours-sql";
import { block, indent } from "./scripting";

/** Minutes between two runs of a task, where the settings say nothing. Braintrust exports no more often than every five. */
const TASK_MINUTES = 15;

/**
 * Rights of the reading role, by the owner of what it reads. The loading role needs none: it owns what it creates. In a schema
 * with managed access only the schema's owner may grant: the answer has the statements then, and what follows runs.
 * docs.snowflake.com/en/user-guide/data-load-snowpipe-auto-s3, .../security-access-control-configure
 */
export function grantsSql(outputs: PipelineOutputs, { loadingRole, readingRole, streams }: Names): string[] {
  if (readingRole === loadingRole) return [];
  return [`USE ROLE ${loadingRole}`, ...streams.map((stream) => granted(outputs, stream, readingRole))];
}

function granted(
  outputs: PipelineOutputs,
  { stream, table, view, files, current, pipe, task }: StreamNames,
  readingRole: string,
): string {
  const grants = [
    `GRANT SELECT ON TABLE ${table} TO ROLE ${readingRole}`,
    `GRANT SELECT ON VIEW ${view} TO ROLE ${readingRole}`,
    `GRANT SELECT ON VIEW ${files} TO ROLE ${readingRole}`,
    ...(outputs.snowflake.currentLagMinutes === undefined
      ? []
      : [`GRANT SELECT, MONITOR ON DYNAMIC TABLE ${current} TO ROLE ${readingRole}`]),
    autoIngests(outputs)
      ? `GRANT MONITOR ON PIPE ${pipe} TO ROLE ${readingRole}`
      : `GRANT MONITOR ON TASK ${task} TO ROLE ${readingRole}`,
  ];
  const refused = `the reading role lacks rights on the objects of stream ${stream.name}, which this role may not grant, as in a schema with managed access: have the owner of the schema, or a role with MANAGE GRANTS, run ${grants.join("; ")};`;
  return block([
    "BEGIN",
    ...grants.map((grant) => `  ${grant};`),
    "EXCEPTION",
    "  WHEN OTHER THEN",
    `    RETURN ${literal(refused)};`,
    "END;",
  ]);
}

/** What loads each table, and what is to be shown of all of them behind the last. */
export function loadersSql(outputs: PipelineOutputs, names: Names, isLast: boolean): string[] {
  const shown = (plural: "PIPES" | "TASKS") => (isLast ? [`SHOW ${plural} IN SCHEMA ${names.schema}`] : []);
  const session = [
    `USE ROLE ${names.loadingRole}`,
    `USE WAREHOUSE ${names.warehouse}`,
    refuseOthersSql(outputs, names),
  ];
  return autoIngests(outputs)
    ? [...session, ...names.streams.flatMap((stream) => pipe(outputs, names, stream)), ...shown("PIPES")]
    : [...session, ...names.streams.flatMap((stream) => task(outputs, names, stream)), ...shown("TASKS")];
}

/**
 * Back-fill, pipe, refresh. REFRESH reaches seven days back and skips what the pipe or a COPY has loaded; COPY reaches
 * everything but knows only what COPY has loaded, so that it runs before there is a pipe and never after. A task that
 * another mode has left would load along with the pipe.
 * docs.snowflake.com/en/user-guide/data-load-snowpipe-manage
 */
function pipe(outputs: PipelineOutputs, names: Names, stream: StreamNames): string[] {
  const options = [
    "AUTO_INGEST = TRUE",
    ...(names.errorIntegration === undefined ? [] : [`ERROR_INTEGRATION = ${names.errorIntegration}`]),
    ...(outputs.eventsMode === "sns" ? [`AWS_SNS_TOPIC = ${literal(topicOf(outputs))}`] : []),
    `COMMENT = ${literal(stream.comment)}`,
  ];
  return [
    refuseSecondPipe(names, stream, stream.storedPipe),
    `DROP TASK IF EXISTS ${stream.task}`,
    block([
      "BEGIN",
      "  IF (NOT EXISTS (",
      `    SELECT 1 FROM ${names.database}.INFORMATION_SCHEMA.PIPES`,
      `    WHERE PIPE_SCHEMA = ${literal(names.storedSchema)} AND PIPE_NAME = ${literal(stream.storedPipe)}`,
      "  )) THEN",
      `    ${indent(copySql(stream), 4)};`,
      "  END IF;",
      "END;",
    ]),
    `CREATE PIPE IF NOT EXISTS ${stream.pipe}
  ${options.join("\n  ")}
AS
${copySql(stream)}`,
    ...(names.errorIntegration === undefined
      ? []
      : [`ALTER PIPE ${stream.pipe} SET ERROR_INTEGRATION = ${names.errorIntegration}`]),
    `ALTER PIPE ${stream.pipe} SET COMMENT = ${literal(stream.comment)}`,
    `ALTER PIPE ${stream.pipe} REFRESH`,
  ];
}

/**
 * A task must be suspended while it is altered. Each COPY skips what an earlier one has loaded. A task's session has the
 * account's parameters, not this one's; without AUTOCOMMIT its COPY fails. docs.snowflake.com/en/sql-reference/sql/create-task
 */
function task({ snowflake }: PipelineOutputs, names: Names, stream: StreamNames): string[] {
  const { task: name } = stream;
  const errors =
    names.errorIntegration === undefined ? "" : `\n  ERROR_INTEGRATION = ${names.errorIntegration}`;
  return [
    refuseSecondPipe(names, stream),
    `ALTER TASK IF EXISTS ${name} SUSPEND`,
    `CREATE OR ALTER TASK ${name}
  USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE = 'XSMALL'
  SCHEDULE = '${snowflake.taskMinutes ?? TASK_MINUTES} MINUTES'
  QUOTED_IDENTIFIERS_IGNORE_CASE = FALSE
  AUTOCOMMIT = TRUE${errors}
  COMMENT = ${literal(stream.comment)}
AS
${copySql(stream)}`,
    `ALTER TASK ${name} RESUME`,
    `EXECUTE TASK ${name}`,
  ];
}

/**
 * Stops the script where a pipe loads the table that is not to load it: one of another `events.mode`, or of another name in the
 * settings. COPY knows no loads of a pipe, and a pipe none of another's, so that each file would be loaded twice.
 */
function refuseSecondPipe(names: Names, { stream, table }: StreamNames, kept?: string): string {
  const message =
    `a pipe that is not in the settings loads the table of stream ${stream.name}, so that each file would be loaded twice; ` +
    `find it by SHOW PIPES IN SCHEMA ${names.schema}, drop it, truncate the table ${table}, and run load again, which loads every file`;
  return block([
    "DECLARE",
    `  second_pipe EXCEPTION (-20006, ${literal(message)});`,
    "BEGIN",
    "  IF (EXISTS (",
    `    SELECT 1 FROM ${names.database}.INFORMATION_SCHEMA.PIPES`,
    `    WHERE PIPE_SCHEMA = ${literal(names.storedSchema)} AND CONTAINS(DEFINITION, ${literal(`${table} (`)})${kept === undefined ? "" : ` AND PIPE_NAME <> ${literal(kept)}`}`,
    "  )) THEN",
    "    RAISE second_pipe;",
    "  END IF;",
    "END;",
  ]);
}

/**
 * Copies what a stage has and the table has not. SKIP_FILE is what a pipe does by itself. It also passes over the empty files some exports create and delete again.
 * The stage's name stands in a string, since a quoted name may hold blanks. docs.snowflake.com/en/user-guide/querying-stage
 */
export function copySql({
  table,
  stage,
  fileFormat,
}: Pick<StreamNames, "table" | "stage" | "fileFormat">): string {
  return `COPY INTO ${table} (${landingColumns.map(({ name }) => name).join(", ")})
FROM (
  SELECT ${landingColumns.map(({ source }) => source).join(", ")}
  FROM ${literal(`@${stage}`)}
)
FILE_FORMAT = (FORMAT_NAME = ${literal(fileFormat)})
ON_ERROR = SKIP_FILE`;
}
