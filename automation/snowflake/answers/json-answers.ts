import { z } from "zod";
import { type AnswerTable, table } from "./answer-rows";

/** A JSON document within a text. */
export interface JsonDocument {
  readonly value: unknown;
  /** Position behind it. */
  readonly end: number;
}

/**
 * Reads the JSON documents of a text that may have other things between them, or be cut off: `at` gives the document that
 * begins at a position. Positions must rise from call to call, so that no part of the text is scanned twice.
 */
export function jsonReader(text: string): { readonly at: (start: number) => JsonDocument | undefined } {
  const ends = new Map<number, number>();
  let scanned = 0;
  return {
    at: (start) => {
      if (text[start] !== "[" && text[start] !== "{") return undefined;
      if (start >= scanned) {
        ends.clear();
        scanned = matchBrackets(text, start, ends);
      }
      const end = ends.get(start);
      const value = end === undefined ? undefined : parseJson(text.slice(start, end));
      return end === undefined || value === undefined ? undefined : { value, end };
    },
  };
}

/** A row in a table in the list of all statements' tables. What is deeper is no answer, and trying it would take long. */
const DEEPEST = 3;

/**
 * Notes where what begins at `start` ends, and what begins a line within it.
 *
 * @returns position behind the last character that was looked at.
 */
function matchBrackets(text: string, start: number, ends: Map<number, number>): number {
  const open: (number | undefined)[] = [];
  let beginsLine = true;
  for (let at = start; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') {
      at = stringEnd(text, at);
      if (text[at] === "\n") return at;
    } else if (char === "[" || char === "{") {
      open.push(beginsLine ? at : undefined);
    } else if (char === "]" || char === "}") {
      const from = open.pop();
      if (from !== undefined && open.length < DEEPEST) ends.set(from, at + 1);
      if (open.length === 0) return at + 1;
    }
    if (char !== " ") beginsLine = char === "\n";
  }
  return text.length;
}

/** Where the string that begins there ends, or the line does first. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"' && text[at] !== "\n") at += text[at] === "\\" ? 2 : 1;
  return at;
}

/** Value of a JSON text, or undefined if it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Whether a value is one row, as in JSON lines, and no table. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One statement answers with an array of rows; several with an array of those, which may be of any mixture. */
export function jsonTables(value: unknown, depth = 0): AnswerTable[] {
  if (isRecord(value)) return [apiTable(value) ?? recordsTable([value])];
  if (!Array.isArray(value) || depth >= DEEPEST) return [];
  if (value.length > 0 && value.every(isRecord) && apiTable(value[0]) === undefined)
    return [recordsTable(value)];
  return value.flatMap((item) => jsonTables(item, depth + 1));
}

function recordsTable(records: readonly Record<string, unknown>[]): AnswerTable {
  const [first = {}] = records;
  const asText = (column: string) =>
    table(
      [column],
      records.map((record) => [JSON.stringify(record)]),
    );
  if ("Statement" in first || "Principal" in first) return asText("policy");
  if (Object.keys(first).some((name) => /^snowflake-(vpc|egress|vnet)-/.test(name)))
    return asText("platform");
  return {
    columns: Object.keys(first).map((name) => name.trim().toLowerCase()),
    rows: records.map(
      (record) =>
        new Map(Object.entries(record).map(([name, cell]) => [name.trim().toLowerCase(), cellText(cell)])),
    ),
  };
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return "";
  return typeof cell === "object" ? JSON.stringify(cell) : String(cell);
}

const apiAnswer = z.object({
  resultSetMetaData: z.object({
    numRows: z.number().optional(),
    rowType: z.array(z.object({ name: z.string() })),
  }),
  data: z.array(z.array(z.unknown())),
});

/**
 * An answer of Snowflake's SQL API, whose rows come apart from the names of their columns. One that has not all rows,
 * since the rest is in further partitions, counts as cut off.
 * docs.snowflake.com/en/developer-guide/sql-api/handling-responses
 */
function apiTable(value: unknown): AnswerTable | undefined {
  const { data: answer } = apiAnswer.safeParse(value);
  if (answer === undefined) return undefined;
  const { numRows = answer.data.length, rowType } = answer.resultSetMetaData;
  const names = rowType.map(({ name }) => name);
  const rows = answer.data.map((cells) => cells.map(cellText));
  return table(names, numRows === rows.length ? rows : []);
}
