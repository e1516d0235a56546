import type { PipelineOutputs } from "../outputs";
import { keyPrefixOf } from "../snowflake/sql/files-sql";
import { literal } from "../snowflake/sql/identifiers";
import { copySql } from "../snowflake/sql/load-sql";
import { namesOf, type StreamNames } from "../snowflake/sql/names";
import { block, indent, KEEP_CASE } from "../snowflake/sql/scripting";
import { counted } from "../terminal/counted";
import type { FileReport } from "./reconciliation";
import type { FileState } from "./states";

/** States of files that Snowflake has not loaded and will not load by itself. */
export const missingStates: readonly FileState[] = ["failed", "skipped"];

/** A file that is to be loaded. */
export type MissingFile = Pick<FileReport, "stream" | "key" | "state" | "modified">;

/** Files of one stream that one COPY loads. */
export interface Batch {
  readonly stream: string;
  readonly files: readonly MissingFile[];
}

/** Status of a file that was loaded after the comparison, so that its batch was left out. Others are COPY's. */
export const LOADED_SINCE = "LOADED_SINCE";

/** Most names that FILES takes. docs.snowflake.com/en/sql-reference/sql/copy-into-table */
const BATCH = 1000;
/** A statement may have 1 MB, and has each name three times. docs.snowflake.com/en/user-guide/query-size-limits */
const BATCH_BYTES = 200_000;
/** Days for which a table knows its own loads: COPY skips older files unless LOAD_UNCERTAIN_FILES or FORCE is set. */
const LOAD_METADATA_DAYS = 64;
const DAY_MS = 86_400_000;

/**
 * SQL that loads exactly these files. A batch of which a file was loaded after `asked` is left out, since COPY knows no loads of a
 * pipe: so that the SQL may be run twice, and late. Each batch answers with COPY's rows, or with those that kept it from running.
 *
 * @param asked when Snowflake gave the answers, in milliseconds since 1970.
 */
export function loadMissingSql(outputs: PipelineOutputs, batches: readonly Batch[], asked: number): string {
  const names = namesOf(outputs);
  const count = batches.reduce((sum, { files }) => sum + files.length, 0);
  const statements = names.streams.flatMap((stream) =>
    batches
      .filter((batch) => batch.stream === stream.stream.name)
      .map(({ files }) => batchSql(stream, files, asked)),
  );
  return [
    `-- Loads ${counted(count, "file")} that Snowflake has not loaded, in batches of ${BATCH} at most.`,
    KEEP_CASE,
    // With FALSE, which an account may set, the end of the session would undo the last COPY: docs.snowflake.com/en/sql-reference/transactions
    "ALTER SESSION SET AUTOCOMMIT = TRUE",
    `USE ROLE ${names.loadingRole}`,
    `USE WAREHOUSE ${names.warehouse}`,
    ...statements,
  ]
    .map((text) => (text.startsWith("--") ? text : `${text};`))
    .join("\n")
    .concat("\n");
}

/** Files as they are loaded, by the stream that they are of. */
export function batchesOf(missing: readonly MissingFile[]): Batch[] {
  const batches: { readonly stream: string; readonly files: MissingFile[]; bytes: number }[] = [];
  const open = new Map<string, (typeof batches)[number]>();
  for (const file of missing) {
    const bytes = Buffer.byteLength(literal(file.key));
    let batch = open.get(file.stream);
    if (batch === undefined || batch.files.length === BATCH || batch.bytes + bytes > BATCH_BYTES) {
      batch = { stream: file.stream, files: [], bytes: 0 };
      batches.push(batch);
      open.set(file.stream, batch);
    }
    batch.files.push(file);
    batch.bytes += bytes;
  }
  return batches;
}

/** COPY may be what a RESULTSET is of. docs.snowflake.com/en/developer-guide/snowflake-scripting/resultsets */
function batchSql(stream: StreamNames, batch: readonly MissingFile[], asked: number): string {
  const prefix = keyPrefixOf(stream.stream);
  const isOld = batch.some(({ modified = 0 }) => asked - modified >= LOAD_METADATA_DAYS * DAY_MS);
  const files = batch.map(({ key }) => literal(key.slice(prefix.length)));
  const keys = batch.map(({ key }) => literal(key));
  const options = `${isOld ? "\nLOAD_UNCERTAIN_FILES = TRUE" : ""}\nFILES = (\n  ${files.join(",\n  ")}\n)`;
  const since = (depth: string) =>
    [
      `FROM ${stream.table}`,
      `WHERE LOADED_AT > TO_TIMESTAMP_LTZ(${asked}, 3)`,
      `  AND FILE_NAME IN (\n${depth}    ${keys.join(`,\n${depth}    `)}\n${depth}  )`,
    ].join(`\n${depth}`);
  return block([
    "BEGIN",
    "  IF (EXISTS (",
    `    SELECT 1 ${since("    ")}`,
    "  )) THEN",
    "    LET since RESULTSET := (",
    `      SELECT DISTINCT FILE_NAME AS "file", '${LOADED_SINCE}' AS "status"`,
    `      ${since("      ")}`,
    "    );",
    "    RETURN TABLE(since);",
    "  END IF;",
    `  LET loads RESULTSET := (\n    ${indent(copySql(stream) + options, 4)}\n  );`,
    "  RETURN TABLE(loads);",
    "END;",
  ]);
}
