import type { Command } from "@commander-js/extra-typings";
import { commandLine } from "../command-line";
import { UsageError } from "../errors";
import { readAnswers } from "../snowflake/answers/answer-input";
import { parseAnswers } from "../snowflake/answers/answers";
import { type ConnectResult, connect as saveAndDeploy } from "../snowflake/handshake/connect";
import { connectBySnow } from "../snowflake/handshake/connect-run";
import { type HandshakeChange, shown } from "../snowflake/handshake/handshake";
import { confirm, echo, note, print, withProgress } from "../terminal/terminal";
import { numeric, type OptionsOf, onStack, SKIP_PREFLIGHT, WAIT, YES } from "./options/definitions";
import { timeLimits } from "./options/time-limits";

const options = (command: Command) =>
  onStack(command)
    .option("--file <file>", "output of DESC INTEGRATION, SHOW PIPES, ... (default: standard input)")
    .option("--run", "run the SQL with the Snowflake CLI (snow) and use its output")
    .option("--connection <name>", "connection of the Snowflake CLI, with --run")
    .option(
      "--timeout <minutes>",
      "cancel an update or a run of snow after this many minutes (default: 60)",
      numeric,
    )
    .option("--wait <minutes>", WAIT, numeric)
    .option("--no-up", "save the settings without deploying")
    .option("-y, --yes", YES)
    .option("--skip-preflight", SKIP_PREFLIGHT);

/** What `connect` is called with. */
export type ConnectCommandOptions = OptionsOf<typeof options>;

/** `connect` on the command line. */
export function defineConnect(command: Command): void {
  options(command).action(connect);
}

/** `connect`: saves Snowflake's values in the settings and deploys; from a file, a pipe, a paste or the Snowflake CLI. */
export async function connect(options: ConnectCommandOptions): Promise<void> {
  const result = await (options.run ? runBySnow(options) : readAndConnect(options));
  if (result === undefined || result.outcome === "declined") return note("nothing was changed");
  if (result.outcome === "unchanged" && !options.run) note("the settings are up to date");
  print(`stack "${options.stack}": phase ${result.phase}`);
  for (const line of nextSteps(options.stack, result, options.run ?? false)) note(line);
}

async function readAndConnect(options: ConnectCommandOptions) {
  const { stack, cwd, file, yes, up, skipPreflight } = options;
  if (options.connection !== undefined) throw new UsageError("--connection is for --run");
  const limits = timeLimits(options);
  const text = await readAnswers({ file, stdin: process.stdin, stderr: { write: echo } });
  // Before Ctrl-C only cancels: here it ends the process.
  const answers = parseAnswers(text);
  return withProgress((progress) =>
    saveAndDeploy({
      ...progress,
      ...limits,
      stack,
      workDir: cwd,
      skipPreflight,
      answers,
      deploy: up,
      confirm: (changes) => {
        note(renderSettings(stack, changes));
        return confirm(`Save these settings${up === false ? "" : " and deploy them"}?`, yes);
      },
    }),
  );
}

async function runBySnow(options: ConnectCommandOptions): Promise<ConnectResult | undefined> {
  const { stack, cwd, file, yes, up, connection, skipPreflight } = options;
  if (file !== undefined) throw new UsageError("--file and --run cannot be combined: pass one of them");
  if (up === false)
    throw new UsageError("--no-up and --run cannot be combined: loading needs the deployed stack");
  const limits = timeLimits(options);
  const where =
    connection === undefined ? "the Snowflake CLI's default connection" : `connection ${connection}`;
  const question = `Set up Snowflake with ${where}, deploy its values to stack "${stack}", and load?`;
  if (!(await confirm(question, yes))) return undefined;
  return withProgress((progress) =>
    connectBySnow({ ...progress, stack, workDir: cwd, connection, ...limits, skipPreflight }),
  );
}

/** Settings of a section with the same value that are shown, as many as `plan` shows of streams. */
const MOST_ALIKE = 10;

/** What is about to be written, a line for each setting; of more streams with the same queue, how many. */
export function renderSettings(stack: string, changes: readonly HandshakeChange[]): string {
  const groups = new Map<string, HandshakeChange[]>();
  for (const change of changes) {
    const key = JSON.stringify([change.path.slice(0, -1), change.from, change.to]);
    const alike = groups.get(key) ?? [];
    alike.push(change);
    groups.set(key, alike);
  }
  const lines = [...groups.values()].flatMap((alike) => {
    const more = alike.length - MOST_ALIKE;
    const rest = more > 0 ? alike.slice(-1) : [];
    return [
      ...alike.slice(0, MOST_ALIKE).map((change) => settingLine(change, change.path.join("."))),
      ...rest.map((change) => settingLine(change, `${change.path.slice(0, -1).join(".")}, ${more} more`)),
    ];
  });
  return [`Pulumi.${stack}.yaml:`, ...lines].join("\n");
}

function settingLine({ from, to }: HandshakeChange, name: string): string {
  const before = from === undefined ? "" : ` (was ${shown(from)})`;
  return `  ${from === undefined ? "+" : "~"} ${name}: ${shown(to)}${before}`;
}

/** What is to be done now, the first thing first. */
export function nextSteps(stack: string, result: ConnectResult, loaded: boolean): string[] {
  const pipeline = (command: string) => commandLine(command, stack);
  const steps: string[] = [];
  const [first] = result.awaited;
  if (result.behind) {
    steps.push(`next: ${pipeline("up")}`);
  } else if (first !== undefined) {
    steps.push(
      "still needed from Snowflake:",
      ...result.awaited.map(({ text }) => `  ${text}`),
      `next: ${pipeline("sql")} --part ${first.part}, run it in Snowflake, and pass its output to \`connect\``,
    );
  } else if (!loaded && result.outcome === "deployed") {
    steps.push(
      `next: ${pipeline("sql")} --part load, and run it in Snowflake: it loads the files that already exist`,
    );
  } else {
    steps.push(`next: ${pipeline("verify")}`);
  }
  if (result.phase === "awaiting-braintrust") steps.push(`Braintrust's side: ${pipeline("braintrust")}`);
  return steps;
}
