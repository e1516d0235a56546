import { literal, scriptConstant } from "./identifiers";

/** With TRUE, which an account may set, names in double quotes would be folded to upper case. docs.snowflake.com/en/sql-reference/parameters */
export const KEEP_CASE = "ALTER SESSION SET QUOTED_IDENTIFIERS_IGNORE_CASE = FALSE";

/** A Snowflake Scripting block as one statement. docs.snowflake.com/en/developer-guide/snowflake-scripting/running-examples */
export function block(lines: readonly string[]): string {
  return `EXECUTE IMMEDIATE ${scriptConstant(lines.join("\n"))}`;
}

/** SHOW, whose LIKE knows wildcards and no case, so that a query of its rows compares the name. */
export function show(
  plural: "ROLES" | "INTEGRATIONS" | "WAREHOUSES" | "RESOURCE MONITORS",
  stored: string,
): string {
  return `SHOW ${plural} LIKE ${literal(stored)}`;
}

/** Whether the last SHOW or DESC has a row with these cells, and others like these. Needs a warehouse, as each query of rows. */
export function shown(
  cells: Readonly<Record<string, string>>,
  patterns: Readonly<Record<string, string>> = {},
): string {
  const conditions = [
    ...Object.entries(cells).map(([column, value]) => `"${column}" = ${literal(value)}`),
    ...Object.entries(patterns).map(([column, pattern]) => `"${column}" LIKE ${literal(pattern)}`),
  ];
  return `EXISTS (SELECT 1 FROM TABLE(RESULT_SCAN(LAST_QUERY_ID())) WHERE ${conditions.join(" AND ")})`;
}

/**
 * Runs statements where SHOW or DESCRIBE of an object fails, since the role sees no such object. CREATE IF NOT EXISTS needs the
 * right to create even where the object exists, and what exists is not ours to change. Needs no warehouse.
 */
export function whereMissing(look: string, statements: readonly string[]): string {
  return block([
    "BEGIN",
    `  ${look};`,
    "EXCEPTION",
    "  WHEN OTHER THEN",
    ...statements.map((statement) => `    ${indent(statement, 4)};`),
    "END;",
  ]);
}

/** Further lines of a text as deep as its first. */
export function indent(text: string, blanks: number): string {
  return text.replaceAll("\n", `\n${" ".repeat(blanks)}`);
}
