/** Rows of an answer, each a map of column to cell. */
export type Rows = readonly Readonly<Record<string, string>>[];

export const ascii = { side: "|", line: "-", junction: "+" };
export const unicode = { side: "│", line: "─", junction: "┼" };

export const csvCell = (cell: string) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
export const csv = (rows: Rows) => `${separated(rows, ",", csvCell)}\n`;
export const quotedCsv = (rows: Rows) => separated(rows, ",", (cell) => `"${cell.replaceAll('"', '""')}"`);
export const tsv = (rows: Rows) =>
  separated(rows, "\t", (cell) => (/\t|\n|^"/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell));
export const json = (rows: Rows) => JSON.stringify(rows, undefined, 4);

export function separated(rows: Rows, delimiter: string, cell: (text: string) => string): string {
  const lines = [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row))];
  return lines.map((cells) => cells.map(cell).join(delimiter)).join("\n");
}

/** As `snow` draws them: the rich library's ASCII box, cells folded to fit, header cells at the bottom. */
export function drawn(rows: Rows, width: number, { side, line, junction } = ascii): string {
  const header = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => Object.values(row));
  let widths = header.map((_, at) =>
    Math.max(...[header, ...cells].flatMap((row) => (row[at] ?? "").split("\n").map((part) => part.length))),
  );
  while (widths.reduce((sum, each) => sum + each + 3, 1) > width) {
    const widest = widths.indexOf(Math.max(...widths));
    widths = widths.map((each, at) => (at === widest ? each - 1 : each));
  }
  const draw = (row: readonly string[], atBottom: boolean) => {
    const folded = row.map((text, at) => text.split("\n").flatMap((part) => fold(part, widths[at] ?? 1)));
    const height = Math.max(...folded.map((lines) => lines.length));
    return Array.from({ length: height }, (_, row) => {
      const shown = folded.map((lines, at) =>
        (lines[atBottom ? row - height + lines.length : row] ?? "").padEnd(widths[at] ?? 1),
      );
      return `${side} ${shown.join(` ${side} `)} ${side}`;
    });
  };
  const edge = junction + line.repeat(widths.reduce((sum, each) => sum + each + 3, -1)) + junction;
  const rule = side + widths.map((each) => line.repeat(each + 2)).join(junction) + side;
  return [edge, ...draw(header, true), rule, ...cells.flatMap((row) => draw(row, false)), edge].join("\n");
}

function fold(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const [word] of text.matchAll(/\s*\S+\s*/g)) {
    if (line.length + word.trimEnd().length <= width) {
      line += word;
      continue;
    }
    if (line !== "") lines.push(line);
    line = word;
    for (; line.trimEnd().length > width; line = line.slice(width)) lines.push(line.slice(0, width));
  }
  return [...lines, line].map((each) => each.trimEnd());
}
