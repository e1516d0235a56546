import { stripVTControlCharacters } from "node:util";
import { CsvError, parse } from "csv-parse/sync";

/** One row of an answer: column name in lower case -> cell as text. A NULL is empty where the form tells it from text. */
export type Row = ReadonlyMap<string, string>;

/** What one statement answered. A table that could not be taken apart has columns and no rows. */
export interface AnswerTable {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

interface Found {
  readonly tables: readonly AnswerTable[];
  /** Line to go on with. */
  readonly next: number;
  /** A row that stands alone, as in JSON lines. */
  readonly bare?: boolean;
}

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
  const lines = stripVTControlCharacters(text)
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

function table(names: readonly string[], rows: readonly (readonly string[])[]): AnswerTable {
  const columns = names.map((name) => name.trim().toLowerCase());
  return { columns, rows: rows.map((cells) => new Map(columns.map((name, at) => [name, cells[at] ?? ""]))) };
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

/** Tables drawn with lines, one below the other, with no blank line needed between them. */
function readBoxes(lines: readonly string[], at: number, neverEmpty: readonly string[]): Found | undefined {
  let next = at;
  while (next < lines.length && boxLine.test(lines[next] ?? "")) next += 1;
  if (next === at) return undefined;
  const drawn = lines.slice(at, next).map((line) => line.trim());
  const starts = drawn.flatMap((line, i) =>
    i === 0 || (isRule(line) && isRule(drawn[i - 1] ?? "")) ? [i] : [],
  );
  return {
    tables: starts.flatMap((start, i) => boxTable(drawn.slice(start, starts[i + 1]), neverEmpty)),
    next,
  };
}

const boxLine = /^\s*[|+\u2500-\u257F].*[|+\u2500-\u257F]\s*$/su;
const isRule = (line: string) => /^[|+=\u2500-\u257F-]+$/.test(line) && /[-=\u2500\u2501\u2550]/.test(line);
const isMarkdownRule = (line: string) => /^\|(\s*:?-+:?\s*\|)+$/.test(line);

function boxTable(drawn: readonly string[], neverEmpty: readonly string[]): AnswerTable[] {
  const ruleAt = drawn.findIndex((line, i) => i > 0 && (isRule(line) || (i === 1 && isMarkdownRule(line))));
  const rule = drawn[ruleAt] ?? "";
  const junctions = [...rule].flatMap((char, i) => (/[-=:\s\u2500\u2501\u2550]/.test(char) ? [] : [i]));
  const header = drawn.slice(0, ruleAt).filter((line) => !isRule(line));
  if (ruleAt < 1 || header.length === 0 || junctions.length < 2) return [];

  // A cell has a blank on either side.
  const widths = junctions.slice(1).map((end, i) => end - (junctions[i] ?? 0) - 3);
  const cellsOf = (line: string) => splitCells(line, junctions);
  const columns = joinLines(header.map(cellsOf), widths);
  const aligned = drawn.every((line) => displayWidth(line) === rule.length);
  const cutOff = isRule(drawn[0] ?? "") && !isRule(drawn.at(-1) ?? "");
  if (cutOff || (!aligned && !isMarkdownRule(rule))) return [{ columns, rows: [] }];

  const blocks: string[][] = [[]];
  for (const line of drawn.slice(ruleAt + 1)) {
    if (isRule(line)) blocks.push([]);
    else blocks.at(-1)?.push(line);
  }
  const bodies = blocks.filter((block) => block.length > 0).map((block) => block.map(cellsOf));
  const names = columns.flatMap((column, i) => (neverEmpty.includes(column.toLowerCase()) ? [i] : []));
  const rowsOf = (body: string[][]) =>
    aligned ? foldedRows(body, widths, names) : body.map((cells) => [cells]);
  const rows = aligned && bodies.length > 1 ? bodies : bodies.flatMap(rowsOf);
  return [
    table(
      columns,
      rows.map((row) => joinLines(row, widths)),
    ),
  ];
}

/** By position where a cell has the border's character in it. */
function splitCells(line: string, junctions: readonly number[]): string[] {
  const border = line[0] ?? "|";
  const pieces = line.slice(1, -1).split(border);
  if (pieces.length === junctions.length - 1) return pieces.map(unpad);
  const cells = junctions.slice(1).map(() => "");
  let column = 0;
  for (const char of line) {
    const cell = junctions.findIndex((end) => end >= column) - 1;
    if (cell >= 0 && junctions[cell + 1] !== column) cells[cell] = `${cells[cell]}${char}`;
    column += displayWidth(char);
  }
  return cells.map(unpad);
}

const unpad = (cell: string) => cell.replace(/^ /, "").trimEnd();

/** Columns that a text takes on a terminal: East Asian wide characters and emoji take two. */
function displayWidth(text: string): number {
  let width = 0;
  for (const char of text) width += zeroWidth.test(char) ? 0 : wide.test(char) ? 2 : 1;
  return width;
}

const zeroWidth = /[\p{Mn}\p{Me}\p{Cf}]/u;
const wide =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}/u;

/**
 * Groups drawn lines into rows. `snow` folds what is wider than the terminal over further lines and draws nothing
 * between rows: a line goes on with its row if the first cell or a name is empty, or if every cell may go on from
 * above; a name goes on where it was cut, not at a blank. A wrong guess spoils the names along with the values, so
 * that nothing is recognised rather than half a value.
 */
function foldedRows(
  body: readonly string[][],
  widths: readonly number[],
  names: readonly number[],
): string[][][] {
  const isTail = (cells: readonly string[]) => [0, ...names].some((at) => cells[at] === "");
  const folds = widths.length === 1 || body.some(isTail);
  const rows: string[][][] = [];
  body.forEach((cells, i) => {
    const above = body[i - 1];
    const goesOn = (cell: string, at: number) => {
      const between = cell === "" ? "" : breakBetween(above?.[at] ?? "", cell, widths[at] ?? 0);
      return between === "" || (between === " " && !names.includes(at));
    };
    if (folds && above && (isTail(cells) || cells.every(goesOn))) rows.at(-1)?.push(cells);
    else rows.push([cells]);
  });
  return rows;
}

function joinLines(lines: readonly (readonly string[])[], widths: readonly number[]): string[] {
  return widths.map((width, at) => {
    const parts = lines.map((cells) => cells[at] ?? "");
    while (parts.at(-1) === "") parts.pop();
    while (parts[0] === "") parts.shift();
    return parts.reduce((text, part, i) => {
      return i === 0 ? part : text + breakBetween(parts[i - 1] ?? "", part, width) + part;
    }, "");
  });
}

/** What stood between two lines of a cell: nothing in a folded word, a blank, or a line end where the word had room. */
function breakBetween(above: string, below: string, width: number): "" | " " | "\n" {
  const [word = ""] = below.split(" ", 1);
  const [char = ""] = below;
  if (above === "" || below === "") return "\n";
  if (displayWidth(above) + displayWidth(char) > width) return "";
  return displayWidth(above) + 1 + displayWidth(word) > width ? " " : "\n";
}
