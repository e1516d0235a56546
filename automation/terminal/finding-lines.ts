import { type Cell, type Look, table } from "./layout";

/** One finding of several, for people. */
export interface FindingLine {
  /** What was looked at. */
  readonly name: string;
  readonly verdict: keyof typeof marks;
  readonly evidence: string;
  /** The way out. */
  readonly fix?: string | undefined;
}

/** How verdicts are shown. */
export const marks = {
  // As wide as the longest, so that the columns of every report are the same.
  ok: { text: "ok     ", style: "green" },
  warn: { text: "warn", style: "yellow" },
  fail: { text: "FAIL", style: "red" },
  unknown: { text: "unknown", style: "yellow" },
  skipped: { text: "skipped", style: "yellow" },
} as const satisfies Record<string, Cell>;

/** A table of findings, with the way out below each. */
export function findingLines(findings: readonly FindingLine[], look: Look): string[] {
  const rows = findings.map(({ name, verdict, evidence, fix }): Cell[] => [
    marks[verdict],
    { text: name },
    { text: fix === undefined ? oneLine(evidence) : `${oneLine(evidence)}\n-> ${oneLine(fix)}` },
  ]);
  return table(rows, look);
}

/** Messages of commits, of AWS and of others, without what could steer the terminal. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{C}]+/gu, " ").trim();
}
