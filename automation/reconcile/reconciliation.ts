import { UsageError } from "../errors";
import type { PipelineOutputs } from "../outputs";
import { keyPrefixOf } from "../snowflake/sql/files-sql";
import { listed } from "../terminal/counted";
import { compareUtf8 } from "./byte-order";
import type { FilesAnswer, PipeStatus, StreamAnswer } from "./known-files";
import { knownInOrder, mergeFiles, type Pair } from "./merge";
import { type FileState, fileStates, type StoredFile, stateOf } from "./states";
import { type ArchiveRule, type Lister, listedObject, storedFiles } from "./stored-files";

/** A file, what became of it, and what is known of that. */
export interface FileReport {
  readonly stream: string;
  readonly key: string;
  readonly state: FileState;
  readonly bytes?: number | undefined;
  readonly modified?: number | undefined;
  /** Snowflake's first error. */
  readonly message?: string | undefined;
}

/** What became of a stream's files. */
export interface StreamReport {
  readonly stream: string;
  readonly pipe?: PipeStatus | undefined;
  readonly counts: Readonly<Record<FileState, number>>;
  /** Hours for which the oldest of the waiting files has been there. */
  readonly oldestWaitingHours?: number | undefined;
}

/** What is compared. */
export interface Reconciliation {
  readonly outputs: Pick<PipelineOutputs, "bucketName" | "streams">;
  readonly s3: Lister;
  readonly answer: FilesAnswer;
  /** What archives objects, for lists that do not know storage classes. @default nothing does */
  readonly archiveRule?: ArchiveRule | undefined;
  /** Files with another end are not loaded. @default every file is */
  readonly suffix?: string | undefined;
  /** How long a file may wait, in milliseconds. */
  readonly maxAge: number;
  readonly signal?: AbortSignal | undefined;
  /** Receives each file, in the order of names. */
  readonly onFile: (file: FileReport) => void | Promise<void>;
}

const HOUR_MS = 3_600_000;

/**
 * Compares what lies in the bucket with what Snowflake knows, file by file, keeping none. S3 is asked for its list where the
 * answer has none.
 *
 * @throws UsageError where the answer is of other streams.
 */
export async function reconcile({ outputs, answer, ...work }: Reconciliation): Promise<StreamReport[]> {
  const streams = outputs.streams
    .map((stream) => ({ ...tallyOf(stream.name, answer), prefix: keyPrefixOf(stream) }))
    .sort((one, other) => compareUtf8(one.prefix, other.prefix));
  const stored = (async function* (): AsyncGenerator<StoredFile> {
    for (const { prefix } of streams) yield* storedFiles(work.s3, outputs.bucketName, prefix, work.signal);
  })();
  const pairs = answer.streams.every(({ listedUntil }) => listedUntil !== undefined)
    ? listedPairs(answer, work.archiveRule)
    : mergeFiles(stored, answer.files);
  let tally: (typeof streams)[number] | undefined;
  for await (const { stored: object, known } of pairs) {
    const key = object?.key ?? known?.key ?? "";
    // Most files are of the stream of the one before.
    if (!tally || !key.startsWith(tally.prefix)) tally = streams.find(({ prefix }) => key.startsWith(prefix));
    if (tally === undefined) {
      throw new UsageError(
        `Snowflake's answer names ${JSON.stringify(key)}, which is of no stream of this stack: pass what this stack's query answers`,
      );
    }
    const state = stateOf(object, known, { ...tally.moment, maxAge: work.maxAge, suffix: work.suffix });
    tally.counts[state] += 1;
    if (state === "waiting" && object !== undefined) {
      tally.oldestWaiting = Math.min(tally.oldestWaiting, object.modified);
    }
    const { bytes, modified } = object ?? {};
    const told = work.onFile({
      stream: tally.stream,
      key,
      state,
      bytes,
      modified,
      message: known?.load?.message,
    });
    if (told !== undefined) await told;
  }
  return streams.map(({ stream, pipe, counts, oldestWaiting, moment }) => ({
    stream,
    pipe,
    counts,
    oldestWaitingHours: counts.waiting === 0 ? undefined : (moment.now - oldestWaiting) / HOUR_MS,
  }));
}

async function* listedPairs(
  { streams, files }: FilesAnswer,
  rule: ArchiveRule | undefined,
): AsyncGenerator<Pair> {
  const now = Math.min(...streams.map((stream) => stream.now));
  for await (const known of knownInOrder(files)) yield { stored: listedObject(known, now, rule), known };
}

function tallyOf(stream: string, { streams }: FilesAnswer) {
  const answer = streams.find((each) => each.stream === stream);
  if (answer === undefined) {
    const named = listed(streams.map((each) => JSON.stringify(each.stream)));
    throw new UsageError(
      `Snowflake's answer lacks stream ${JSON.stringify(stream)}, it is of ${named}: pass what this stack's query answers`,
    );
  }
  const counts = Object.fromEntries(fileStates.map((state) => [state, 0])) as Record<FileState, number>;
  return {
    stream,
    pipe: answer.pipe,
    counts,
    oldestWaiting: Number.POSITIVE_INFINITY,
    moment: momentOf(answer),
  };
}

/** A pipe that stands still, or has files before it, still loads what it knows of: loading that by hand would load it twice. */
function momentOf({ now, historyFrom, pipe, listedUntil }: StreamAnswer) {
  return {
    now,
    historyFrom,
    listedUntil,
    isBehind: pipe !== undefined && (pipe.state !== "RUNNING" || pipe.pending > 0),
  };
}
