import { phaseOf, type Settings } from "../../components/settings/settings";
import { type ArchiveTier, archiveTiers, lifecycleRules } from "../../components/storage/export-bucket";
import { type CostItem, fixedCost, totalOf } from "./fixed";
import { costOf, PRICES_AS_OF, PRICES_REGION, storageCost, transitionPrices, usagePrices } from "./prices";
import { type SnowflakeCost, snowflakeCost } from "./snowflake";
import { MONTH_DAYS, monthOf, type Stay, type StayInMonth, type Step, staysOf } from "./storage";
import { filesCost, isTrail, type PricedStack, trafficCost, whole } from "./traffic";
import type { Usage } from "./usage";

/** What a stack will cost. `cost --json` prints it as it is. */
export interface CostEstimate {
  readonly stack: string;
  /** The stack's region; absent where its file names none. */
  readonly region?: string;
  /** Region whose prices these are. */
  readonly pricesRegion: string;
  /** Month of the price table, `YYYY-MM`. */
  readonly pricesAsOf: string;
  readonly usage: Usage;
  /** A month without any traffic. */
  readonly idle: CostLines;
  /** Each month by item, from the first. The amount of a month is the sum of its items. */
  readonly months: readonly (CostLines & { readonly month: number })[];
  /** Snowflake's own bill for the same usage; no part of the amounts above. */
  readonly snowflake: SnowflakeCost;
  /** Types of resources that the price table does not know, and the estimate leaves out. */
  readonly unpriced: readonly string[];
  /** What the estimate takes for granted. */
  readonly assumptions: readonly string[];
}

/** Lines of an estimate and their sum, US dollars a month. */
export interface CostLines {
  readonly usd: number;
  readonly items: readonly CostItem[];
}

/** The estimate of a stack for a usage. Pure: it asks nobody. */
export function estimateCost(stack: PricedStack, usage: Usage): CostEstimate {
  const { settings, resources } = stack;
  const { items: idle, unpriced } = fixedCost(resources);
  const small = isSmall(usage, settings);
  const stays = exportStays(settings, small);
  const months = Array.from({ length: usage.months }, (_, index) => {
    const month = index + 1;
    const items = [...storageItems(stays, usage, month), ...trafficCost(usage, stack, month), ...idle];
    return { month, usd: totalOf(items), items };
  });
  const { region } = settings;
  return {
    stack: settings.stack,
    region,
    pricesRegion: PRICES_REGION,
    pricesAsOf: PRICES_AS_OF,
    usage,
    idle: { usd: totalOf(idle), items: idle },
    months,
    snowflake: snowflakeCost(settings, usage, filesCost(inOneMonth(usage), stack, 1, 0)),
    unpriced,
    assumptions: assumptionsOf(stack, usage, small),
  };
}

/** All files of the months, as a reset exports them again. */
function inOneMonth(usage: Usage): Usage {
  const { gbPerDay, filesPerDay, months } = usage;
  return { ...usage, gbPerDay: gbPerDay * months, filesPerDay: filesPerDay * months };
}

/**
 * S3 moves no object below 128 KB by lifecycle, unless its rule names another size: docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
 * It bills one in STANDARD_IA or GLACIER_IR as if it had that size: aws.amazon.com/s3/pricing
 */
const LEAST_GB = 128 / 2 ** 20;
/** What an archived object needs in addition to its own size, in GB: aws.amazon.com/s3/pricing */
const ARCHIVE_INDEX_GB = 32 / 2 ** 20;
const ARCHIVE_NAME_GB = 8 / 2 ** 20;

/** Whether files are too small for the lifecycle to move them. */
function isSmall({ gbPerDay, filesPerDay }: Usage, { lifecycle }: Settings): boolean {
  const { minimumObjectSizeBytes: bytes } = lifecycle;
  const least = bytes === undefined ? LEAST_GB : bytes / 2 ** 30;
  return filesPerDay > 0 && gbPerDay / filesPerDay < least;
}

/** An existing bucket's lifecycle is not the stack's, and not known. */
function exportStays(settings: Settings, small: boolean): Stay[] {
  const { existingBucket, exportPrefix, lifecycle } = settings;
  if (existingBucket !== undefined) return staysOf([], Number.POSITIVE_INFINITY);
  const { expireDays = Number.POSITIVE_INFINITY, noncurrentDays } = lifecycle;
  // What expires stays as an old version for a while, and is paid for.
  const moves = lifecycleRules(exportPrefix, lifecycle).flatMap(
    ({ transitions = [] }) => transitions as readonly Step[],
  );
  const steps = small ? [] : moves;
  return staysOf(steps, expireDays + noncurrentDays, archiveTiers(lifecycle).map(archiveStep));
}

function archiveStep({ accessTier, days }: ArchiveTier): Step {
  const deep = accessTier === "DEEP_ARCHIVE_ACCESS" ? "deep " : "";
  return { days, storageClass: `INTELLIGENT_TIERING ${deep}archive` };
}

