import { styleText } from "node:util";
import Table from "cli-table3";
import truncatedWidth from "fast-string-truncated-width";
import { wrapAnsi } from "fast-wrap-ansi";

/** How text is laid out. */
export interface Look {
  /** Whether to colour, by terminal escapes. */
  readonly color: boolean;
  /** Columns of a line. */
  readonly width: number;
}

/** How text may be stressed. */
export const STYLES = ["bold", "dim", "red", "yellow", "green"] as const;

/** Some text and how to stress it. */
export interface Cell {
  readonly text: string;
  readonly style?: (typeof STYLES)[number] | undefined;
  readonly hAlign?: "right";
}

const GAP = "  ";
const rules = ["top", "bottom", "left", "mid", "right"];
const crossings = ["top-mid", "top-left", "top-right", "bottom-mid", "bottom-left", "bottom-right"];
const edges = ["left-mid", "mid-mid", "right-mid"];
const none = Object.fromEntries([...rules, ...crossings, ...edges].map((rule) => [rule, ""]));
const options = {
  chars: { ...none, middle: GAP },
  style: { "padding-left": 0, "padding-right": 0, border: [] },
};

/**
 * The lines of a table: columns as wide as their widest text, the last one wrapped to what is left of the width. Where a word of it
 * does not fit there, or half the lines would do below the others, it goes below them. Where the others do not fit the width
 * either, they are a sentence. A row of one cell is a title.
 */
export function table(rows: readonly (readonly Cell[])[], look: Look): string[] {
  const columns = Math.max(...rows.map(({ length }) => length));
  const colWidths = Array.from({ length: columns - 1 }, (_, column) =>
    Math.max(...rows.map((row) => (row.length === columns ? widthOf(row[column]?.text ?? "") : 0))),
  );
  const room = colWidths.reduce((left, width) => left - width - GAP.length, look.width);
  if (room < -GAP.length) return rows.flatMap((row) => stacked(row, look));
  const grid = new Table({ ...options, colWidths });
  for (const row of rows) grid.push(...gridRows(row, columns, room, look));
  return grid
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
}

/** A row for each line: the library measures a cell of many lines again for each of its lines, character by character. */
function gridRows(row: readonly Cell[], columns: number, room: number, look: Look) {
  const [first = { text: "" }] = row;
  const last = row.at(-1) ?? first;
  const lead = row.slice(0, -1).map(({ hAlign, ...cell }) => ({ hAlign, content: paint(cell, look) }));
  const beside = wrapped(last, room, look);
  const indent = first.text.search(/\S|$/) + (row.length === 1 ? 0 : GAP.length);
  const below = sentence(indent, 0, last, look);
  const fits = last.text === "" || (widthOf(...beside) <= room && beside.length <= 2 * below.length);
  if (row.length === columns && fits) {
    return beside.map((line, index) => [...(index === 0 ? lead : lead.map(() => "")), line]);
  }
  const isLed = lead.some(({ content }) => content.trim() !== "");
  return [...(isLed ? [[...lead, ""]] : []), ...below.map((content) => [{ colSpan: columns, content }])];
}

/** A row in lines of their own: what leads it, and the last cell below. */
function stacked(row: readonly Cell[], look: Look): string[] {
  const indent = (row[0]?.text ?? "").search(/\S|$/);
  const texts = row.map(({ text, style }) => paint({ text: text.trim(), style }, look));
  const last = row.length > 1 ? texts.pop() : "";
  const lead = texts.filter(Boolean).join(GAP);
  return [
    ...(lead || !last ? sentence(indent, GAP.length, { text: lead }, look) : []),
    ...(last ? sentence(indent + GAP.length, 0, { text: last }, look) : []),
  ];
}

/** A sentence whose further lines stand `hanging` columns deeper than its first. */
export function sentence(indent: number, hanging: number, cell: Cell, look: Look): string[] {
  return wrapped(cell, look.width - indent - hanging, look).map(
    (line, index) => " ".repeat(index === 0 ? indent : indent + hanging) + line,
  );
}

/** The cell's text, stressed where the look has colour. */
export function paint({ text, style }: Cell, { color }: Look): string {
  if (!color || style === undefined || text === "") return text;
  // The caller has looked at the terminal already.
  return styleText(style, text, { validateStream: false });
}

/** Lines of at most `width` columns. A longer word stays whole, so that it can be copied, and a unit with its number: "30 d". */
function wrapped(cell: Cell, width: number, look: Look): string[] {
  const text = paint(cell, look).replaceAll(/ (?=[ds]\b)/g, "\u00A0");
  return wrapAnsi(text, width).replaceAll("\u00A0", " ").split("\n");
}

function widthOf(...texts: readonly string[]): number {
  return Math.max(...texts.map((text) => truncatedWidth(text).width));
}
