import { isDeepStrictEqual } from "node:util";

/**
 * Whether two parts of a bucket's configuration say the same. S3 answers in forms of its own: a list of one as its element,
 * elements and keys in another order, flags and numbers as texts, everybody as `{ "AWS": "*" }`.
 */
export function equivalent(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(normalized(one), normalized(other));
}

function normalized(value: unknown): unknown {
  if (Array.isArray(value)) {
    const elements = [...new Set(value.map((element) => JSON.stringify(normalized(element))))].sort();
    return elements.length === 1 ? JSON.parse(elements[0] ?? "null") : elements;
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value)
      .map(([key, inner]): [string, unknown] => [key, normalized(inner)])
      .filter(([, inner]) => !isNothing(inner))
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const isEverybody = entries.length === 1 && entries[0]?.[0] === "AWS" && entries[0][1] === "*";
    return isEverybody ? "*" : Object.fromEntries(entries);
  }
  return value === undefined || value === null ? value : String(value);
}

function isNothing(value: unknown): boolean {
  return (
    value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)
  );
}
