import { styleText } from "node:util";
import { STYLES } from "./layout";

/** What this program itself writes among its texts, and nothing that moves the cursor or hides text. */
const ownStyles = new Set(
  STYLES.flatMap((style) => styleText(style, " ", { validateStream: false }).split(" ").filter(Boolean)),
);

/**
 * What a terminal obeys and does not show: control characters of both sets (ECMA-48), among them those that begin escape
 * sequences, and marks that turn the direction of text around (unicode.org/reports/tr9, explicit formatting characters).
 */
const obeyed =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what terminals are controlled by.
  /\u001B\[\d+m|[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/**
 * Text as it may be written to a terminal, from any source: file names in a bucket, locks, errors, Snowflake's answers. What
 * a terminal would obey is written as an escape, `\u001b`. Nothing is taken away, so that no new sequence comes of the rest.
 */
export function visible(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(obeyed, (found) => (ownStyles.has(found) ? found : escaped(found.charAt(0)) + found.slice(1)));
}

/** JSON that says the same, with escapes for what a terminal obeys. */
export function visibleJson(json: string): string {
  return json.replace(obeyed, (found) => escaped(found.charAt(0)) + found.slice(1));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
