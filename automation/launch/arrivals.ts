import { z } from "zod";
import { PipelineError } from "../errors";
import { jsonTables, parseJson } from "../snowflake/answers/json-answers";

/** What Snowflake has of one stream. */
export interface Arrival {
  readonly rows: number;
  /** When the pipe last received an event, as Snowflake writes it. */
  readonly lastEvent?: string | undefined;
}

/** docs.snowflake.com/en/sql-reference/functions/system_pipe_status */
const pipeStatus = z.object({ lastReceivedMessageTimestamp: z.string().optional() });

/**
 * What the answers to the SQL of arrivals say, by stream.
 *
 * @throws PipelineError where they have no rows of it.
 */
export function arrivalsOf(answers: string): ReadonlyMap<string, Arrival> {
  const rows = jsonTables(parseJson(answers)).flatMap((table) => table.rows);
  const events = new Map(
    rows.flatMap((row) => {
      const status = pipeStatus.safeParse(parseJson(row.get("pipe_status") ?? "")).data;
      return status === undefined ? [] : [[row.get("stream"), status.lastReceivedMessageTimestamp] as const];
    }),
  );
  const found = new Map<string, Arrival>();
  for (const row of rows) {
    const [stream, loaded] = [row.get("stream"), row.get("rows_loaded")];
    if (stream === undefined || loaded === undefined) continue;
    found.set(stream, { rows: Number(loaded), lastEvent: events.get(stream) || undefined });
  }
  if (found.size > 0) return found;
  throw new PipelineError("the Snowflake CLI's answer has no counts of rows");
}

/** How a wait goes about it. */
export interface Waiting {
  readonly deadlineMs: number;
  readonly pauseMs: number;
  /** @throws where the work is cancelled meanwhile. */
  readonly pause: (milliseconds: number) => Promise<unknown>;
  readonly now: () => number;
  /** Receives what is waited for, once. */
  readonly note: (message: string) => void;
}

/**
 * Looks until there is something.
 *
 * @param lasting what to look at when it lasts.
 * @throws PipelineError at the deadline.
 */
export async function awaited<Found>(
  what: string,
  lasting: string,
  look: () => Promise<Found | undefined>,
  { deadlineMs, pauseMs, pause, now, note }: Waiting,
): Promise<Found> {
  const end = now() + deadlineMs;
  for (let looks = 0; ; looks += 1) {
    const found = await look();
    if (found !== undefined) return found;
    const minutes = Math.round(deadlineMs / 6000) / 10;
    if (now() >= end) throw new PipelineError(`no ${what} within ${minutes} min: ${lasting}`);
    if (looks === 0) note(`waiting for ${what}, at most ${minutes} min; if it lasts, ${lasting}`);
    await pause(pauseMs);
  }
}
