import { type AnswerTable, type Found, table } from "./answer-rows";

/** Tables drawn with lines, one below the other, with no blank line needed between them. */
export function readBoxes(
  lines: readonly string[],
  at: number,
  neverEmpty: readonly string[],
): Found | undefined {
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
