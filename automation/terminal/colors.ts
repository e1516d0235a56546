import type { Look } from "./layout";

type Environment = Readonly<Record<string, string | undefined>>;

/** Columns of a line where the stream is no terminal. */
const COLUMNS = 100;
/** Some terminals say that they have no columns at all. */
const FEWEST_COLUMNS = 60;
/** A longer line is hard to read at a glance. */
const MOST_COLUMNS = 120;

/** Whether to write colours: on a terminal that has them (no-color.org), and where FORCE_COLOR says so, which wins as in Node itself. */
export function hasColor(stream: { readonly isTTY?: boolean }, environment: Environment): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: refused, TERM: terminal } = environment;
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  return stream.isTTY === true && !refused && terminal !== "dumb";
}

/** How text is laid out on a stream, standard output where none is given. */
export function standardLook(
  stream: { readonly isTTY?: boolean; readonly columns?: number } = process.stdout,
  environment: Environment = process.env,
): Look {
  const width = Math.max(FEWEST_COLUMNS, Math.min(stream.columns ?? COLUMNS, MOST_COLUMNS));
  return { color: hasColor(stream, environment), width };
}
