import { commandLine } from "../../command-line";
import { type Change, shortType } from "../changes";

/** How a run of the engine ended that did not succeed. */
export interface RunEnd {
  readonly headline: string;
  readonly stack: string;
  /** The operation, as people say it. */
  readonly what: string;
  /** What the engine and AWS said. */
  readonly reasons: readonly string[];
  /** What is behind the reasons, with the setting to fix. */
  readonly causes: readonly string[];
  readonly made: readonly Change[];
  /** Begun, and no answer came. */
  readonly unknown: readonly Change[];
  /** What it was to change, as far as a preview had found it; absent for a preview itself. */
  readonly expected?: readonly Change[] | undefined;
}

/** Changes that are named; the rest is counted. */
const NAMED = 12;

/** Says what failed, what was made, what was not, what is unknown, and what to run. */
export function runReport(end: RunEnd): string {
  const { headline, stack, what, reasons, causes, made, unknown, expected } = end;
  const reason = reasons.length === 1 ? reasons : reasons.filter((line) => !/^\w+ failed$/.test(line));
  const lines = [
    `${headline}:`,
    ...reason.map((text) => `  ${text.replaceAll("\n", "\n  ")}`),
    ...causes.map((line) => `  -> ${line}`),
  ];
  if (expected === undefined) return lines.join("\n");
  const begun = new Set([...made, ...unknown].map(({ urn }) => urn));
  const missing = expected.filter(({ urn }) => !begun.has(urn));
  const left = [named("not changed", missing), named("unknown, since no answer came", unknown)];
  return [
    ...lines,
    named("changed", made) ?? "nothing was changed",
    ...left.filter((line) => line !== undefined),
    `next: \`${commandLine(what, stack)}\` resumes`,
  ].join("\n");
}

function named(what: string, changes: readonly Change[]): string | undefined {
  if (changes.length === 0) return undefined;
  const names = changes.slice(0, NAMED).map(({ type, name }) => `${shortType(type)} ${name}`);
  const more = changes.length > NAMED ? `, and ${changes.length - NAMED} more` : "";
  return `${what}: ${names.join(", ")}${more}`;
}
