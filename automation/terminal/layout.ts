import { styleText } from "node:util";

/** How text is laid out. */
export interface Look {
  /** Whether to colour, by terminal escapes. */
  readonly color: boolean;
  /** Columns of a line. */
  readonly width: number;
}

/** How text may be stressed. */
export const STYLES = ["bold", "dim", "red", "yellow"] as const;

/** Some text and how to stress it. */
export interface Cell {
  readonly text: string;
  readonly style?: (typeof STYLES)[number];
  /** Columns that it takes; it is never cut. @default as many as it has */
  readonly width?: number;
}

const GAP = "  ";

/**
 * Cells side by side, the last one wrapped below itself. Where a word of it does not fit there, or it takes
 * fewer lines below the others, it goes below them.
 */
export function row(indent: number, cells: readonly Cell[], last: Cell, look: Look): string[] {
  const margin = " ".repeat(indent);
  const lead = cells.map((cell) => padded(cell, look) + GAP).join("");
  const used = indent + cells.reduce((sum, { text, width = 0 }) => sum + Math.max(text.length, width), 0);
  const column = used + cells.length * GAP.length;
  const room = look.width - column;
  const [first = "", ...others] = wrap(last.text, room);
  const apart = sentence(indent + 2, 0, last, look);
  const fits = room >= longest(wordsOf(last.text)) && others.length <= apart.length;
  if (!fits && last.text !== "") return lead.trim() === "" ? apart : [(margin + lead).trimEnd(), ...apart];
  const hanging = " ".repeat(column);
  const rest = others.map((line) => hanging + paint({ ...last, text: line }, look));
  return [(margin + lead + paint({ ...last, text: first }, look)).trimEnd(), ...rest];
}

/** A sentence whose further lines stand `hanging` columns deeper than its first. */
export function sentence(indent: number, hanging: number, cell: Cell, look: Look): string[] {
  const lines = wrap(cell.text, look.width - indent, look.width - indent - hanging);
  return lines.map(
    (line, index) =>
      " ".repeat(index === 0 ? indent : indent + hanging) + paint({ ...cell, text: line }, look),
  );
}

/** Lines of at most `width` columns. A longer word stays whole on a line of its own, so that it can be copied. */
export function wrap(text: string, width: number, further: number = width): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of wordsOf(text)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line === "" || longer.length <= (lines.length === 0 ? width : further)) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

/** The cell's text, stressed where the look has colour. */
export function paint({ text, style }: Cell, { color }: Look): string {
  if (!color || style === undefined || text === "") return text;
  // The caller has looked at the terminal already.
  return styleText(style, text, { validateStream: false });
}

/** Columns of the longest of the texts. */
export function longest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(({ length }) => length));
}

/** A unit stays with its number: "30 d". */
function wordsOf(text: string): string[] {
  return text.split(/ (?![ds]\b)/);
}

function padded(cell: Cell, look: Look): string {
  return paint(cell, look) + " ".repeat(Math.max(0, (cell.width ?? 0) - cell.text.length));
}
