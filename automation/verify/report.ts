import { commandLine } from "../command-line";
import { listed } from "../terminal/counted";
import { type Cell, type Look, paint, sentence } from "../terminal/layout";
import { redact } from "../terminal/redact";
import type { CheckResult } from "./check";

/** What a verification found. */
export interface Report {
  readonly stack: string;
  /** ARN of the caller. */
  readonly caller: string;
  readonly checks: readonly CheckResult[];
  readonly summary: { readonly passed: number; readonly failed: number; readonly skipped: number };
  /** SQL for what only Snowflake can prove; absent where the stack has not all of its names yet. */
  readonly snowflakeSql?: string;
}

const subjects: Readonly<Record<string, string>> = {
  caller: "Caller",
  bucket: "Bucket",
  logs: "Access logs",
  events: "Events",
  errors: "Load errors",
  key: "Encryption key",
  trust: "Who may assume the roles",
  access: "Who may do what",
  data: "Data path",
  fresh: "Freshness",
};

const marks: Readonly<Record<CheckResult["verdict"], Cell>> = {
  pass: { text: "ok  ", style: "green" },
  fail: { text: "FAIL", style: "red" },
  skip: { text: "skip", style: "yellow" },
};
const EVIDENCE_INDENT = 8;

/** The report for people: checks by subject, each with its evidence, and with its fix where something is to be done. */
export function renderReport(report: Report, look: Look): string {
  const groups = new Map<string, CheckResult[]>();
  for (const result of report.checks) {
    const [subject = ""] = result.id.split("/");
    groups.set(subject, [...(groups.get(subject) ?? []), result]);
  }
  return [
    `Stack ${report.stack}, asked as ${report.caller}`,
    ...[...groups].flatMap(([subject, results]) => [
      "",
      subjects[subject] ?? subject,
      ...resultsOf(results, look),
    ]),
    "",
    summaryWords(report),
    ...leftToProve(report),
  ].join("\n");
}

/** Characters of SQL that are shown; of longer SQL, the command that prints it. */
const MOST_SHOWN = 20_000;

function leftToProve({ stack, snowflakeSql }: Report): string[] {
  if (snowflakeSql === undefined) return [];
  if (snowflakeSql.length > MOST_SHOWN) {
    return ["", `Left to prove inside Snowflake, with the SQL of: ${commandLine("sql", stack)} --part check`];
  }
  return ["", "Left to prove inside Snowflake, with this SQL:", "", snowflakeSql.trimEnd()];
}

/** The counts in words. */
export function summaryWords({ summary: { passed, failed, skipped } }: Report): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Why checks were skipped, a line for each reason: how many, and which. */
export function skippedWords({ checks }: Pick<Report, "checks">): string[] {
  const reasons = new Map<string, string[]>();
  for (const { id, verdict, evidence } of checks) {
    if (verdict === "skip") reasons.set(evidence, [...(reasons.get(evidence) ?? []), id]);
  }
  return [...reasons].map(([reason, ids]) => `${ids.length}: ${reason} (${listed(ids)})`);
}

/** Counts the verdicts. */
export function summarize(checks: readonly CheckResult[]): Report["summary"] {
  const count = (verdict: CheckResult["verdict"]) => checks.filter((each) => each.verdict === verdict).length;
  return { passed: count("pass"), failed: count("fail"), skipped: count("skip") };
}

/** The results without the secrets, wherever in their texts. */
export function withoutSecrets(checks: readonly CheckResult[], secrets: ReadonlySet<string>): CheckResult[] {
  const conceal = (text: string) => redact(text, [...secrets]);
  return checks.map(({ title, evidence, fix, ...rest }) => ({
    ...rest,
    title: conceal(title),
    evidence: conceal(evidence),
    fix: fix && conceal(fix),
  }));
}

/** Most results of a subject and verdict that people are shown: there is a check for each stream. */
const MOST_ALIKE = 40;

function resultsOf(results: readonly CheckResult[], look: Look): string[] {
  const counts = { pass: 0, fail: 0, skip: 0 };
  const shown = results.filter(({ verdict }) => {
    counts[verdict] += 1;
    return counts[verdict] <= MOST_ALIKE;
  });
  const verdicts = ["fail", "skip", "pass"] as const;
  return [
    ...shown.flatMap((result) => resultLines(result, look)),
    ...verdicts
      .filter((verdict) => counts[verdict] > MOST_ALIKE)
      .map(
        (verdict) =>
          `  ${paint(marks[verdict], look)}  ${counts[verdict] - MOST_ALIKE} more, which \`verify --json\` has`,
      ),
  ];
}

function resultLines({ id, title, verdict, evidence, fix }: CheckResult, look: Look): string[] {
  const texts = fix === undefined ? [evidence] : [evidence, `fix: ${fix}`];
  return [
    `  ${paint(marks[verdict], look)}  ${title}  (${id})`,
    ...texts.flatMap((text) => sentence(EVIDENCE_INDENT, 0, { text }, look)),
  ];
}
