import { formatProblem, type Problem, showValue } from "../../components/settings/problems";
import type { Settings } from "../../components/settings/settings";
import { UsageError } from "../errors";
import { CREDIT_USD } from "./credit-prices";

/** What Braintrust exports, day by day. */
export interface Usage {
  readonly gbPerDay: number;
  readonly filesPerDay: number;
  /** Months that the estimate looks ahead. */
  readonly months: number;
  /** What a credit of Snowflake costs. */
  readonly creditUsd: number;
  /** Size of jsonl files uncompressed, by which Snowpipe bills them, as a multiple of their own. */
  readonly textRatio: number;
}

/** A usage as the command line has it: text, or a number of a script's. */
export type UsageOptions = { readonly [Key in keyof Usage]?: string | number | undefined };

/** What an estimate takes for Snowflake's side without other options. JSON compresses well: COPY_HISTORY's BYTES_BILLED tells how well. */
export const SNOWFLAKE_DEFAULTS = { creditUsd: CREDIT_USD, textRatio: 5 } as const;

const MOST = 1e9;
const MOST_MONTHS = 120;
/** Deflate cannot do better: www.zlib.net/zlib_tech.html */
const MOST_RATIO = 1032;

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
    creditUsd: Number(given(options.creditUsd) ?? SNOWFLAKE_DEFAULTS.creditUsd),
    textRatio: Number(given(options.textRatio) ?? SNOWFLAKE_DEFAULTS.textRatio),
  };
  const problems: Problem[] = [];
  const amount = (key: string, value: number, shown: unknown, fix: string) => {
    if (value >= 0 && value <= MOST) return;
    problems.push({ key, value: showValue(shown), rule: `must be a number from 0 to ${MOST}`, fix });
  };
  amount("--gb-per-day", usage.gbPerDay, options.gbPerDay, "write it like 2.5");
  amount("--files-per-day", usage.filesPerDay, options.filesPerDay, "write it like 240");
  amount("--credit-usd", usage.creditUsd, options.creditUsd, "write it like 2.6");
  if (!(usage.textRatio >= 1 && usage.textRatio <= MOST_RATIO)) {
    problems.push({
      key: "--text-ratio",
      value: showValue(options.textRatio),
      rule: `must be a number from 1 to ${MOST_RATIO}`,
      fix: "write it like 6.5, or 1 for files that are not compressed",
    });
  }
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
