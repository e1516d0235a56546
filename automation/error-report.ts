import { isMistake, messageOf, PipelineError, UsageError } from "./errors";

/**
 * What the command line prints of an error: its message. Where it is, or was caused by, a mistake in this program, that
 * mistake's stack trace follows; with `debug` the traces of all that caused the error.
 */
export function errorReport(thrown: unknown, debug: boolean): string {
  const all = chainOf(thrown);
  const mistaken = !isExpected(thrown) || all.some(isMistake);
  const [first = "", ...causes] = all.map((each) =>
    debug || !isExpected(each) ? traceOf(each) : messageOf(each),
  );
  if (!mistaken && !debug) return first;
  return [first, ...causes.map((cause) => `caused by: ${cause}`), ...(mistaken ? [REPORT] : [])].join("\n");
}

/** Whether an error says to people what is wrong and what to do. */
function isExpected(thrown: unknown): boolean {
  return thrown instanceof UsageError || thrown instanceof PipelineError;
}

const REPORT =
  "This is a mistake in this program, and not in your settings. Please report it with the lines above, the command and " +
  "its versions: `npm ls --depth 0` and `node --version`.";

/**
 * An error with its stack trace. Nothing else of it: errors of HTTP clients have requests with their headers as properties,
 * those of child processes all that was printed. URLs are shown without who logs in there.
 */
function traceOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const { stack = String(thrown) } = thrown;
  // An error's text is in its trace, as it was when the error was made.
  const text = stack.includes(thrown.message) ? stack : `${thrown}\n${stack}`;
  return text.replace(/\/\/[^/\s@]+@/g, "//");
}

/** What was thrown, what caused it, what caused that. */
function chainOf(thrown: unknown, known = new Set<unknown>()): unknown[] {
  if (known.has(thrown)) return [];
  known.add(thrown);
  if (!(thrown instanceof Error)) return [thrown];
  const causes = [
    ...(thrown.cause === undefined ? [] : [thrown.cause]),
    ...(thrown instanceof AggregateError ? thrown.errors : []),
  ];
  return [thrown, ...causes.flatMap((cause) => chainOf(cause, known))];
}
