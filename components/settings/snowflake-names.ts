/** Longest name Snowflake allows, in characters. docs.snowflake.com/en/sql-reference/identifiers-syntax */
export const LONGEST_NAME = 255;

/** What the Snowflake CLI would take for a variable (`&name`, `&{`, `<%`) or a template (`{{`, `{%`, `{#`). */
const template = /&[A-Za-z_{&]|<%|\{[{%#]/;

/**
 * Roles that every account has. docs.snowflake.com/en/user-guide/security-access-control-overview (system-defined roles)
 */
export const SYSTEM_ROLES: readonly string[] = [
  "ACCOUNTADMIN",
  "SECURITYADMIN",
  "USERADMIN",
  "SYSADMIN",
  "ORGADMIN",
  "GLOBALORGADMIN",
  "PUBLIC",
];

/** Characters that end a line for one reader or another, and the rest of the unprintable ones. */
export const unprintable = /[\p{Cc}\u2028\u2029]/u;

/**
 * The name Snowflake stores for an identifier as a setting spells it: a simple one is folded to upper case, one in double
 * quotes is taken as it stands between them, anything else is the name itself. Undefined where a value begins or ends with a
 * double quote without being one quoted identifier.
 */
export function storedName(setting: string): string | undefined {
  if (/^[A-Za-z_][A-Za-z0-9_$]*$/.test(setting)) return setting.toUpperCase();
  const quoted = /^"((?:[^"]|"")+)"$/.exec(setting)?.[1];
  if (quoted !== undefined) return quoted.replaceAll('""', '"');
  return setting.startsWith('"') || setting.endsWith('"') ? undefined : setting;
}

/** Why a stored name cannot be written as SQL: a quoted identifier knows no escapes, so there is no other form of it. */
export function nameProblem(name: string): string | undefined {
  const length = [...name].length;
  if (length === 0) return "is empty";
  if (length > LONGEST_NAME) return `has ${length} characters, and Snowflake allows ${LONGEST_NAME}`;
  if (unprintable.test(name)) return "has a control character or line end";
  if (name.includes("\\")) return "has a backslash, which the Snowflake CLI reads as an escape";
  if (template.test(name)) return "has what the Snowflake CLI reads as a variable (&name, <%, {{, {%, {#)";
  return undefined;
}

/** Name of the view of a stream's newest records. */
export function viewOf(table: string): string {
  return `${table}_LATEST`;
}

/** Name of the view of a stream's files. */
export function filesOf(table: string): string {
  return `${table}_FILES`;
}

/** Name of the dynamic table of a stream's newest records. */
export function currentOf(table: string): string {
  return `${table}_CURRENT`;
}

/** Name of the task that loads a stream's table where no event does. */
export function taskOf(table: string): string {
  return `${table}_LOAD`;
}

/** Longest name of a stream's table, after which other objects are named. */
export const LONGEST_TABLE = LONGEST_NAME - currentOf("").length;