function storageItems(stays: readonly Stay[], usage: Usage, month: number): CostItem[] {
  const gb = monthOf(stays, usage.gbPerDay, month);
  const objects = monthOf(stays, usage.filesPerDay, month);
  const watched = objects
    .filter(({ stay }) => stay.storageClass.startsWith("INTELLIGENT_TIERING"))
    .reduce((sum, { held }) => sum + held, 0);
  return [
    ...gb.flatMap((stay, index) => storageItem(stay, objects[index]?.held ?? 0)),
    ...objects.flatMap(transitionItem),
    ...(watched === 0
      ? []
      : [
          {
            item: "Intelligent-Tiering monitoring",
            usd: costOf(usagePrices.tieringObject, watched),
            why: `${whole(watched)} objects`,
          },
        ]),
  ];
}

function storageItem({ stay, held, leftEarly }: StayInMonth, objects: number): CostItem[] {
  const { storageClass } = stay;
  const archived = /^GLACIER$|^DEEP_ARCHIVE$| archive$/.test(storageClass);
  const index = archived ? objects * ARCHIVE_INDEX_GB : 0;
  const name = archived ? objects * ARCHIVE_NAME_GB : 0;
  const least = /^STANDARD_IA$|^GLACIER_IR$/.test(storageClass) ? objects * LEAST_GB : 0;
  const billed = Math.max(held, least) + leftEarly + index;
  if (billed + name === 0) return [];
  const early = leftEarly > 0 ? `, and ${leftEarly.toFixed(1)} GB that left before its minimum` : "";
  return [
    {
      item: `storage ${storageClass}`,
      usd: storageCost(storageClass, billed) + name * FIRST_STANDARD_USD,
      why: `${held.toFixed(1)} GB on average${early}`,
    },
  ];
}

const FIRST_STANDARD_USD = storageCost("STANDARD", 1);

function transitionItem({ stay, entered }: StayInMonth): CostItem[] {
  const price = transitionPrices[stay.storageClass];
  if (price === undefined || entered === 0) return [];
  return [
    {
      item: `transitions to ${stay.storageClass}`,
      usd: costOf(price, entered),
      why: `${whole(entered)} objects`,
    },
  ];
}

/** Of what happens in the account no stack's settings can tell. */
function trailAssumption({ settings, resources }: PricedStack): string[] {
  const { managementEvents } = settings.auditTrail;
  if (managementEvents === "none" || !resources.some(isTrail)) return [];
  const { trailEventCopy, logIngestGb } = usagePrices;
  return [
    `the audit trail's management events, and their files in S3, are of the whole account and not counted: their first copy is free, that of a further trail costs ${trailEventCopy.usd.toFixed(2)} for ${trailEventCopy.per.toLocaleString("en-US")}, and the log group takes in each GB of them at ${logIngestGb.usd.toFixed(2)}`,
  ];
}

function hasRequestAlarms({ monitoring, existingBucket }: Settings): boolean {
  return monitoring.enabled && monitoring.requestMetrics && existingBucket === undefined;
}

function assumptionsOf(stack: PricedStack, usage: Usage, small: boolean): string[] {
  const { settings } = stack;
  return [
    `months of ${MONTH_DAYS} days, evenly filled from an empty bucket; free tiers are not counted`,
    "each file is written once and read once, by Snowflake, soon after it arrives; none is overwritten",
    ...(small
      ? [
          `files are below ${settings.lifecycle.minimumObjectSizeBytes === undefined ? "128 KB" : "`lifecycle.minimumObjectSizeBytes`"}, which S3 leaves in STANDARD: fewer and larger files cost less`,
        ]
      : []),
    ...trailAssumption(stack),
    ...(phaseOf(settings) === "awaiting-braintrust" && hasRequestAlarms(settings)
      ? ["alarms on missing exports are not counted: they exist once Braintrust's ids are set"]
      : []),
    ...(settings.replication === undefined
      ? []
      : [
          "copies by `replication` are not counted: their storage, a PUT for each file, and transfer to another region",
        ]),
    ...(settings.existingBucket === undefined
      ? []
      : ["the existing bucket's lifecycle is not known: everything stays in STANDARD"]),
    ...(settings.region === PRICES_REGION
      ? []
      : [
          `prices are ${PRICES_REGION}'s, and the stack is in ${settings.region ?? "a region not set"}: expect others`,
        ]),
    `a credit of Snowflake costs ${usage.creditUsd.toFixed(2)} (--credit-usd; on demand 2.00 for Standard, 3.00 for Enterprise and 4.00 for Business Critical in us-east-1); Snowflake's storage and your queries are not counted`,
    `jsonl files are ${usage.textRatio} times as large uncompressed (--text-ratio), and Parquet files as large as compressed jsonl; BYTES_BILLED of Snowflake's COPY_HISTORY tells what was billed`,
  ];
}
