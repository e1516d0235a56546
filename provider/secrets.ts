import type { Properties } from "./resource-kind";

/** What the engine marks secrets by, and the mark itself (sdk/go/common/resource/properties.go). */
const MARK = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** A value of the engine's without the marks of secrets. */
export function plainOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainOf);
  if (typeof value !== "object" || value === null) return value;
  const properties = value as Properties;
  if (properties[MARK] === SECRET) return plainOf(properties.value);
  return Object.fromEntries(Object.entries(properties).map(([key, inner]) => [key, plainOf(inner)]));
}

/** Marks what is, or has, a secret in other properties of the same names. */
export function markedAs(given: Properties, properties: Properties): Properties {
  const isSecret = (key: string) => JSON.stringify(given[key] ?? null).includes(SECRET);
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [
      key,
      isSecret(key) ? { [MARK]: SECRET, value } : value,
    ]),
  );
}
