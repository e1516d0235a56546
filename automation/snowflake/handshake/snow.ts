import { spawn } from "node:child_process";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { PipelineError } from "../../errors";
import { redact } from "../../terminal/redact";
import { LONGEST_ANSWERS } from "../answers/answers";

/** How to run the Snowflake CLI. */
export interface SnowOptions {
  /** Connection of the CLI's own configuration. @default the CLI's default */
  readonly connection?: string | undefined;
  /** Stops it, in milliseconds. @default one hour */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What it sees in addition to this process's own environment. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Texts that no message may show. */
  readonly secrets?: readonly string[] | undefined;
  /** Descriptor of an open file that takes the answers, which may be long. @default they are returned */
  readonly answers?: number | undefined;
}

/** The Snowflake CLI ended with an error, or had to be ended. */
export class SnowError extends PipelineError {
  public override readonly name = "SnowError";
}

/** There is no Snowflake CLI on PATH. */
export class SnowMissingError extends PipelineError {
  public override readonly name = "SnowMissingError";
}

const HOUR_MS = 3_600_000;
/** Between the request to end and the end. */
const GRACE_MS = 3000;
const SHOWN_LINES = 12;
const SHOWN_CHARACTERS = 20_000;

/**
 * Runs SQL by the Snowflake CLI and returns what it answers, as JSON. The SQL goes by a file that only this user may read,
 * and which is removed: a command line would show its secrets to everyone on the machine.
 * docs.snowflake.com/en/developer-guide/snowflake-cli/command-reference/sql-commands/sql
 *
 * @throws PipelineError where there is no `snow` on PATH.
 * @throws SnowError with its last lines where it fails, takes too long or is cancelled.
 */
export async function runSnow(sql: string, options: SnowOptions = {}): Promise<string> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "snow-"));
  try {
    const file = path.join(folder, "run.sql");
    await fs.writeFile(file, sql, { mode: 0o600, flag: "wx" });
    return await snowCommand(["sql", "-f", file, "--format", "json", "--silent"], options);
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

/**
 * Runs a command of the Snowflake CLI and returns what it prints.
 *
 * @throws PipelineError where there is no `snow` on PATH.
 * @throws SnowError with its last lines where it fails, takes too long or is cancelled.
 */
export async function snowCommand(args: readonly string[], options: SnowOptions = {}): Promise<string> {
  const { connection, signal, timeoutMs = HOUR_MS, environment, secrets = [] } = options;
  if (signal?.aborted) throw new SnowError("cancelled before the Snowflake CLI was started");
  // With the equals sign, a name that begins with a dash is no option.
  const target = connection === undefined ? [] : [`--connection=${connection}`];
  const child = spawn("snow", [...args, ...target], {
    env: { ...withoutSecrets(process.env), ...utf8, ...environment },
    stdio: ["ignore", options.answers ?? "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream]?.setEncoding("utf8").on("data", (text: string) => {
      if (said[stream].length < LONGEST_ANSWERS) said[stream] += text;
      else stop("was stopped: it printed more than can be an answer");
    });
  }
  let stopped: string | undefined;
  let force: NodeJS.Timeout | undefined;
  const stop = (reason: string) => {
    stopped ??= reason;
    child.kill("SIGTERM");
    force ??= setTimeout(() => {
      child.kill("SIGKILL");
      // Children of its own may hold these open.
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, GRACE_MS);
  };
  const onAbort = () => stop("was cancelled");
  signal?.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(() => stop(`was stopped after ${Math.round(timeoutMs / 1000)} s`), timeoutMs);
  try {
    const ending = await new Promise<string>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, killer) =>
        resolve(code === null ? `ended by ${killer}` : `exit code ${code}`),
      );
    });
    if (stopped === undefined && ending === "exit code 0") return said.stdout;
    const how = stopped ?? `failed, ${ending}`;
    throw new SnowError(`the Snowflake CLI ${how}${lastLines(said.stderr.trim() || said.stdout, secrets)}`);
  } catch (error) {
    throw isMissing(error) ? new SnowMissingError(missing) : error;
  } finally {
    clearTimeout(timer);
    clearTimeout(force);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** In a locale without UTF-8, Python would read our SQL and write its answers as ASCII. docs.python.org/3/library/os.html#utf8-mode */
const utf8 = { PYTHONUTF8: "1" };

/** What this process may have of the stack's, of Braintrust's and of AWS's secrets is none of the CLI's business. */
function withoutSecrets(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const secret = /^(PULUMI_|BRAINTRUST_|AWS_(SECRET_ACCESS_KEY|SESSION_TOKEN|ACCESS_KEY_ID)$)/;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !secret.test(name)));
}

const missing =
  "the Snowflake CLI, snow, is not on PATH. Install it " +
  "(docs.snowflake.com/en/developer-guide/snowflake-cli/installation/installation), or continue by hand: print the SQL by " +
  "`sql --part setup`, run it in Snowflake, give what it answers to `connect`; then the same with `--part load`";

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** The end of what the CLI said, without its colours, the frame it draws around errors, and secrets. */
export function lastLines(text: string, secrets: readonly string[]): string {
  const lines = redact(stripVTControlCharacters(text), secrets)
    .slice(-SHOWN_CHARACTERS)
    .split(/\r?\n/)
    .map(unframed)
    .filter((line) => line !== "" && line !== "Error");
  const shown = lines.slice(-SHOWN_LINES).join("\n  ");
  return shown === "" ? "" : `:\n  ${shown}`;
}

/** Not by one regular expression for the end, which would look from each blank for the line's end. */
function unframed(line: string): string {
  let end = line.length;
  while (end > 0 && /[\s\u2500-\u257F+|-]/.test(line[end - 1] ?? "")) end -= 1;
  return line.slice(0, end).replace(/^[\s\u2500-\u257F+|-]+/, "");
}
