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
export type MissingFile = Pick<FileReport, "stream" | "key" | "modified">;

/** Most names that FILES takes. docs.snowflake.com/en/sql-reference/sql/copy-into-table */
const BATCH = 1000;
/** Days for which a table knows its own loads: COPY skips older files unless LOAD_UNCERTAIN_FILES or FORCE is set. */
const LOAD_METADATA_DAYS = 64;
const DAY_MS = 86_400_000;

/**
 * SQL that loads exactly these files. A batch of which a file was loaded after `asked` is left out, since COPY knows no loads of a
 * pipe: so that the SQL may be run twice, and late.
 *
 * @param asked when Snowflake gave the answers, in milliseconds since 1970.
 */
export function loadMissingSql(
  outputs: PipelineOutputs,
  missing: readonly MissingFile[],
  asked: number,
): string {
  const names = namesOf(outputs);
  const statements = names.streams.flatMap((stream) => {
    const files = missing.filter((file) => file.stream === stream.stream.name);
    return batchesOf(files).map((batch) => batchSql(stream, batch, asked));
  });
  return [
    `-- Loads ${counted(missing.length, "file")} that Snowflake has not loaded, in batches of ${BATCH}.`,
    KEEP_CASE,
    `USE ROLE ${names.loadingRole}`,
    `USE WAREHOUSE ${names.warehouse}`,
    ...statements,
  ]
    .map((text) => (text.startsWith("--") ? text : `${text};`))
    .join("\n")
    .concat("\n");
}

function batchesOf(files: readonly MissingFile[]): MissingFile[][] {
  return Array.from({ length: Math.ceil(files.length / BATCH) }, (_, index) =>
    files.slice(index * BATCH, (index + 1) * BATCH),
  );
}

function batchSql(stream: StreamNames, batch: readonly MissingFile[], asked: number): string {
  const prefix = keyPrefixOf(stream.stream);
  const isOld = batch.some(({ modified = 0 }) => asked - modified >= LOAD_METADATA_DAYS * DAY_MS);
  const files = batch.map(({ key }) => literal(key.slice(prefix.length)));
  const keys = batch.map(({ key }) => literal(key));
  const options = `${isOld ? "\nLOAD_UNCERTAIN_FILES = TRUE" : ""}\nFILES = (\n  ${files.join(",\n  ")}\n)`;
  return block([
    "BEGIN",
    "  IF (EXISTS (",
    `    SELECT 1 FROM ${stream.table}`,
    `    WHERE LOADED_AT > TO_TIMESTAMP_LTZ(${asked}, 3)`,
    `      AND FILE_NAME IN (\n        ${keys.join(",\n        ")}\n      )`,
    "  )) THEN",
    "    RETURN 'left out: a file of this batch was loaded meanwhile; run reconcile again';",
    "  END IF;",
    `  ${indent(copySql(stream) + options, 2)};`,
    `  RETURN 'loaded what can be read of ${counted(batch.length, "file")}';`,
    "END;",
  ]);
}
