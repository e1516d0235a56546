import { stripVTControlCharacters } from "node:util";
import type { AnswerTable, Row } from "./answer-rows";
import { isRecord, jsonReader, jsonTables } from "./json-answers";
import { lineEnd, readSeparated } from "./separated-answers";

/** What a text has in it. */
export interface AnswerTables {
  readonly tables: readonly AnswerTable[];
  /** First line of a table that is drawn with lines, if there is one. */
  readonly drawnAt: number | undefined;
}

/**
 * Takes the tables out of a text: JSON, comma or tab separated values, in any order and with anything between them.
 * Forms: docs.snowflake.com/en/developer-guide/snowflake-cli/sql/execute-sql. The time this takes grows as the text does.
 *
 * Names of columns are in lower case throughout.
 *
 * @param isHeader tells the column line of separated values from a line that happens to have commas.
 */
export function readTables(answers: string, isHeader: (columns: readonly string[]) => boolean): AnswerTables {
  const text = stripVTControlCharacters(answers)
    .replace(/^\uFEFF/, "")
    .replace(/\r\n?/g, "\n");
  const json = jsonReader(text);
  const tables: AnswerTable[] = [];
  let drawnAt: number | undefined;
  let lines: Lines | undefined;
  for (let at = 0; at < text.length; ) {
    const start = behindBlanks(text, at);
    const document = json.at(start);
    if (document !== undefined) {
      const found = jsonTables(document.value);
      lines = isRecord(document.value) ? addLine(tables, found, lines) : undefined;
      if (lines === undefined) for (const each of found) tables.push(each);
      at = document.end;
      continue;
    }
    const separated = readSeparated(text, at, isHeader);
    if (separated !== undefined) {
      lines = undefined;
      tables.push(separated.table);
      at = separated.end;
      continue;
    }
    const end = lineEnd(text, at);
    const line = text.slice(at, end).trim();
    if (line !== "") lines = undefined;
    if (drawnAt === undefined && isDrawn(line)) drawnAt = text.slice(0, at).split("\n").length;
    at = end + 1;
  }
  return { tables, drawnAt };
}

/** A table of JSON lines that further rows may belong to. */
interface Lines {
  readonly columns: readonly string[];
  readonly rows: Row[];
}

function addLine(
  tables: AnswerTable[],
  found: readonly AnswerTable[],
  lines: Lines | undefined,
): Lines | undefined {
  const [{ columns, rows } = { columns: [], rows: [] }] = found;
  if (lines?.columns.length === columns.length && columns.every((name, at) => name === lines.columns[at])) {
    for (const row of rows) lines.rows.push(row);
    return lines;
  }
  const begun = { columns, rows: [...rows] };
  tables.push(begun);
  return begun;
}

function behindBlanks(text: string, from: number): number {
  const blanks = /[^\S\n]*/y;
  blanks.lastIndex = from;
  blanks.test(text);
  return blanks.lastIndex;
}

/** A rule of a drawn table, or the head of a record in SnowSQL's expanded output. */
function isDrawn(line: string): boolean {
  const isRule =
    line.length > 2 &&
    /^[|+\u2500-\u257F][-=:|+ \u2500-\u257F]*$/.test(line) &&
    /[-=\u2500\u2501\u2550]/.test(line);
  return isRule || /^[-*]+\[ (RECORD )?\d+ \]/.test(line);
}
