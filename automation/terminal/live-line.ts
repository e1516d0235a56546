import truncatedWidth from "fast-string-truncated-width";

/** An output stream of the process, as far as it is used here. */
export type OutputStream = Pick<NodeJS.WriteStream, "isTTY" | "columns" | "write" | "on" | "off">;

/**
 * Erases from the line's start to the end of the screen: a terminal that has become narrower may have wrapped the line. The
 * cursor waits at the line's start, so that it is there that the line begins.
 */
const ERASE = "\r\u001B[J";
/** Terminals begin a new line where the last column is written to, some at once. */
const SPARE_COLUMNS = 1;
/** Milliseconds that a reader of the other stream, as `tee` is, has to show it on the same terminal. */
const READER_MS = 500;

/**
 * A line that changes in place, the last on its terminal. Until it is released everything that is written to the process's
 * output streams passes through here, whoever writes it, and comes in the line's place: no two outputs share a line.
 *
 * The spinner of `@clack/prompts` would not do: it reads the keyboard in raw mode and ends the process at Ctrl-C (`block` of
 * `@clack/core` 1.6), whatever the engine is doing.
 */
export class LiveLine {
  private text: string | undefined;
  /** Whether somebody else has written a line that is not ended. */
  private unfinished = false;
  private heldUntil = 0;
  private readonly restore: (() => void)[];
  private readonly writeRaw: (text: string) => unknown;

  /**
   * @param terminal where the line is shown.
   * @param streams all that may share the terminal, itself included.
   */
  public constructor(
    private readonly terminal: OutputStream,
    streams: readonly OutputStream[],
  ) {
    this.writeRaw = terminal.write.bind(terminal);
    this.restore = streams.map((stream) => this.watch(stream));
    terminal.on("resize", this.redraw);
  }

  /** Shows a line in the last one's place, as much of it as the terminal is wide. */
  public readonly draw = (text: string): void => {
    if (this.unfinished) this.writeRaw("\n");
    this.unfinished = false;
    if (Date.now() < this.heldUntil) return;
    this.text = text;
    const limit = (this.terminal.columns || 80) - SPARE_COLUMNS;
    const { index, ellipsed } = truncatedWidth(text, { limit, ellipsis: "…" });
    const shown = `${text.slice(0, index)}${ellipsed ? "…" : ""}`;
    this.writeRaw(`${ERASE}${shown}\r`);
  };

  /** Takes the line away, and what the terminal itself has written over it, as `^C`. */
  public readonly clear = (): void => {
    this.text = undefined;
    if (!this.unfinished) this.writeRaw(ERASE);
  };

  /** Takes the line away for good. */
  public release(): void {
    if (this.text !== undefined) this.clear();
    for (const restore of this.restore) restore();
    this.terminal.off("resize", this.redraw);
  }

  private readonly redraw = (): void => {
    if (this.text !== undefined) this.draw(this.text);
  };

  private watch(stream: OutputStream): () => void {
    const { write } = stream;
    const watched = (...args: Parameters<typeof write>): boolean => {
      if (this.text !== undefined) this.clear();
      if (stream.isTTY) this.unfinished = isUnfinished(Buffer.from(args[0]).toString(), this.unfinished);
      else this.heldUntil = Date.now() + READER_MS;
      return write.apply(stream, args);
    };
    stream.write = watched as typeof write;
    return () => {
      stream.write = write;
    };
  }
}

/** Whether the cursor is left within a line; a text of escapes alone, as that which hides the cursor, does not tell. */
function isUnfinished(text: string, before: boolean): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what terminals are controlled by.
  const visible = text.replace(/\u001B\[[0-9;?]*[A-Za-z]/g, "");
  return visible === "" ? before : !/[\n\r]$/.test(visible);
}
