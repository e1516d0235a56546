import { formatProblem } from "../../components/settings/problems";
import { ENCRYPTED } from "../../components/settings/values";
import { UsageError } from "../errors";
import type { StackFile } from "../project/stack-file";

type Values = StackFile["values"];

/**
 * A text of the provider's configuration, `undefined` where it is unset, empty or encrypted. Numbers and flags are texts to the
 * engine: a profile may be called by an account's id.
 */
export function textOf(values: Values, key: string): string | undefined {
  const value = values[`aws:${key}`];
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value !== "" && value !== ENCRYPTED ? value : undefined;
}

/** A flag of the provider, which its configuration has as a flag or as a text. @default false */
export function flagOf(values: Values, key: string): boolean {
  const value = values[`aws:${key}`];
  return value === true || value === "true";
}

/**
 * A list or a map of the provider's configuration, which may be written as JSON text: `pulumi config set` writes it so.
 *
 * @throws UsageError where it is neither.
 */
export function structureOf(values: Values, key: string): unknown {
  const value = values[`aws:${key}`];
  if (typeof value !== "string" || value === "" || value === ENCRYPTED) return value || undefined;
  try {
    return JSON.parse(value);
  } catch {
    // Its parts may be secrets, as an external id.
    const rule = "must be a list or a map";
    const fix = "write it as YAML, or as JSON text";
    throw new UsageError(formatProblem({ key: `aws:${key}`, value: "(a text)", rule, fix }));
  }
}
