import type { Readable } from "node:stream";
import { JSONParser } from "@streamparser/json";
import { parse } from "csv-parse";
import { z } from "zod";
import { PipelineError, UsageError } from "../errors";
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
 * Reads Snowflake's answer piece by piece: JSON of the Snowflake CLI, or CSV as Snowsight saves it, in UTF-8 or UTF-16.
 *
 * @throws UsageError where it is not the query's answer.
 */
export async function readFilesAnswer(input: Readable): Promise<FilesAnswer> {
  const rows = rowsOf(textOf(input));
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
    throw new PipelineError(
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

/** Text by its byte order mark, or by the zeros of ASCII characters in UTF-16, which Windows PowerShell's `>` writes. */
async function* textOf(input: Readable): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  try {
    for await (const chunk of input) {
      const bytes = Buffer.from(chunk);
      decoder ??= new TextDecoder(encodingOf(bytes), { fatal: true });
      yield decoder.decode(bytes, { stream: true });
    }
    yield decoder?.decode() ?? "";
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError("Snowflake's answer is no text in UTF-8 or UTF-16: save it as UTF-8", {
      cause: error,
    });
  }
}

function encodingOf([first, second]: Buffer): string {
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return "utf-16le";
  return (first === 0xfe && second === 0xff) || (first === 0 && second !== 0) ? "utf-16be" : "utf-8";
}

/** As many characters as tell a list of tables from a table, and JSON from CSV. */
const HEAD = 64;

async function* rowsOf(pieces: AsyncGenerator<string>): AsyncGenerator<Row> {
  let head = "";
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
    head += next.value;
    if (head.trimStart().length >= HEAD) break;
  }
  const all = (async function* () {
    yield head;
    yield* pieces;
  })();
  const shape = head.replaceAll(/\s/g, "").slice(0, 2);
  const values = shape.startsWith("[") || shape.startsWith("{") ? jsonRows(all, shape) : csvRows(all);
  for await (const value of values) {
    // Statements before the query answer that they were executed.
    if (typeof value !== "object" || value === null || !("FILE" in value)) continue;
    const parsed = row.safeParse(value);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new UsageError(`Snowflake's answer: ${issue?.path.join(".")} of a row is ${issue?.message}`);
    }
    yield parsed.data;
  }
}

async function* jsonRows(pieces: AsyncIterable<string>, shape: string): AsyncGenerator<unknown> {
  const found: unknown[] = [];
  const parser = new JSONParser({ paths: [shape === "[[" ? "$.*.*" : "$.*"], keepStack: false });
  parser.onValue = ({ value }) => void found.push(value);
  parser.onEnd = () => undefined;
  for await (const piece of pieces) {
    try {
      if (!parser.isEnded) parser.write(piece);
    } catch (error) {
      throw new UsageError(`Snowflake's answer is no JSON: ${(error as Error).message}`, { cause: error });
    }
    yield* found.splice(0);
  }
  if (!parser.isEnded) throw new UsageError("Snowflake's answer ends in the middle: pass the whole of it");
}

async function* csvRows(pieces: AsyncIterable<string>): AsyncGenerator<unknown> {
  const parser = parse({ columns: true, bom: true, skip_empty_lines: true });
  const { Readable: Source } = await import("node:stream");
  const source = Source.from(pieces);
  source.on("error", (error) => parser.destroy(error));
  try {
    yield* source.pipe(parser);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`Snowflake's answer is neither JSON nor CSV: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
