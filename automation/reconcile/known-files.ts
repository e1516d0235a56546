import type { Readable } from "node:stream";
import { z } from "zod";
import { UsageError } from "../errors";
import { answerRows } from "./answer-rows";
import type { KnownFile, ListedFile, Load } from "./states";

/** What Snowflake says of a stream as a whole. */
export interface StreamAnswer {
  readonly stream: string;
  /** When the answers were given, by Snowflake's clock. */
  readonly now: number;
  readonly historyFrom: number;
  /** None where a task loads. */
  readonly pipe?: PipeStatus | undefined;
  /** Of when the answer's list of the bucket is; absent where it has none. */
  readonly listedUntil?: number | undefined;
}

/** docs.snowflake.com/en/sql-reference/functions/system_pipe_status */
export interface PipeStatus {
  readonly state: string;
  readonly pending: number;
}

/** What Snowflake answered to the query: first of each stream, then of each file, in the order of names. */
export interface FilesAnswer {
  readonly streams: readonly StreamAnswer[];
  readonly files: AsyncIterable<KnownFile>;
}

/** A client writes a number as such or as text, and null as such or as nothing. */
const number = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d+(\.\d+)?$/)
      .transform(Number),
    z.null(),
    z.literal("").transform(() => null),
  ])
  .optional();
const text = z.string().nullish();
const row = z.object({
  STREAM: z.string(),
  FILE: text,
  STATUS: text,
  LOADED_AT: number,
  MESSAGE: text,
  MODIFIED: number,
  BYTES: number,
  STORED_AT: number,
  STORAGE_CLASS: text,
});
type Row = z.infer<typeof row>;

/** As Snowflake writes a status, in words or with underscores. docs.snowflake.com/en/sql-reference/account-usage/copy_history */
const statuses: Readonly<Record<string, Load["status"]>> = {
  LOADED: "loaded",
  PARTIALLY_LOADED: "partial",
  LOAD_FAILED: "failed",
  LOAD_SKIPPED: "skipped",
  LOAD_IN_PROGRESS: "running",
};

const pipeStatus = z.object({
  executionState: z.string(),
  pendingFileCount: z.number().default(0),
});

/**
 * Reads Snowflake's answer piece by piece.
 *
 * @throws UsageError where it is not the query's answer.
 */
export async function readFilesAnswer(input: Readable): Promise<FilesAnswer> {
  const rows = rowsOf(input);
  const streams: StreamAnswer[] = [];
  let first: Row | undefined;
  for (;;) {
    const { value, done } = await rows.next();
    if (done) break;
    if (value.FILE) {
      first = value;
      break;
    }
    streams.push(streamAnswer(value));
  }
  if (streams.length === 0) {
    throw new UsageError(
      "Snowflake's answer has no row that names a stream: pass what the printed query answers, whole and in its order",
    );
  }
  return { streams, files: knownFiles(first, rows) };
}

async function* knownFiles(first: Row | undefined, others: AsyncGenerator<Row>): AsyncGenerator<KnownFile> {
  if (first !== undefined) yield knownFile(first);
  for await (const other of others) yield knownFile(other);
}

function streamAnswer({ STREAM, LOADED_AT, MODIFIED, MESSAGE, STORED_AT }: Row): StreamAnswer {
  if (typeof LOADED_AT !== "number" || typeof MODIFIED !== "number") {
    throw new UsageError(`Snowflake's answer: the row of stream ${JSON.stringify(STREAM)} has no times`);
  }
  if (STORED_AT === null) {
    throw new UsageError(
      `Snowflake's answer: the list of the bucket for stream ${JSON.stringify(STREAM)} is empty; wait for the first inventory, or pass --list-from s3`,
    );
  }
  return {
    stream: STREAM,
    now: LOADED_AT,
    historyFrom: MODIFIED,
    pipe: MESSAGE ? pipeOf(STREAM, MESSAGE) : undefined,
    listedUntil: STORED_AT,
  };
}

function pipeOf(stream: string, json: string): PipeStatus {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    value = undefined;
  }
  const parsed = pipeStatus.safeParse(value);
  if (parsed.success) return { state: parsed.data.executionState, pending: parsed.data.pendingFileCount };
  throw new UsageError(
    `Snowflake's answer: the status of stream ${JSON.stringify(stream)}'s pipe cannot be read`,
  );
}

function knownFile(found: Row): KnownFile {
  const { FILE, STATUS, LOADED_AT, MESSAGE, MODIFIED } = found;
  if (!FILE)
    throw new UsageError("Snowflake's answer has rows of streams behind those of files: keep its order");
  const common = { key: FILE, modified: MODIFIED ?? undefined, listed: listedFile(found) };
  if (!STATUS) return common;
  const status = statuses[STATUS.toUpperCase().replaceAll(" ", "_")];
  if (status === undefined) {
    throw new UsageError(
      `Snowflake's answer: ${JSON.stringify(FILE)} has the status ${JSON.stringify(STATUS)}, which is none of ${Object.keys(statuses).join(", ")}`,
    );
  }
  // A load in progress has no time yet.
  const at = LOADED_AT ?? Number.POSITIVE_INFINITY;
  return { ...common, load: { status, at, message: MESSAGE || undefined } };
}

function listedFile({ BYTES, STORED_AT, STORAGE_CLASS }: Row): ListedFile | undefined {
  if (typeof STORED_AT !== "number") return undefined;
  return { bytes: BYTES ?? 0, modified: STORED_AT, storageClass: STORAGE_CLASS || undefined };
}

async function* rowsOf(input: Readable): AsyncGenerator<Row> {
  for await (const value of answerRows(input)) {
    // Statements before the query answer that they were executed.
    if (!("FILE" in value)) continue;
    const parsed = row.safeParse(value);
    if (!parsed.success) {
      const column = String(parsed.error.issues[0]?.path[0]);
      const kind = ["LOADED_AT", "MODIFIED", "BYTES", "STORED_AT"].includes(column)
        ? "a whole number"
        : "text";
      throw new UsageError(
        `Snowflake's answer: ${column} of a row is ${JSON.stringify(value[column])}, and must be ${kind}: pass the answer as Snowflake gave it, not as another program saved it`,
      );
    }
    yield parsed.data;
  }
}
