import type { z } from "zod";
import { PROJECT } from "./settings";

/** One thing wrong with the settings, in words that its author can act on. */
export interface Problem {
  /** The setting, as `pulumi config set --path` spells it. */
  readonly key: string;
  /** The value given, or what stands for it where it is secret. */
  readonly value: string;
  readonly rule: string;
  readonly fix: string;
}

/** Whose settings they are, and which of them Pulumi.yaml says. */
export interface SettingsPlace {
  readonly stack: string;
  /** Paths of values in Pulumi.yaml. @default all are in the stack's file */
  readonly ofProject?: readonly string[];
}

/** The whole message of settings that cannot be used, by the file in which they are to be corrected. */
export function settingsError(
  { stack, ofProject = [] }: SettingsPlace,
  problems: readonly Problem[],
): string {
  const places = ofProject.map((path) => path.replace(`${PROJECT}:`, ""));
  const isOfProject = ({ key }: Problem) =>
    places.some((place) => key === place || (key.startsWith(place) && /^[.[]/.test(key.slice(place.length))));
  return Object.entries({
    "Pulumi.yaml": problems.filter(isOfProject),
    [`Pulumi.${stack}.yaml`]: problems.filter((problem) => !isOfProject(problem)),
  })
    .filter(([, found]) => found.length > 0)
    .flatMap(([file, found]) => [`Invalid settings in ${file}:`, ...problemLines(found)])
    .join("\n");
}

/** Most items of a list that a message names with one and the same fault: all of a thousand streams may have it. */
const MOST_ALIKE = 10;

function problemLines(problems: readonly Problem[]): string[] {
  const kinds = new Map<string, Problem[]>();
  return problems
    .map((problem) => {
      const kind = kindOf(problem);
      const alike = kinds.get(kind) ?? [];
      kinds.set(kind, alike);
      return { problem, alike, place: alike.push(problem) };
    })
    .flatMap(({ problem, alike, place }) => {
      if (place <= MOST_ALIKE) return [`  ${formatProblem(problem)}`];
      const [key = ""] = problem.key.split(/[.[]/);
      return place === alike.length ? [`  and ${place - MOST_ALIKE} more of ${key} with the same fault`] : [];
    });
}

/** Of what setting and by which rule: without the item, and without the names and numbers that the rule has of it. */
function kindOf({ key, rule, fix }: Problem): string {
  const [top = ""] = key.split(/[.[]/);
  const field = /\]\.(.+)$/.exec(key)?.[1] ?? "";
  return JSON.stringify([top, field, ...[rule, fix].map((text) => text.replace(/"[^"]*"|\[?\d+\]?/g, ""))]);
}

/** One line: key, value, rule, fix. */
export function formatProblem({ key, value, rule, fix }: Problem): string {
  return `${key} = ${value}: ${rule}; ${fix}`;
}

/** Problems of an encrypted setting do not repeat its value. */
export function withoutSecret(problem: Problem, secretKeys: ReadonlySet<string>): Problem {
  const [top = ""] = problem.key.split(/[.[]/);
  return secretKeys.has(top) ? { ...problem, value: "[secret]" } : problem;
}

/** A text that stands unquoted and is another value to some reader. */
export function misread(key: string, source: string): Problem {
  return {
    key,
    value: source,
    rule: "must be a text, and unquoted it is read as a number, a date or a flag",
    fix: "put it in quotes",
  };
}

/**
 * What the schema found, an entry for each fault.
 *
 * @param unquoted what stands in the file for numbers that are written in another way.
 */
export function schemaProblems(
  issues: readonly z.core.$ZodIssue[],
  raw: unknown,
  unquoted: ReadonlyMap<string, string>,
  words = { whole: "settings", unknown: "is not a setting", fix: "correct it in the file" },
): Problem[] {
  return issues.flatMap((issue) => {
    const shown = (path: readonly PropertyKey[]) =>
      unquoted.get(keyOf(path)) ?? showValue(valueAt(raw, path));
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        key: keyOf([...issue.path, key]),
        value: shown([...issue.path, key]),
        rule: words.unknown,
        fix: pathHint([...issue.path, key]) ?? `remove it or correct its spelling; ${issue.message}`,
      }));
    }
    const value = valueAt(raw, issue.path);
    if (
      issue.code === "invalid_type" &&
      issue.expected === "string" &&
      (typeof value === "number" || typeof value === "boolean")
    ) {
      return [misread(keyOf(issue.path), unquoted.get(keyOf(issue.path)) ?? String(value))];
    }
    const isList = issue.code === "invalid_type" && issue.expected === "array";
    const fix =
      issue.code === "custom" ? issue.params?.fix : isList ? "write it as [first, second]" : undefined;
    return [
      {
        key: issue.path.length === 0 ? words.whole : keyOf(issue.path),
        value: shown(issue.path),
        rule: ruleOf(issue),
        fix: typeof fix === "string" ? fix : words.fix,
      },
    ];
  });
}

/** How a value stands in a message. */
export function showValue(value: unknown): string {
  return value === undefined ? "(unset)" : JSON.stringify(value);
}

/** Without `--path`, `pulumi config set` writes a key that is named after a path. */
function pathHint(path: readonly PropertyKey[]): string | undefined {
  const [key, ...below] = path.map(String);
  if (key === undefined || below.length > 0 || !/[.[]/.test(key)) return undefined;
  return `remove it, and set it by \`pulumi config set --path ${PROJECT}:${key} <value>\``;
}

function keyOf(path: readonly PropertyKey[]): string {
  const [first = "", ...rest] = path.map((part) => (typeof part === "number" ? `[${part}]` : String(part)));
  return rest.reduce((key, part) => (part.startsWith("[") ? `${key}${part}` : `${key}.${part}`), first);
}

/** The value at a path, own keys alone. */
export function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, part)
        ? (value as Record<PropertyKey, unknown>)[part]
        : undefined,
    raw,
  );
}

/** What an issue asks for, in the words of the other rules. */
function ruleOf(issue: z.core.$ZodIssue): string {
  const isList = "origin" in issue && issue.origin === "array";
  const size = (count: number | bigint) => (isList ? `${count} ${count === 1 ? "item" : "items"}` : count);
  switch (issue.code) {
    case "invalid_type":
      return `must be ${kinds[issue.expected] ?? `of type ${issue.expected}`}`;
    case "too_small":
      return `must ${isList ? "have" : "be"} ${issue.inclusive ? "at least" : "more than"} ${size(issue.minimum)}`;
    case "too_big":
      return `must ${isList ? "have" : "be"} ${issue.inclusive ? "at most" : "less than"} ${size(issue.maximum)}`;
    case "invalid_value":
      return `must be ${issue.values.length > 1 ? "one of " : ""}${issue.values.join(", ")}`;
    default:
      return issue.message;
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  record: "a map",
};
