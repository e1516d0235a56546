import type { Settings } from "../../components/settings/settings";
import { creditPrices, PRICES_AS_OF_SNOWFLAKE } from "./credit-prices";
import { type CostItem, totalOf } from "./fixed";
import { costOf, storageCost } from "./prices";
import { MONTH_DAYS } from "./storage";
import { isByPipe, taskRuns, whole } from "./traffic";
import type { Usage } from "./usage";

/** What loading costs in Snowflake, on Snowflake's bill. The AWS side is counted apart. */
export interface SnowflakeCost {
  /** Month of the prices in credits, `YYYY-MM`. */
  readonly pricesAsOf: string;
  readonly creditUsd: number;
  /** Each month. */
  readonly usd: number;
  readonly items: readonly CostItem[];
  /** What it costs once, in AWS and Snowflake, to export everything again that the months have brought. */
  readonly reset: { readonly usd: number; readonly items: readonly CostItem[] };
  /** What Parquet instead of jsonl saves a month; absent where it saves nothing. */
  readonly parquetSavesUsd?: number;
}

const MINUTES = MONTH_DAYS * 24 * 60;
/** Seconds that a run of a task is taken to need: it lists a folder and copies a file or two. */
const TASK_SECONDS = 10;
/** Seconds that a refresh of a dynamic table is taken to need: a small one, of a few files. */
const REFRESH_SECONDS = 10;
/**
 * AUTO_SUSPEND of the warehouse that the SQL creates: it is billed for that long after each refresh, which is also the least that
 * Snowflake bills. docs.snowflake.com/en/user-guide/cost-understanding-compute, .../warehouses-overview
 */
const IDLE_SECONDS = 60;
const HOUR_SECONDS = 3600;

/**
 * The estimate of Snowflake's side for a usage.
 *
 * @param again what it costs in AWS, beyond storage, that all files of the months are written and read once more.
 */
export function snowflakeCost(settings: Settings, usage: Usage, again: readonly CostItem[]): SnowflakeCost {
  const monthGb = usage.gbPerDay * MONTH_DAYS;
  const items = [...loadItems(settings, usage), ...dynamicTableItems(settings, usage)];
  const reset = resetItems(settings, usage, again);
  const saved = isByPipe(settings)
    ? snowpipeUsd(monthGb * textShare(settings) * (usage.textRatio - 1), usage)
    : 0;
  return {
    pricesAsOf: PRICES_AS_OF_SNOWFLAKE,
    creditUsd: usage.creditUsd,
    usd: totalOf(items),
    items,
    reset: { usd: totalOf(reset), items: reset },
    ...(saved > 0 ? { parquetSavesUsd: saved } : {}),
  };
}

function textShare({ streams }: Settings): number {
  return streams.filter(({ format }) => format === "jsonl").length / streams.length;
}

/** Snowpipe bills text by its uncompressed size and Parquet by its own: docs.snowflake.com/en/user-guide/data-load-snowpipe-billing */
function billedGb(gb: number, settings: Settings, { textRatio }: Usage): number {
  const text = textShare(settings);
  return gb * (text * textRatio + 1 - text);
}

function snowpipeUsd(gb: number, { creditUsd }: Usage): number {
  return costOf(creditPrices.snowpipeGb, gb) * creditUsd;
}

function loadItems(settings: Settings, usage: Usage): CostItem[] {
  if (isByPipe(settings)) {
    const gb = billedGb(usage.gbPerDay * MONTH_DAYS, settings, usage);
    const { credits } = creditPrices.snowpipeGb;
    return gb === 0
      ? []
      : [
          {
            item: "Snowpipe",
            usd: snowpipeUsd(gb, usage),
            why: `${whole(gb)} GB at ${credits} credits each`,
          },
        ];
  }
  const runs = taskRuns(settings);
  const hours = (runs * TASK_SECONDS) / HOUR_SECONDS;
  return [
    {
      item: "tasks",
      usd: costOf(creditPrices.serverlessTaskHour, hours) * usage.creditUsd,
      why: `${whole(runs)} runs of ${TASK_SECONDS} s, also those that find nothing`,
    },
  ];
}

/**
 * A refresh that finds nothing new needs no warehouse, and one that falls into the time of another keeps the same one running:
 * a warehouse of one cluster runs no longer than the month. docs.snowflake.com/en/user-guide/dynamic-tables-cost
 */
function dynamicTableItems({ snowflake, streams }: Settings, { filesPerDay, creditUsd }: Usage): CostItem[] {
  const { currentLagMinutes } = snowflake;
  if (currentLagMinutes === undefined || filesPerDay === 0) return [];
  const refreshes = Math.min((MINUTES / currentLagMinutes) * streams.length, filesPerDay * MONTH_DAYS);
  const seconds = Math.min(refreshes * (REFRESH_SECONDS + IDLE_SECONDS), MINUTES * 60);
  const hours = seconds / HOUR_SECONDS;
  return [
    {
      item: "warehouse for dynamic tables",
      usd: costOf(creditPrices.xsmallHour, hours) * creditUsd,
      why: `${whole(refreshes)} refreshes of ${REFRESH_SECONDS} s and ${IDLE_SECONDS} s idle, XSMALL`,
    },
  ];
}

/** A reset clears the cursor of an export: every record is written once more, under other names. */
function resetItems(settings: Settings, usage: Usage, again: readonly CostItem[]): CostItem[] {
  const days = usage.months * MONTH_DAYS;
  const gb = usage.gbPerDay * days;
  if (usage.filesPerDay === 0) return [];
  const billed = billedGb(gb, settings, usage);
  return [
    ...again,
    {
      item: "storage of the second copy",
      usd: storageCost("STANDARD", gb),
      why: `${whole(gb)} GB in STANDARD, for its first month`,
    },
    ...(isByPipe(settings)
      ? [
          {
            item: "Snowpipe",
            usd: snowpipeUsd(billed, usage),
            why: `${whole(billed)} GB loaded a second time`,
          },
        ]
      : []),
  ];
}
