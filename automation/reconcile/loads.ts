import type { Readable } from "node:stream";
import { z } from "zod";
import { UsageError } from "../errors";
import { counted } from "../terminal/counted";
import { answerRows } from "./answer-rows";
import { type Batch, LOADED_SINCE, type MissingFile } from "./load-missing-sql";
import type { StreamReport } from "./reconciliation";
import { fileLine, MOST_NAMED } from "./report";
import type { FileState } from "./states";

/** What became of a file that was to be loaded. */
export interface LoadedFile {
  readonly key: string;
  /** The state that it has now: the one from before where COPY did not name it. */
  readonly state: FileState;
  readonly rows: number;
  /** Snowflake's first error. */
  readonly message?: string | undefined;
}

/** What a batch loaded. */
export interface BatchReport {
  readonly stream: string;
  /** Whether it did not run, since files of it were loaded after the comparison. */
  readonly leftOut: boolean;
  readonly files: readonly LoadedFile[];
}

/** docs.snowflake.com/en/sql-reference/sql/copy-into-table (output). Other statements answer without a file. */
const row = z.object({
  FILE: z.string(),
  STATUS: z.string(),
  ROWS_LOADED: z.coerce.number().optional(),
  FIRST_ERROR: z.string().nullish(),
});

const states: Readonly<Record<string, FileState>> = {
  LOADED: "loaded",
  [LOADED_SINCE]: "loaded",
  PARTIALLY_LOADED: "loadedWithErrors",
  LOAD_FAILED: "failed",
};

/**
 * Reads what the SQL of the batches answered.
 *
 * @throws UsageError where a row is not one of COPY's.
 */
export async function readLoads(
  batches: readonly Batch[],
  bucket: string,
  answers: Readable,
): Promise<BatchReport[]> {
  const found = new Map<string, z.infer<typeof row>>();
  for await (const value of answerRows(answers)) {
    if (!("FILE" in value)) continue;
    const parsed = row.safeParse(value);
    if (!parsed.success)
      throw new UsageError(`Snowflake's answer has a row that is not COPY's: ${parsed.error.message}`);
    found.set(parsed.data.FILE.replace(`s3://${bucket}/`, ""), parsed.data);
  }
  return batches.map(({ stream, files }) => ({
    stream,
    leftOut: files.some(({ key }) => found.get(key)?.STATUS === LOADED_SINCE),
    files: files.map((file) => loadedFile(file, found.get(file.key))),
  }));
}

function loadedFile({ key, state }: MissingFile, answer: z.infer<typeof row> | undefined): LoadedFile {
  const { STATUS = "", ROWS_LOADED = 0, FIRST_ERROR } = answer ?? {};
  return {
    key,
    state: states[STATUS.toUpperCase().replaceAll(" ", "_")] ?? state,
    rows: ROWS_LOADED,
    message: FIRST_ERROR || undefined,
  };
}

/** The streams' counts once the batches were loaded. */
export function afterLoads(
  streams: readonly StreamReport[],
  batches: readonly Batch[],
  reports: readonly BatchReport[],
): StreamReport[] {
  return streams.map((report) => {
    const counts = { ...report.counts };
    batches.forEach(({ stream, files }, at) => {
      if (stream !== report.stream) return;
      files.forEach(({ state }, index) => {
        counts[state] -= 1;
        counts[reports[at]?.files[index]?.state ?? state] += 1;
      });
    });
    return { ...report, counts };
  });
}

/** What each batch loaded and what it did not, for people. */
export function renderLoads(reports: readonly BatchReport[]): string {
  return reports
    .flatMap(({ stream, leftOut, files }, at) => {
      const loaded = files.filter(({ state }) => isLoaded(state));
      const others = files.filter(({ state }) => !isLoaded(state));
      const head = `batch ${at + 1} of ${reports.length}, stream ${stream}:`;
      if (leftOut) {
        return [
          `${head} left out, since of its ${counted(files.length, "file")} these were loaded after the comparison; run the command again:`,
          ...some(loaded),
        ];
      }
      const rows = loaded.reduce((sum, file) => sum + file.rows, 0);
      return [
        `${head} ${loaded.length} of ${counted(files.length, "file")} loaded, ${counted(rows, "row")}${others.length > 0 ? "; not loaded:" : ""}`,
        ...some(others),
      ];
    })
    .join("\n");
}

const isLoaded = (state: FileState) => state === "loaded" || state === "loadedWithErrors";

function some(files: readonly LoadedFile[]): string[] {
  const rest = files.length - MOST_NAMED;
  return [...files.slice(0, MOST_NAMED).map(fileLine), ...(rest > 0 ? [`  and ${rest} more`] : [])];
}
