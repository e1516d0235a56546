/** What may have become of a file, worst first. */
export const fileStates = [
  "failed",
  "skipped",
  "unknown",
  "waiting",
  "archived",
  "loadedWithErrors",
  "loadedAndGone",
  "ignored",
  "loaded",
] as const;

/** What became of a file. */
export type FileState = (typeof fileStates)[number];

/** An object below a stream's prefix. Times are milliseconds since 1970. */
export interface StoredFile {
  readonly key: string;
  readonly bytes: number;
  readonly modified: number;
  /** In a storage class that Snowflake cannot read. */
  readonly archived: boolean;
}

/** What Snowflake knows of a file. */
export interface KnownFile {
  readonly key: string;
  /** The latest entry of the load history, where it reaches that far. */
  readonly load?: Load | undefined;
  /** When the newest version whose rows are in the landing table was written. */
  readonly modified?: number | undefined;
  /** The object, where Snowflake's answer lists the bucket too. */
  readonly listed?: ListedFile | undefined;
}

/** An object as Snowflake lists it. */
export interface ListedFile extends Pick<StoredFile, "bytes" | "modified"> {
  /** Absent where the list does not know it. */
  readonly storageClass?: string | undefined;
}

/** What Snowflake's load history says of a file. */
export interface Load {
  readonly status: "loaded" | "partial" | "failed" | "skipped" | "running";
  readonly at: number;
  /** Snowflake's first error. */
  readonly message?: string | undefined;
}

/** What the answers of Snowflake reach, and when they were given. */
export interface Moment {
  readonly now: number;
  /** Since when the load history is known. */
  readonly historyFrom: number;
  /** Files with another end are reported by no event. */
  readonly suffix?: string | undefined;
  /** How long a file may wait. */
  readonly maxAge: number;
  /** Whether the loader still has files before it, or stands still: what it has not loaded is not lost. */
  readonly isBehind: boolean;
  /** Of when the list of the bucket is. What happened after that says nothing of a file that it lacks. @default when the answer was given */
  readonly listedUntil?: number | undefined;
}

/** Objects of the checks of this project. */
const TEST_OBJECT = /(^|\/)_verify\/|_braintrust_snowflake_probe_/;

/** S3 and Snowflake keep a file's time in seconds. */
const SECOND = 1000;

/** The state of a file that S3, Snowflake or both know. */
export function stateOf(
  stored: StoredFile | undefined,
  known: KnownFile | undefined,
  moment: Moment,
): FileState {
  const key = stored?.key ?? known?.key ?? "";
  if (TEST_OBJECT.test(key)) return "ignored";
  if (stored === undefined) return stateOfUnlisted(known, moment);
  if (stored.bytes === 0) return "ignored";
  const { load, modified } = ofThisVersion(stored, known);
  if (load?.status === "partial") return "loadedWithErrors";
  if (load?.status === "loaded" || modified !== undefined) return "loaded";
  if (moment.suffix !== undefined && !key.endsWith(moment.suffix)) return "ignored";
  if (stored.archived) return "archived";
  if (load?.status === "running") return "waiting";
  if (load !== undefined) return load.status;
  if (moment.now - stored.modified <= moment.maxAge) return "waiting";
  if (stored.modified < moment.historyFrom) return "unknown";
  return moment.isBehind ? "waiting" : "skipped";
}

/** A file that the list lacks is gone, or newer than the list. */
function stateOfUnlisted(
  known: KnownFile | undefined,
  { listedUntil = Number.POSITIVE_INFINITY }: Moment,
): FileState {
  if (known === undefined) return "ignored";
  const { load, modified = 0 } = known;
  if (Math.max(load?.at ?? 0, modified) <= listedUntil) return wasLoaded(known) ? "loadedAndGone" : "ignored";
  if (load?.status === "partial") return "loadedWithErrors";
  if (wasLoaded(known)) return "loaded";
  return load?.status === "running" ? "waiting" : "failed";
}

function wasLoaded({ load, modified }: KnownFile): boolean {
  return modified !== undefined || load?.status === "loaded" || load?.status === "partial";
}

/** An object may be written again under its name: what Snowflake knows of an earlier version says nothing about this one. */
function ofThisVersion(
  { modified: written }: StoredFile,
  known: KnownFile | undefined,
): Omit<KnownFile, "key"> {
  const since = Math.floor(written / SECOND) * SECOND;
  const { load, modified } = known ?? {};
  return {
    load: load !== undefined && load.at >= since ? load : undefined,
    modified: modified !== undefined && modified >= since ? modified : undefined,
  };
}
