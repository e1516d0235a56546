type Environment = Readonly<Record<string, string | undefined>>;

/** Columns of a line where the stream is no terminal. */
const COLUMNS = 100;

/** Whether to write colours: on a terminal that has them (no-color.org), and where FORCE_COLOR says so, which wins as in Node itself. */
export function hasColor(stream: { readonly isTTY?: boolean }, environment: Environment): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: refused, TERM: terminal } = environment;
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  return stream.isTTY === true && !refused && terminal !== "dumb";
}

/** How text is laid out on standard output. */
export function standardLook(): { readonly color: boolean; readonly width: number } {
  const { stdout, env } = process;
  return { color: hasColor(stdout, env), width: stdout.columns ?? COLUMNS };
}
