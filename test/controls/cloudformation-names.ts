import type { Evident } from "../../automation/controls/evidence";

/** The resources of a type whose input names this one: parts of it that Pulumi's provider has as resources of their own. */
export function partOf(all: readonly Evident[], type: string, input: string, value: unknown): Evident[] {
  return all.filter((each) => each.type === type && each.inputs[input] === value);
}

/** CloudFormation's name for what Pulumi calls `key`. */
export function capital(key: string): string {
  return `${key.charAt(0).toUpperCase()}${key.slice(1)}`;
}

/** A value with CloudFormation's names in it. */
export function pascal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pascal);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [capital(key), pascal(inner)]));
}
