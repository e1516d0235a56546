import { Unquoted } from "./yaml-scalars";

/**
 * The ESC environments of a stack's file, by name: a list of names, each alone or as a map with how it is merged, or an
 * environment inline, with imports of the same forms and values of its own.
 * pulumi.com/docs/iac/concepts/config, "Pulumi ESC integration"; pulumi.com/docs/esc/environments/syntax, "imports"
 */
export function environmentsOf(environment: unknown): string[] {
  if (typeof environment === "string") return [environment];
  if (Array.isArray(environment)) return environment.flatMap(namesOf);
  if (typeof environment !== "object" || environment === null || environment instanceof Unquoted) return [];
  const { imports, ...inline } = environment as Readonly<Record<string, unknown>>;
  return [
    ...environmentsOf(imports),
    ...(Object.values(inline).some((value) => value !== null) ? ["(inline values)"] : []),
  ];
}

function namesOf(entry: unknown): string[] {
  if (entry instanceof Unquoted) return [entry.source];
  if (typeof entry === "object" && entry !== null) return Object.keys(entry);
  return entry === null ? [] : [String(entry)];
}
