import type { PipelineOutputs } from "../../outputs";
import { filesViewSql } from "./files-sql";
import { canonicalName, literal } from "./identifiers";
import { landingColumns } from "./landing";
import type { Names, StreamNames } from "./names";
import { block, indent } from "./scripting";

/** Fields of Braintrust's records that the view gives a type, behind the columns of the table; null where a record has none. */
const typedColumns = [
  // Without AUTO the format would be the TIMESTAMP_INPUT_FORMAT of who asks: docs.snowflake.com/en/sql-reference/functions/try_to_timestamp
  { name: "CREATED", expression: "TRY_TO_TIMESTAMP_TZ(RAW:created::VARCHAR, 'AUTO')" },
  { name: "PROJECT_ID", expression: "RAW:project_id::VARCHAR" },
  { name: "SPAN_ID", expression: "RAW:span_id::VARCHAR" },
  { name: "ROOT_SPAN_ID", expression: "RAW:root_span_id::VARCHAR" },
  { name: "IS_ROOT", expression: "TRY_TO_BOOLEAN(RAW:is_root::VARCHAR)" },
  { name: "SPAN_NAME", expression: "RAW:span_attributes.name::VARCHAR" },
  { name: "SPAN_TYPE", expression: "RAW:span_attributes.type::VARCHAR" },
] as const;

/** Raised with each change of a view's query, which its comment names: an existing view of an earlier one is replaced. */
const LATEST_VERSION = 3;
const FILES_VERSION = 1;

/**
 * Braintrust exports a changed record again with a higher `_xact_id` and the same `id`; a record without `id` (a query of
 * one's own) counts as itself.
 */
export function latestView(names: Names, { table, view, storedView, comment }: StreamNames): string {
  const query = newestRows(table);
  return versionedView(names, { view, storedView, comment, version: LATEST_VERSION, query });
}

/** Each file of the stream, and whether it was loaded. */
export function filesView(outputs: PipelineOutputs, names: Names, stream: StreamNames): string {
  const { files: view, storedFiles: storedView, comment } = stream;
  const query = filesViewSql(outputs, names, stream);
  return versionedView(names, { view, storedView, comment, version: FILES_VERSION, query });
}

interface View extends Pick<StreamNames, "view" | "storedView" | "comment"> {
  readonly version: number;
  readonly query: string;
}

/**
 * No statement changes the query of a view (docs.snowflake.com/en/sql-reference/sql/create-view, CREATE OR ALTER VIEW), and
 * replacing one drops its policies and tags and stales its streams. So one of the present version is left as it is, and an
 * earlier one is replaced only where it has neither of its own; COPY GRANTS keeps the reading role's rights. The next view inherits
 * the tags of account, database and schema, and the policies of tags, as this one does: LEVEL is where a tag is set, TAG_NAME the tag
 * that brings a policy (docs.snowflake.com/en/sql-reference/functions/tag_references_all_columns, .../policy_references).
 */
function versionedView(
  { database, storedSchema }: Names,
  { view, storedView, comment, version, query }: View,
): string {
  const versioned = `${comment}, version ${version}`;
  const found = `SELECT 1 FROM ${database}.INFORMATION_SCHEMA.VIEWS WHERE TABLE_SCHEMA = ${literal(storedSchema)} AND TABLE_NAME = ${literal(storedView)}`;
  const kept =
    "kept as an earlier version made it, since it has policies or tags, which replacing it would drop: to upgrade, note them, " +
    "drop the view, run this again, and set them";
  return block([
    "DECLARE",
    "  attached NUMBER DEFAULT 0;",
    "BEGIN",
    `  IF (EXISTS (${found} AND COMMENT = ${literal(versioned)})) THEN`,
    "    RETURN 'unchanged';",
    "  END IF;",
    `  IF (EXISTS (${found})) THEN`,
    `    SELECT COUNT(*) INTO :attached FROM TABLE(${database}.INFORMATION_SCHEMA.POLICY_REFERENCES(REF_ENTITY_NAME => ${literal(view)}, REF_ENTITY_DOMAIN => 'VIEW')) WHERE TAG_NAME IS NULL;`,
    "    IF (attached = 0) THEN",
    `      SELECT COUNT(*) INTO :attached FROM TABLE(${database}.INFORMATION_SCHEMA.TAG_REFERENCES_ALL_COLUMNS(${literal(view)}, 'TABLE')) WHERE LEVEL NOT IN ('ACCOUNT', 'DATABASE', 'SCHEMA');`,
    "    END IF;",
    "    IF (attached > 0) THEN",
    `      RETURN ${literal(kept)};`,
    "    END IF;",
    "  END IF;",
    `  CREATE OR REPLACE VIEW ${view} COPY GRANTS COMMENT = ${literal(versioned)} AS`,
    `  ${indent(query, 2)};`,
    "  RETURN 'created';",
    "END;",
  ]);
}

