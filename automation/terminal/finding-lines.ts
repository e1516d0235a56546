/** One finding of several, for people. */
export interface FindingLine {
  /** What was looked at. */
  readonly name: string;
  readonly verdict: keyof typeof marks;
  readonly evidence: string;
  /** The way out. */
  readonly fix?: string | undefined;
}

const marks = {
  ok: "ok     ",
  warn: "warn   ",
  fail: "FAIL   ",
  unknown: "unknown",
  skipped: "skipped",
} as const;

/** A line for each finding, with the way out below it. */
export function findingLines(findings: readonly FindingLine[]): string[] {
  const width = Math.max(...findings.map(({ name }) => name.length));
  return findings.flatMap(({ name, verdict, evidence, fix }) => [
    `${marks[verdict]}  ${name.padEnd(width)}  ${oneLine(evidence)}`,
    ...(fix === undefined ? [] : [`${" ".repeat(marks.ok.length + width + 4)}-> ${oneLine(fix)}`]),
  ]);
}

/** Messages of commits, of AWS and of others, without what could steer the terminal. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{C}]+/gu, " ").trim();
}
