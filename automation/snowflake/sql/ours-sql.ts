import type { PipelineOutputs } from "../../outputs";
import { canonicalName, literal, quoteIdentifier } from "./identifiers";
import { autoIngests } from "./integration-sql";
import type { Names, StreamNames } from "./names";
import { block, indent } from "./scripting";

/** An object of a stream in the schema, by the name that the SQL gives it. */
export interface OwnObject {
  readonly kind: "FILE FORMAT" | "STAGE" | "TABLE" | "VIEW" | "DYNAMIC TABLE" | "PIPE" | "TASK";
  /** As SQL text, qualified. */
  readonly name: string;
  readonly stream: StreamNames;
  /** What tells one that an earlier version created, without a comment, from another's. Undefined of kinds that all have one. */
  readonly origin?: string | undefined;
}

/** Column of a landing table that other tables hardly have. */
const LANDED = "FILE_CONTENT_KEY";

/** Objects of a stream that hold no data, each before those that it needs. */
export function withoutData(stream: StreamNames): OwnObject[] {
  return [pipeOf(stream), taskOf(stream), currentOf(stream), ...viewsOf(stream), ...sourcesOf(stream)];
}

export const currentOf = (stream: StreamNames): OwnObject => ({
  kind: "DYNAMIC TABLE",
  name: stream.current,
  stream,
});

/** Objects of a stream that setup and load create, alter, replace or drop. */
function touched(outputs: PipelineOutputs, stream: StreamNames): OwnObject[] {
  return [
    ...sourcesOf(stream),
    { kind: "TABLE", name: stream.table, stream, origin: LANDED },
    ...viewsOf(stream),
    ...(outputs.snowflake.currentLagMinutes === undefined ? [] : [currentOf(stream)]),
    ...(autoIngests(outputs) ? [pipeOf(stream)] : []),
    taskOf(stream),
  ];
}

const sourcesOf = (stream: StreamNames): OwnObject[] => {
  const origin = stream.url.replace(/^\w+:/, "");
  return [
    { kind: "STAGE", name: stream.stage, stream, origin },
    { kind: "FILE FORMAT", name: stream.fileFormat, stream, origin },
  ];
};

const viewsOf = (stream: StreamNames): OwnObject[] => [
  { kind: "VIEW", name: stream.view, stream, origin: `${storedTable(stream)}\nQUALIFY ROW_NUMBER() OVER (` },
  { kind: "VIEW", name: stream.files, stream },
];

const pipeOf = (stream: StreamNames): OwnObject => ({
  kind: "PIPE",
  name: stream.pipe,
  stream,
  origin: copyOf(stream),
});

const taskOf = (stream: StreamNames): OwnObject => ({
  kind: "TASK",
  name: stream.task,
  stream,
  origin: copyOf(stream),
});

const copyOf = (stream: StreamNames) => `${storedTable(stream)} (RAW, FILE_NAME, `;

const storedTable = ({ stream }: StreamNames) => quoteIdentifier(canonicalName(stream.table));

/**
 * Stops the script before it changes anything, where an object of a name that it is about to use is another's. An object that the
 * role does not see is its owner's alone to change: Snowflake refuses it.
 */
export function refuseOthersSql(outputs: PipelineOutputs, names: Names): string {
  const start = `the schema ${names.storedSchema} has objects that are not of this stack: `;
  const end =
    "; set another table of the stream in streams, after which its other objects are named too, or choose another snowflake.schema; " +
    `to have the SQL take one for the stack's, set its comment to ${names.comment}, stream NAME`;
  const list =
    "LISTAGG(LOWER(OWN.KIND) || ' ' || OWN.NAME || ' of stream ' || OWN.STREAM, ', ') WITHIN GROUP (ORDER BY OWN.PLACE)";
  const message = `${literal(start)} || ${list} || ${literal(end)}`;
  // An exception's message is a constant: docs.snowflake.com/en/developer-guide/snowflake-scripting/exceptions
  const constant = `REPLACE(REPLACE(${message}, ${literal("\\")}, ${literal("\\\\")}), ${literal("'")}, ${literal("''")})`;
  const statement = `${literal("DECLARE not_ours EXCEPTION (-20005, '")} || ${constant} || ${literal("'); BEGIN RAISE not_ours; END;")}`;
  const objects = names.streams.flatMap((stream) => touched(outputs, stream));
  return runEach(
    names,
    `SELECT ${statement} AS STATEMENT
${ownSql(names, objects)}
WHERE NOT ${isOurs(names)}
HAVING COUNT(*) > 0`,
  );
}

