import { counted } from "../terminal/counted";
import { type Cell, table } from "../terminal/layout";
import { missingStates } from "./load-missing-sql";
import type { FileReport, StreamReport } from "./reconciliation";
import { type FileState, fileStates } from "./states";

/** States of which files are named. */
export const namedStates: readonly FileState[] = [
  ...missingStates,
  "unknown",
  "archived",
  "loadedWithErrors",
  "waiting",
];

/** Most files that are named of each state. */
export const MOST_NAMED = 20;

/** What each state says, and what to do about it. */
export const meanings: Readonly<Record<FileState, string>> = {
  failed: "Snowflake could not load it: correct the file, or its format",
  skipped: "Snowflake has not loaded it and does not wait for it: an event was lost",
  unknown:
    "older than the load history, and no row of it is in the table: pass --account-usage for a year's history",
  waiting: "not loaded yet",
  archived: "in a storage class that Snowflake cannot read: restore it, then load it",
  loadedWithErrors: "loaded in part",
  loadedAndGone: "loaded, and no longer in the bucket",
  ignored: "empty, a test's, gone before it was loaded, or with another end than events.suffix",
  loaded: "loaded",
};

/** The report for people: counts by stream, and the worst files. */
export function renderReport(
  stack: string,
  streams: readonly StreamReport[],
  worst: readonly FileReport[],
): string {
  return [
    `Stack ${stack}: files in the bucket and in Snowflake`,
    "",
    ...countsTable(streams),
    ...streams.flatMap(pipeLine),
    ...namedStates.flatMap((state) => {
      const files = worst.filter((file) => file.state === state);
      if (files.length === 0) return [];
      const count = streams.reduce((sum, { counts }) => sum + counts[state], 0);
      const rest = count - files.length;
      return [
        "",
        `${state} (${meanings[state]}):`,
        ...files.map(fileLine),
        ...(rest > 0 ? [`  and ${rest} more: --json names them all`] : []),
      ];
    }),
  ].join("\n");
}

function countsTable(streams: readonly StreamReport[]): string[] {
  const states = [...fileStates].reverse().filter((state) => streams.some(({ counts }) => counts[state] > 0));
  const figure = (text: string): Cell => ({ text, hAlign: "right" });
  // The table wraps its last column, so that has no figures.
  const end = { text: "" };
  const head = [{ text: "stream" }, ...states.map(figure), end];
  const rows = streams.map(({ stream, counts }) => [
    { text: stream },
    ...states.map((state) => figure(`${counts[state]}`)),
    end,
  ]);
  return table([head, ...rows], { color: false, width: Number.POSITIVE_INFINITY });
}

function pipeLine({ stream, pipe }: StreamReport): string[] {
  if (pipe === undefined || (pipe.state === "RUNNING" && pipe.pending === 0)) return [];
  return [`pipe of ${stream}: ${pipe.state}, ${counted(pipe.pending, "file")} before it`];
}

/** A file on one line, with Snowflake's first error. */
export function fileLine({ key, message }: Pick<FileReport, "key" | "message">): string {
  return `  ${oneLine(key)}${message === undefined ? "" : `: ${oneLine(message)}`}`;
}

/** Names and messages are others' words: a line end in one would look like a line of this report. */
function oneLine(text: string): string {
  return text.replaceAll("\r", "\\r").replaceAll("\n", "\\n");
}

/** What is beyond its limit, in words. */
export function violations(
  streams: readonly StreamReport[],
  limits: { readonly maxMissing: number; readonly maxAgeHours: number },
): string[] {
  const missing = streams.reduce(
    (sum, { counts }) => sum + missingStates.reduce((part, state) => part + counts[state], 0),
    0,
  );
  const late = streams.filter(({ oldestWaitingHours = 0 }) => oldestWaitingHours > limits.maxAgeHours);
  return [
    ...(missing > limits.maxMissing
      ? [
          `${counted(missing, "file")} ${missing === 1 ? "is" : "are"} missing in Snowflake, more than --max-missing ${limits.maxMissing}`,
        ]
      : []),
    ...late.map(
      ({ stream, oldestWaitingHours = 0 }) =>
        `a file of stream ${stream} waits for ${oldestWaitingHours.toFixed(1)} hours, longer than --max-age ${limits.maxAgeHours}`,
    ),
  ];
}
