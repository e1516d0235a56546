import { stripVTControlCharacters } from "node:util";
import { CsvError, parse } from "csv-parse/sync";
import { type AnswerTable, type Found, table } from "./answer-rows";
import { readBoxes } from "./drawn-tables";

/**
 * Takes the tables out of a text: JSON, boxes drawn by `snow` or by hand, comma or tab separated values, in any
 * order and with anything between them. Forms: docs.snowflake.com/en/developer-guide/snowflake-cli/sql/execute-sql
 *
 * Names of columns are in lower case throughout.
 *
 * @param isHeader tells the column line of separated values from a line that happens to have commas.
 * @param neverEmpty columns of names and types, which have something in every row, where a table has them.
 */
export function readTables(
  text: string,
  isHeader: (columns: readonly string[]) => boolean,
  neverEmpty: readonly string[],
): AnswerTable[] {
  const lines = stripVTControlCharacters(onScreen(text))
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/);
  const tables: AnswerTable[] = [];
  let previousBare = false;
  for (let at = 0; at < lines.length; ) {
    const found =
      readJson(lines, at) ?? readBoxes(lines, at, neverEmpty) ?? readSeparated(lines, at, isHeader);
    if (found === undefined) {
      at += 1;
      continue;
    }
    const last = tables.at(-1);
    const [first] = found.tables;
    if (previousBare && found.bare && last && first && String(last.columns) === String(first.columns)) {
      tables[tables.length - 1] = { columns: last.columns, rows: [...last.rows, ...first.rows] };
    } else {
      tables.push(...found.tables);
    }
    previousBare = found.bare ?? false;
    at = found.next;
  }
  return tables;
}

const ERASE_LINE = "\u001b[2K";
const LINE_UP = "\u001b[1A";

/** What a terminal shows in the end: a table that `snow` draws while its rows arrive is erased from below and drawn again. */
function onScreen(text: string): string {
  const [first = "", ...erased] = text.split(ERASE_LINE);
  const lines = first.split("\n");
  for (const part of erased) {
    lines[lines.length - 1] = "";
    const up = part.startsWith(LINE_UP);
    if (up && lines.length > 1) lines.pop();
    const [goesOn = "", ...further] = part.slice(up ? LINE_UP.length : 0).split("\n");
    lines[lines.length - 1] += goesOn;
    for (const line of further) lines.push(line);
  }
  return lines.join("\n");
}

/** Leaves what follows the document on its last line in `lines`, to be read next. */
function readJson(lines: string[], at: number): Found | undefined {
  if (!/^\s*[[{]/.test(lines[at] ?? "")) return undefined;
  const rest = lines.slice(at).join("\n");
  const end = endOfDocument(rest);
  const value = end === undefined ? undefined : parseJson(rest.slice(0, end));
  if (end === undefined || value === undefined) return undefined;
  const next = at + rest.slice(0, end).split("\n").length - 1;
  lines[next] = rest.slice(end).split("\n", 1)[0] ?? "";
  return { tables: jsonTables(value, 0), next, bare: isRecord(value) };
}

function endOfDocument(text: string): number | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') {
      for (at += 1; at < text.length && text[at] !== '"'; at += 1) if (text[at] === "\\") at += 1;
    } else if (char === "[" || char === "{") {
      depth += 1;
    } else if (char === "]" || char === "}") {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

/** Value of a JSON text, or undefined if it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One statement answers with an array of rows; several with an array of those, which may be of any mixture. */
function jsonTables(value: unknown, depth: number): AnswerTable[] {
  if (isRecord(value)) return [jsonTable([value])];
  if (!Array.isArray(value) || depth > 2) return [];
  if (value.length > 0 && value.every(isRecord)) return [jsonTable(value)];
  return value.flatMap((item) => jsonTables(item, depth + 1));
}

function jsonTable(records: readonly Record<string, unknown>[]): AnswerTable {
  const [first = {}] = records;
  if ("Statement" in first || "Principal" in first) {
    return table(
      ["policy"],
      records.map((record) => [JSON.stringify(record)]),
    );
  }
  const columns = Object.keys(first);
  return table(
    columns,
    records.map((record) => columns.map((column) => jsonCell(record[column]))),
  );
}

function jsonCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function readSeparated(
  lines: readonly string[],
  at: number,
  isHeader: (columns: readonly string[]) => boolean,
): Found | undefined {
  const headerOf = (line: number, delimiter: string) => {
    const names = record(lines, line, line + 1, delimiter)?.cells.map((name) => name.trim().toLowerCase());
    return names && isHeader(names) ? names : undefined;
  };
  for (const delimiter of ["\t", ","]) {
    const columns = headerOf(at, delimiter);
    if (columns === undefined) continue;
    const rows: string[][] = [];
    let next = at + 1;
    // A table of one column has one row: nothing would tell a second one from the lines behind it.
    while (next < lines.length && (columns.length > 1 || rows.length === 0)) {
      if (headerOf(next, "\t") || headerOf(next, ",")) break;
      const row = record(lines, next, next + longestRecord, delimiter);
      if (row === undefined || row.cells.length !== columns.length) break;
      rows.push(row.cells);
      next = row.next;
    }
    return { tables: [table(columns, rows)], next };
  }
  return undefined;
}

/** Lines of one record: a pipe's definition has some dozens, a stray quotation mark would take the whole text. */
const longestRecord = 200;

function record(
  lines: readonly string[],
  at: number,
  limit: number,
  delimiter: string,
): { cells: string[]; next: number } | undefined {
  for (let next = at + 1; next <= Math.min(limit, lines.length); next += 1) {
    try {
      const records: string[][] = parse(lines.slice(at, next).join("\n"), {
        delimiter,
        record_delimiter: "\n",
        relax_quotes: true,
      });
      const [cells] = records;
      return cells && records.length === 1 ? { cells, next } : undefined;
    } catch (error) {
      if (!(error instanceof CsvError) || error.code !== "CSV_QUOTE_NOT_CLOSED") return undefined;
    }
  }
  return undefined;
}
