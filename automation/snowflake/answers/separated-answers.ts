import { CsvError, parse } from "csv-parse/sync";
import { type AnswerTable, table } from "./answer-rows";

/** A table within a text. */
export interface SeparatedTable {
  readonly table: AnswerTable;
  /** Position behind it. */
  readonly end: number;
}

/**
 * Reads the table of comma, tab or semicolon separated values whose line of column names begins at a position.
 *
 * @param isHeader tells that line from one that happens to have commas.
 */
export function readSeparated(
  text: string,
  start: number,
  isHeader: (columns: readonly string[]) => boolean,
): SeparatedTable | undefined {
  const header = headerOf(lineAt(text, start), isHeader);
  if (header === undefined) return undefined;
  const { delimiter, columns } = header;
  const first = lineEnd(text, start) + 1;
  let stop = first;
  // A second column line begins another table.
  while (stop < text.length && headerOf(lineAt(text, stop), isHeader) === undefined)
    stop = lineEnd(text, stop) + 1;

  const rows: string[][] = [];
  let end = Math.min(first, text.length);
  for (const { record, raw } of records(text.slice(first, stop), delimiter)) {
    // Nothing would tell a second row of one column from the lines behind it.
    if (record.length !== columns.length || (columns.length === 1 && rows.length > 0)) break;
    rows.push(record);
    end += raw.length;
  }
  return { table: table(columns, rows), end };
}

/** Position of the end of the line in which a position is. */
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

function lineAt(text: string, start: number): string {
  return text.slice(start, lineEnd(text, start));
}

/** A column that each answer has. Other lines, of which there may be millions, are not taken apart. */
const telling =
  /property_value|notification_channel|sns_policy|system\$get_(aws_sns_iam_policy|snowflake_platform_info)/i;

function headerOf(line: string, isHeader: (columns: readonly string[]) => boolean) {
  if (!telling.test(line)) return undefined;
  // Excel saves CSV with semicolons where a comma stands in decimal numbers.
  for (const delimiter of ["\t", ",", ";"]) {
    const columns = line.split(delimiter).map((name) =>
      name
        .trim()
        .replace(/^"(.*)"$/, "$1")
        .toLowerCase(),
    );
    if (isHeader(columns)) return { delimiter, columns };
  }
  return undefined;
}

interface CsvRecord {
  readonly record: string[];
  /** The text it was read from. */
  readonly raw: string;
}

/** The records up to one whose quotation mark is never closed. */
function records(text: string, delimiter: string): CsvRecord[] {
  const found: CsvRecord[] = [];
  try {
    parse(text, {
      delimiter,
      record_delimiter: "\n",
      relax_quotes: true,
      relax_column_count: true,
      raw: true,
      on_record: (record: unknown) => {
        found.push(record as CsvRecord);
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
  }
  return found;
}
