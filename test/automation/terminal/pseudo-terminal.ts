import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { Terminal } from "@xterm/headless";

/** A command on a pseudo-terminal, and the screen that it writes to. */
export class PseudoTerminal {
  /** Every line of progress that was ever seen to fill more than its row. */
  public readonly wrapped: string[] = [];
  private readonly screen: Terminal;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly watchers = new Set<() => void>();
  private drawn: Promise<void> = Promise.resolve();

  public constructor(
    command: readonly string[],
    size: { readonly columns: number; readonly cwd: string; readonly environment?: NodeJS.ProcessEnv },
  ) {
    const { columns, cwd, environment } = size;
    this.screen = new Terminal({ cols: columns, rows: ROWS, scrollback: 10_000, allowProposedApi: true });
    const script = path.join(__dirname, "pseudo_terminal.py");
    this.child = spawn("python3", [script, `${columns}`, `${ROWS}`, ...command], {
      cwd,
      env: { ...process.env, TERM: "xterm-256color", NO_COLOR: "", CI: "", ...environment },
    });
    this.child.stderr.pipe(process.stderr);
    this.child.stdout.on("data", (data: Buffer) => {
      // One after the other, so that what is seen in between is seen.
      this.drawn = this.drawn.then(() => this.write(data));
    });
  }

  /** What is on the screen and above it, without the empty rows below. */
  public lines(): string[] {
    const { active } = this.screen.buffer;
    const rows = Array.from(
      { length: active.length },
      (_, row) => active.getLine(row)?.translateToString(true) ?? "",
    );
    while (rows.at(-1) === "") rows.pop();
    return rows;
  }

  /** Waits until a line of the screen is as told, if only for a moment. */
  public shows(isIt: (line: string) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        this.watchers.delete(look);
      };
      const look = () => {
        if (!this.lines().some(isIt)) return;
        stop();
        resolve();
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`no line is as ${isIt} tells:\n${this.lines().join("\n")}`));
      }, TIMEOUT_MS);
      this.watchers.add(look);
      look();
    });
  }

  public type(text: string): void {
    this.order({ type: text });
  }

  /** As a window does that is drawn larger or smaller. */
  public async resize(columns: number): Promise<void> {
    await this.drawn;
    this.screen.resize(columns, ROWS);
    this.order({ resize: [columns, ROWS] });
  }

  /** Waits for the command's end; returns its exit code. */
  public async ended(): Promise<number | null> {
    const [code] = await once(this.child, "close");
    await this.drawn;
    this.screen.dispose();
    return code;
  }

  private order(value: unknown): void {
    this.child.stdin.write(`${JSON.stringify(value)}\n`);
  }

  private async write(data: Buffer): Promise<void> {
    // By every line that is drawn again, since the next one may hide what is wrong with it.
    for (const part of data.toString("latin1").split(/(?<=\r)/)) {
      await new Promise<void>((resolve) => this.screen.write(Buffer.from(part, "latin1"), resolve));
      const { active } = this.screen.buffer;
      const above = active.getLine(active.baseY + active.cursorY - 1)?.translateToString(true) ?? "";
      if (active.getLine(active.baseY + active.cursorY)?.isWrapped && /^\[\d/.test(above))
        this.wrapped.push(above);
      // What follows may take a line away before anybody else has looked.
      for (const look of this.watchers) look();
    }
  }
}

const ROWS = 40;
const TIMEOUT_MS = 60_000;

/** Skips a test, and says why, where there are no pseudo-terminals. */
export function needPseudoTerminal(context: Mocha.Context): void {
  if (spawnSync("python3", ["-c", "import pty; pty.openpty()"]).status === 0) return;
  if (context.test !== undefined) context.test.title += " (no pseudo-terminal: it needs Python 3)";
  context.skip();
}
