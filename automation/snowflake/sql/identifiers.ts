import { nameProblem, storedName, unprintable } from "../../../components/settings/snowflake-names";
import { UsageError } from "../../errors";

/**
 * The name Snowflake stores for an identifier as a setting spells it.
 *
 * @throws UsageError if the value begins or ends with a double quote without being one quoted identifier.
 */
export function canonicalName(setting: string): string {
  const name = storedName(setting);
  if (name !== undefined) return name;
  throw new UsageError(
    `Snowflake identifier ${JSON.stringify(setting)}: a quoted identifier is one name between double quotes, ` +
      "with each double quote inside it written twice",
  );
}

/**
 * A stored name as SQL text, always in double quotes.
 *
 * @throws UsageError for a name that is empty, too long, or that the Snowflake CLI would change on its way: a quoted
 * identifier knows no escapes, so such a name cannot be written in another form.
 */
export function quoteIdentifier(name: string): string {
  const problem = nameProblem(name);
  if (problem !== undefined) {
    throw new UsageError(
      `Snowflake identifier ${JSON.stringify(name)} ${problem}; choose another name in the settings`,
    );
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/** A path of stored names (database, schema, object) as SQL text. */
export function qualifiedName(...names: readonly string[]): string {
  return names.map(quoteIdentifier).join(".");
}

const unprintables = new RegExp(unprintable, "gu");

/**
 * Text as a string constant. Line ends, and what the Snowflake CLI would take for its own templating, are written as
 * escapes, so that the statement means the same with templating on or off.
 * docs.snowflake.com/en/sql-reference/data-types-text, docs.snowflake.com/en/developer-guide/snowflake-cli/sql/execute-sql
 */
export function literal(text: string): string {
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replaceAll("'", "''")
    .replaceAll("&", "\\x26")
    .replaceAll("<%", "\\x3c%")
    .replace(/\{(?=[{%#])/g, "\\x7b")
    .replace(unprintables, escapeCharacter);
  return `'${escaped}'`;
}

/** A Snowflake Scripting block as the constant EXECUTE IMMEDIATE takes: readable between `$$` wherever its text allows. */
export function scriptConstant(block: string): string {
  return block.includes("$$") ? literal(block) : `$$\n${block}\n$$`;
}

function escapeCharacter(character: string): string {
  if (character === "\n") return "\\n";
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