/**
 * The same rows as the view's, kept by refreshes of what has changed: QUALIFY ROW_NUMBER() = 1 is among what these are made for
 * (docs.snowflake.com/en/user-guide/dynamic-tables/refresh-optimization). By default Snowflake would choose full refreshes for a
 * query that it cannot refresh so, or where it thinks them cheaper; named, CREATE fails then (.../dynamic-tables/refresh-modes).
 */
export function currentTable(
  { warehouse }: Names,
  { table, current, comment }: StreamNames,
  lag: number,
): string[] {
  const target = `TARGET_LAG = '${lag} minutes' WAREHOUSE = ${warehouse}`;
  return [
    `CREATE DYNAMIC TABLE IF NOT EXISTS ${current}
  ${target.replace(" WAREHOUSE", "\n  WAREHOUSE")}
  REFRESH_MODE = INCREMENTAL
  COMMENT = ${literal(comment)}
AS
${newestRows(table)}`,
    `ALTER DYNAMIC TABLE ${current} SET ${target}`,
  ];
}

/**
 * Incremental refreshes need a history of the tables that they read, and CREATE fails without one, as dynamic tables that exist do
 * with their next refresh: docs.snowflake.com/en/user-guide/dynamic-tables-create (change tracking). How long it is kept costs
 * storage, and is the company's to say.
 */
export function refuseNoHistory({ database, schema, storedSchema, streams }: Names): string {
  const setting = "DATA_RETENTION_TIME_IN_DAYS";
  const [first] = streams;
  const message = `landing tables keep no history (${setting} = 0), without which Snowflake cannot keep dynamic tables; find them by SHOW TABLES IN SCHEMA ${schema}, column retention_time, and run ALTER TABLE ${first?.table} SET ${setting} = 1 and the like, or remove snowflake.currentLagMinutes`;
  const tables = streams.map(({ stream }) => literal(canonicalName(stream.table)));
  return block([
    "DECLARE",
    `  no_history EXCEPTION (-20007, ${literal(message)});`,
    "BEGIN",
    "  IF (EXISTS (",
    `    SELECT 1 FROM ${database}.INFORMATION_SCHEMA.TABLES`,
    `    WHERE TABLE_SCHEMA = ${literal(storedSchema)} AND TABLE_NAME IN (${tables.join(", ")}) AND RETENTION_TIME = 0`,
    "  )) THEN",
    "    RAISE no_history;",
    "  END IF;",
    "END;",
  ]);
}

function newestRows(table: string): string {
  return `SELECT
  RAW:id::VARCHAR AS ID,
  TRY_TO_NUMBER(RAW:_xact_id::VARCHAR, 38, 0) AS XACT_ID,
  ${landingColumns.map(({ name }) => name).join(",\n  ")},
  ${typedColumns.map(({ name, expression }) => `${expression} AS ${name}`).join(",\n  ")}
FROM ${table}
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY COALESCE(RAW:id::VARCHAR, FILE_NAME || ':' || FILE_ROW_NUMBER)
  ORDER BY
    TRY_TO_NUMBER(RAW:_xact_id::VARCHAR, 38, 0) DESC NULLS LAST,
    FILE_LAST_MODIFIED DESC,
    LOADED_AT DESC,
    FILE_NAME DESC,
    FILE_ROW_NUMBER DESC
) = 1`;
}
