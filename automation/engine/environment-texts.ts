import { formatProblem } from "../../components/settings/problems";
import { UsageError } from "../errors";

/**
 * Variables that a script gives, as texts: a number or a flag counts as its text, as in `environmentVariables` of Pulumi ESC
 * (pulumi.com/docs/esc/environments/syntax), and one that is undefined as none.
 *
 * @throws UsageError for a value that is no text.
 */
export function environmentTexts(given: Readonly<Record<string, unknown>> = {}): Record<string, string> {
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set.map(([name, value]) => [name, textOf(name, value)]));
}

function textOf(name: string, value: unknown): string {
  if (["string", "number", "boolean"].includes(typeof value)) return String(value);
  throw new UsageError(
    formatProblem({
      key: `environment.${name}`,
      // A list or a map may hold secrets.
      value: value === null ? "null" : Array.isArray(value) ? "(a list)" : "(a map)",
      rule: "must be a text, a number, true or false",
      fix: "write it as a text, or leave it out",
    }),
  );
}
