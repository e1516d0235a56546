import { formatProblem, type Problem, showValue } from "../../components/settings/problems";
import type { Settings } from "../../components/settings/settings";
import { UsageError } from "../errors";

/** What Braintrust exports, day by day. */
export interface Usage {
  readonly gbPerDay: number;
  readonly filesPerDay: number;
  /** Months that the estimate looks ahead. */
  readonly months: number;
}

/** A usage as the command line has it: text, or a number of a script's. */
export type UsageOptions = { readonly [Key in keyof Usage]?: string | number | undefined };

const MOST = 1e9;
const MOST_MONTHS = 120;

/**
 * The usage asked for. Without any: 1 GB a day, a file of each stream an hour, for 12 months.
 *
 * @throws UsageError with every number that is none, or is out of bounds.
 */
export function usageOf(options: UsageOptions, { streams }: Pick<Settings, "streams">): Usage {
  const usage = {
    gbPerDay: Number(given(options.gbPerDay) ?? 1),
    filesPerDay: Number(given(options.filesPerDay) ?? 24 * streams.length),
    months: Number(given(options.months) ?? 12),
  };
  const problems: Problem[] = [];
  const amount = (key: string, value: number, shown: unknown, fix: string) => {
    if (value >= 0 && value <= MOST) return;
    problems.push({ key, value: showValue(shown), rule: `must be a number from 0 to ${MOST}`, fix });
  };
  amount("--gb-per-day", usage.gbPerDay, options.gbPerDay, "write it like 2.5");
  amount("--files-per-day", usage.filesPerDay, options.filesPerDay, "write it like 240");
  if (!Number.isInteger(usage.months) || usage.months < 1 || usage.months > MOST_MONTHS) {
    problems.push({
      key: "--months",
      value: showValue(options.months),
      rule: `must be a whole number from 1 to ${MOST_MONTHS}`,
      fix: "write it like 12",
    });
  }
  if (usage.gbPerDay > 0 && usage.filesPerDay === 0) {
    problems.push({
      key: "--files-per-day",
      value: "0",
      rule: `cannot hold ${usage.gbPerDay} GB a day`,
      fix: "give the number of files that Braintrust writes a day",
    });
  }
  if (problems.length > 0) throw new UsageError(problems.map(formatProblem).join("\n"));
  return usage;
}

/** An empty text counts as no number, and not as the 0 that JavaScript makes of it. */
function given(value: string | number | undefined): string | number | undefined {
  return typeof value === "string" && value.trim() === "" ? Number.NaN : value;
}
