import type { Look } from "./layout";

type Environment = Readonly<Record<string, string | undefined>>;

/** Columns of a line where the stream is no terminal. */
const COLUMNS = 100;
/** Where a terminal says that it has none at all. */
const USUAL_COLUMNS = 80;
/** Beside an indentation, in fewer there is no room for a word. */
const FEWEST_COLUMNS = 20;
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
  const columns = stream.columns === 0 ? USUAL_COLUMNS : (stream.columns ?? COLUMNS);
  const width = Math.max(FEWEST_COLUMNS, Math.min(columns, MOST_COLUMNS));
  return { color: hasColor(stream, environment), width };
}
