/** Rows of an answer, each a map of column to cell. */
export type Rows = readonly Readonly<Record<string, string>>[];

export const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
export const csvCell = (cell: string) => (/[",\n]/.test(cell) ? quoted(cell) : cell);
export const csv = (rows: Rows) => `${separated(rows, ",", csvCell)}\n`;
export const quotedCsv = (rows: Rows) => separated(rows, ",", quoted);
export const tsv = (rows: Rows) =>
  separated(rows, "\t", (cell) => (/\t|\n|^"/.test(cell) ? quoted(cell) : cell));
export const json = (rows: Rows) => JSON.stringify(rows, undefined, 4);

export function separated(rows: Rows, delimiter: string, cell: (text: string) => string): string {
  const lines = [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row))];
  return lines.map((cells) => cells.map(cell).join(delimiter)).join("\n");
}

/** As the SQL API gives one statement's. docs.snowflake.com/en/developer-guide/sql-api/handling-responses */
export function sqlApi(rows: Rows, numRows = rows.length): string {
  const rowType = Object.keys(rows[0] ?? {}).map((name) => ({ name, type: "text", nullable: true }));
  return JSON.stringify({
    resultSetMetaData: { numRows, format: "jsonv2", rowType, partitionInfo: [{ rowCount: rows.length }] },
    data: rows.map((row) => Object.values(row).map((cell) => (cell === "None" ? null : cell))),
    code: "090001",
    statementHandle: "01b0-0000",
  });
}

/** As `snow` draws them where nothing has to be folded. */
export function drawn(
  rows: Rows,
  { side, line, junction } = { side: "|", line: "-", junction: "+" },
): string {
  const cells = [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row))].map((row) =>
    row.map((cell) => cell.replaceAll("\n", " ")),
  );
  const widths = (cells[0] ?? []).map((_, at) => Math.max(...cells.map((row) => (row[at] ?? "").length)));
  const [header = "", ...body] = cells.map(
    (row) => `${side} ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(` ${side} `)} ${side}`,
  );
  const rule = side + widths.map((each) => line.repeat(each + 2)).join(junction) + side;
  return [header, rule, ...body].join("\n");
}
