/** One row of an answer: column name in lower case -> cell as text. A NULL is empty where the form tells it from text. */
export type Row = ReadonlyMap<string, string>;

/** What one statement answered. A table that could not be taken apart has columns and no rows. */
export interface AnswerTable {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** Puts names and rows of cells together; a cell that is not there is empty. */
export function table(names: readonly string[], rows: readonly (readonly string[])[]): AnswerTable {
  const columns = names.map((name) => name.trim().toLowerCase());
  return { columns, rows: rows.map((cells) => new Map(columns.map((name, at) => [name, cells[at] ?? ""]))) };
}
