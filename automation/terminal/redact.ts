/** What a terminal program may put between two characters of a text that it folds or frames. */
const FOLD = "[\\s\\u2500-\\u257F|]*";

/** A text without the secrets, even where they were folded over several lines. */
export function redact(text: string, secrets: readonly string[]): string {
  return secrets
    .filter(Boolean)
    .map((secret) => new RegExp([...secret].map(escaped).join(FOLD), "gu"))
    .reduce((shown, pattern) => shown.replace(pattern, "[secret]"), text);
}

function escaped(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
}
