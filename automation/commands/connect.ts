import { UsageError } from "../errors";
import { readAnswers } from "../snowflake/answers/answer-input";
import { parseAnswers } from "../snowflake/answers/answers";
import { type ConnectResult, connect as takeOver } from "../snowflake/handshake/connect";
import { connectBySnow } from "../snowflake/handshake/connect-run";
import type { HandshakeChange } from "../snowflake/handshake/handshake";
import { confirm, echo, note, print, withProgress } from "../terminal/terminal";
import type { ChangingCommandOptions } from "./deploy";

/** Where Snowflake's answers come from, and what becomes of them. */
export interface ConnectCommandOptions extends ChangingCommandOptions {
  /** File with the answers, `-` for standard input. @default standard input, or a paste */
  readonly file?: string;
  /** `false`: writes the settings and does not deploy. */
  readonly up?: boolean;
  /** Has the Snowflake CLI run the SQL and give the answers. */
  readonly run?: boolean;
  /** Connection of the Snowflake CLI, with `run`. */
  readonly connection?: string;
  /** For each run of the Snowflake CLI, in minutes, with `run`. */
  readonly timeout?: string;
}

/** `connect`: takes Snowflake's answers over, from a file, a pipe, a paste or the Snowflake CLI. */
export async function connect(options: ConnectCommandOptions): Promise<void> {
  const result = await (options.run ? runBySnow(options) : readAndConnect(options));
  if (result === undefined || result.outcome === "declined") return note("nothing was changed");
  if (result.outcome === "unchanged" && !options.run) note("no setting had to be changed");
  print(`stack "${options.stack}": phase ${result.phase}`);
  for (const line of nextSteps(options.stack, result, options.run ?? false)) note(line);
}

async function readAndConnect({ stack, cwd, file, yes, up, skipPreflight, ...other }: ConnectCommandOptions) {
  for (const name of ["connection", "timeout"] as const) {
    if (other[name] !== undefined) throw new UsageError(`--${name} is for --run`);
  }
  const text = await readAnswers({ file, stdin: process.stdin, stderr: { write: echo } });
  // Before Ctrl-C only cancels: here it ends the process.
  const answers = parseAnswers(text);
  return withProgress((progress) =>
    takeOver({
      ...progress,
      stack,
      workDir: cwd,
      skipPreflight,
      answers,
      deploy: up,
      confirm: (changes) => {
        note(renderSettings(stack, changes));
        return confirm(`Write these settings${up === false ? "" : ", and deploy them"}?`, yes);
      },
    }),
  );
}

async function runBySnow(options: ConnectCommandOptions): Promise<ConnectResult | undefined> {
  const { stack, cwd, file, yes, up, connection, timeout, skipPreflight } = options;
  if (file !== undefined) throw new UsageError("--file and --run: the answers come from one or the other");
  if (up === false) throw new UsageError("--no-up and --run: loading needs what is deployed");
  const timeoutMs = timeout === undefined ? undefined : minutes(timeout) * 60_000;
  const where =
    connection === undefined ? "the Snowflake CLI's default connection" : `connection ${connection}`;
  const question = `Set Snowflake up by ${where}, deploy its answers to stack "${stack}", and load?`;
  if (!(await confirm(question, yes))) return undefined;
  return withProgress((progress) =>
    connectBySnow({ ...progress, stack, workDir: cwd, connection, timeoutMs, skipPreflight }),
  );
}

function minutes(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0 && value <= 24 * 60) return value;
  throw new UsageError(`--timeout ${JSON.stringify(text)}: it has to be a number of minutes, up to 1440`);
}

/** What is about to be written, a line for each setting. */
export function renderSettings(stack: string, changes: readonly HandshakeChange[]): string {
  const lines = changes.map(({ path, from, to }) => {
    const before = from === undefined ? "" : ` (was ${from})`;
    return `  ${from === undefined ? "+" : "~"} ${path.join(".")}: ${to}${before}`;
  });
  return [`Pulumi.${stack}.yaml:`, ...lines].join("\n");
}

/** What is to be done now, the first thing first. */
export function nextSteps(stack: string, result: ConnectResult, loaded: boolean): string[] {
  const pipeline = (command: string) => `npm run pipeline -- ${command} --stack ${stack}`;
  const steps: string[] = [];
  const [first] = result.awaited;
  if (result.behind) {
    steps.push(`next: ${pipeline("up")}`);
  } else if (first !== undefined) {
    steps.push(
      "Snowflake has yet to tell:",
      ...result.awaited.map(({ text }) => `  ${text}`),
      `next: ${pipeline("sql")} --part ${first.part}, run it in Snowflake, and give its answers to \`connect\``,
    );
  } else if (!loaded && result.outcome === "deployed") {
    steps.push(`next: ${pipeline("sql")} --part load, and run it in Snowflake: it loads what came before`);
  } else {
    steps.push(`next: ${pipeline("verify")}`);
  }
  if (result.phase === "awaiting-braintrust") steps.push(`Braintrust's side: ${pipeline("braintrust")}`);
  return steps;
}
