/**
 * What happens to exported files, told event by event, and what S3 and Snowflake let one see of it afterwards:
 *   ListObjectsV2   docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html: order by UTF-8 bytes, times in seconds
 *   COPY_HISTORY    docs.snowflake.com/en/sql-reference/functions/copy_history: 14 days; the ACCOUNT_USAGE view 365
 *   landing table   METADATA$FILENAME is the whole key; rows stay until somebody deletes them
 */

/** What the loader does with a version of a file, once it learns of it. */
export type Outcome = "loads" | "loads in part" | "refuses" | "skips" | "is loading";

/** A version of an object: written, and either reported to the loader or not. */
export interface Writing {
  readonly daysAgo: number;
  readonly bytes: number;
  /** Undefined where its event was lost. */
  readonly outcome: Outcome | undefined;
}

/** The life of one key. */
export interface Life {
  readonly key: string;
  readonly writings: readonly Writing[];
  readonly archived: boolean;
  readonly deleted: boolean;
  /** Whether somebody has deleted its rows from the table. */
  readonly rowsDeleted: boolean;
}

/** How far one can see. */
export interface Sight {
  readonly historyDays: number;
  readonly patienceDays: number;
  /** Whether the loader stands still with files before it. */
  readonly standsStill: boolean;
}

export const DAY = 86_400_000;
export const NOW = Date.UTC(2026, 10, 28, 12);

const LOADING_TAKES = 60_000;

const statuses: Readonly<Record<Outcome, string>> = {
  loads: "Loaded",
  "loads in part": "Partially loaded",
  refuses: "Load failed",
  skips: "Load skipped",
  "is loading": "Load in progress",
};

const puts = (outcome: Outcome | undefined) => outcome === "loads" || outcome === "loads in part";
const writtenAt = ({ daysAgo }: Writing) => Math.round(NOW - daysAgo * DAY);
const bySeconds = (time: number) => Math.floor(time / 1000) * 1000;
const byBytes = <Row extends { readonly key: string }>(rows: readonly Row[]) =>
  [...rows].sort((one, other) => Buffer.compare(Buffer.from(one.key), Buffer.from(other.key)));

/** S3's listing. */
export function listingOf(lives: readonly Life[]) {
  return byBytes(
    lives.flatMap(({ key, writings, archived, deleted }) => {
      const last = writings.at(-1);
      if (last === undefined || deleted) return [];
      const modified = new Date(bySeconds(writtenAt(last)));
      return [
        { key, Size: last.bytes, LastModified: modified, StorageClass: archived ? "GLACIER" : "STANDARD" },
      ];
    }),
  );
}

/** The latest entry of the load history and what is in the table, by key. */
export function answersOf(lives: readonly Life[], { historyDays }: Sight) {
  return byBytes(
    lives.flatMap(({ key, writings, rowsDeleted }) => {
      const noticed = writings.filter(({ bytes, outcome }) => bytes > 0 && outcome !== undefined);
      const entry = noticed
        .filter((writing) => writtenAt(writing) + LOADING_TAKES >= NOW - historyDays * DAY)
        .at(-1);
      const rows = rowsDeleted ? undefined : noticed.filter(({ outcome }) => puts(outcome)).at(-1);
      if (entry === undefined && rows === undefined) return [];
      const isLoading = entry?.outcome === "is loading";
      return [
        {
          key,
          status: entry?.outcome === undefined ? null : statuses[entry.outcome],
          loadedAt: entry === undefined || isLoading ? null : writtenAt(entry) + LOADING_TAKES,
          modified: rows === undefined ? null : bySeconds(writtenAt(rows)),
        },
      ];
    }),
  );
}

/** What became of each key, as far as it can be known; keys of which nothing is left to see are absent. */
export function truthOf(lives: readonly Life[], sight: Sight): Map<string, string> {
  return new Map(
    lives.flatMap((life) => {
      const state = fateOf(life, sight);
      return state === undefined ? [] : [[life.key, state] as const];
    }),
  );
}

function fateOf({ key, writings, archived, deleted, rowsDeleted }: Life, sight: Sight): string | undefined {
  const isRemembered = (writing: Writing) =>
    writtenAt(writing) + LOADING_TAKES >= NOW - sight.historyDays * DAY;
  const last = writings.at(-1);
  const noticed = writings.filter(({ bytes, outcome }) => bytes > 0 && outcome !== undefined);
  const hasRows = !rowsDeleted && noticed.some(({ outcome }) => puts(outcome));
  const remembered = noticed.filter(isRemembered).at(-1);
  if (last === undefined) return undefined;
  if (deleted && remembered === undefined && !hasRows) return undefined;
  if (key.includes("_verify/")) return "ignored";
  if (deleted) return hasRows || puts(remembered?.outcome) ? "loadedAndGone" : "ignored";
  if (last.bytes === 0) return "ignored";
  const isKnown = last.outcome !== undefined && isRemembered(last);
  if (isKnown && last.outcome === "loads in part") return "loadedWithErrors";
  if (puts(last.outcome) && (isKnown || !rowsDeleted)) return "loaded";
  if (archived) return "archived";
  if (isKnown && last.outcome === "refuses") return "failed";
  if (isKnown && last.outcome === "skips") return "skipped";
  if (isKnown) return "waiting";
  if (last.daysAgo <= sight.patienceDays) return "waiting";
  if (last.daysAgo > sight.historyDays) return "unknown";
  return sight.standsStill ? "waiting" : "skipped";
}