/** Drops those of the objects that are the stack's, and leaves others of the same name alone. */
export function dropOursSql(names: Names, objects: readonly OwnObject[]): string {
  return runEach(
    names,
    `SELECT 'DROP ' || OWN.KIND || ' IF EXISTS ' || ${literal(`${names.schema}.`)} || OWN.NAME AS STATEMENT
${ownSql(names, objects)}
WHERE ${isOurs(names)}
ORDER BY OWN.PLACE`,
  );
}

/** Runs the statements that a query answers. There is no view of tasks: LAST_QUERY_ID in the query is that of SHOW TASKS. */
function runEach({ schema }: Names, query: string): string {
  return block([
    "BEGIN",
    `  SHOW TASKS IN SCHEMA ${schema};`,
    "  LET found RESULTSET := (",
    `    ${indent(query, 4)}`,
    "  );",
    "  FOR one IN found DO",
    "    LET sql_text VARCHAR := one.STATEMENT;",
    "    EXECUTE IMMEDIATE :sql_text;",
    "  END FOR;",
    "END;",
  ]);
}

/**
 * By its comment, whether the stack had told its name when it was written or not; without a comment, by what it reads or holds.
 * Views have their version behind the comment.
 */
function isOurs({ comments }: Names): string {
  const own = comments.map((comment) => `${literal(`${comment}, stream `)} || OWN.STREAM`);
  return `COALESCE(
  REGEXP_REPLACE(FOUND.COMMENT, ', version [0-9]+$') IN (${own.join(", ")})
    OR (COALESCE(FOUND.COMMENT, '') = '' AND CONTAINS(FOUND.ORIGIN, OWN.ORIGIN)),
  FALSE
)`;
}

/** Objects of these names that there are, FOUND beside OWN. Tables and views of a schema share their names. */
function ownSql({ database, schema, storedSchema }: Names, objects: readonly OwnObject[]): string {
  const from = `FROM ${database}.INFORMATION_SCHEMA`;
  const join = `LEFT JOIN ${database}.INFORMATION_SCHEMA`;
  const stored = literal(storedSchema);
  const rows = objects.map(({ kind, name, stream, origin }, place) => {
    const texts = [kind, name.slice(schema.length + 1), stream.stream.name].map(literal);
    return `(${[place, ...texts, origin === undefined ? "NULL::VARCHAR" : literal(origin)].join(", ")})`;
  });
  return `FROM (
  SELECT 'FILE FORMAT' AS NAMESPACE, FILE_FORMAT_NAME AS NAME, EACH.COMMENT AS COMMENT, STAGE_URL AS ORIGIN
  ${from}.FILE_FORMATS AS EACH
  ${join}.STAGES AS A_STAGE ON STAGE_SCHEMA = FILE_FORMAT_SCHEMA AND STAGE_NAME = REGEXP_REPLACE(FILE_FORMAT_NAME, 'FORMAT$', 'STAGE')
  WHERE FILE_FORMAT_SCHEMA = ${stored}
  UNION ALL
  SELECT 'STAGE', STAGE_NAME, COMMENT, STAGE_URL ${from}.STAGES WHERE STAGE_SCHEMA = ${stored}
  UNION ALL
  SELECT 'TABLE', EACH.TABLE_NAME, COALESCE(A_VIEW.COMMENT, EACH.COMMENT), COALESCE(VIEW_DEFINITION, COLUMN_NAME)
  ${from}.TABLES AS EACH
  ${join}.VIEWS AS A_VIEW ON A_VIEW.TABLE_SCHEMA = EACH.TABLE_SCHEMA AND A_VIEW.TABLE_NAME = EACH.TABLE_NAME
  ${join}.COLUMNS AS A_COLUMN
    ON A_COLUMN.TABLE_SCHEMA = EACH.TABLE_SCHEMA AND A_COLUMN.TABLE_NAME = EACH.TABLE_NAME AND COLUMN_NAME = ${literal(LANDED)}
  WHERE EACH.TABLE_SCHEMA = ${stored}
  UNION ALL
  SELECT 'PIPE', PIPE_NAME, COMMENT, DEFINITION ${from}.PIPES WHERE PIPE_SCHEMA = ${stored}
  UNION ALL
  SELECT 'TASK', "name", "comment", "definition" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))
) AS FOUND
JOIN (VALUES
  ${rows.join(",\n  ")}
) AS OWN (PLACE, KIND, NAME, STREAM, ORIGIN)
  ON OWN.NAME = '"' || REPLACE(FOUND.NAME, '"', '""') || '"'
  AND FOUND.NAMESPACE = IFF(OWN.KIND IN ('VIEW', 'DYNAMIC TABLE'), 'TABLE', OWN.KIND)`;
}
