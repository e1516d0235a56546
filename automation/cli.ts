import "../compile-cache";
import "./sdk-loading";
import { Command, CommanderError, type CommandUnknownOpts, Help } from "@commander-js/extra-typings";
import { version } from "../components/package";
import { traceOnlyMessages } from "../stack-traces";
import { programName, typedFor } from "./command-line";
import { isDebugging, startDebugging } from "./debug";
import { errorReport } from "./error-report";
import { StackBusyError, UsageError } from "./errors";
import { note } from "./terminal/terminal";

/** Exit codes: 0 done, 1 failed, 2 bad usage or settings, 75 (EX_TEMPFAIL) the stack is busy. */
const FAILED = 1;
const MISUSED = 2;
const BUSY = 75;

/** Gives a command its options and what runs it. */
type Define = (command: Command) => void;

/** What the help says of each command, and the file of its options and its work, which is loaded when it is called. */
const commands: Readonly<Record<string, readonly [description: string, load: () => Promise<Define>]>> = {
  plan: [
    "show what the program would create, offline",
    async () => (await import("./commands/plan")).definePlan,
  ],
  doctor: [
    "check this machine and the accounts before the first deployment; changes nothing",
    async () => (await import("./commands/doctor")).defineDoctor,
  ],
  permissions: [
    "print the IAM policies that this stack needs, offline",
    async () => (await import("./commands/permissions")).definePermissions,
  ],
  cost: [
    "estimate the monthly cost from settings and plan, offline",
    async () => (await import("./commands/cost")).defineCost,
  ],
  report: [
    "write one HTML page for reviewers: diagram, permissions, controls, alarms, costs",
    async () => (await import("./commands/report")).defineReport,
  ],
  init: ["write the settings of a new stack", async () => (await import("./commands/init")).defineInit],
  import: [
    "import what was created by hand, such as by a guide's commands; changes nothing in AWS",
    async () => (await import("./commands/import")).defineImport,
  ],
  preview: ["show what `up` would change", async () => (await import("./commands/deploy")).definePreview],
  up: ["preview, confirm and deploy", async () => (await import("./commands/deploy")).defineUp],
  refresh: ["update the state to match AWS", async () => (await import("./commands/deploy")).defineRefresh],
  destroy: [
    "delete the resources of the stack",
    async () => (await import("./commands/deploy")).defineDestroy,
  ],
  outputs: ["print the stack's outputs", async () => (await import("./commands/deploy")).defineOutputs],
  sql: ["print the SQL for Snowflake", async () => (await import("./commands/sql")).defineSql],
  connect: [
    "save Snowflake's values in the settings and deploy",
    async () => (await import("./commands/connect")).defineConnect,
  ],
  reconcile: [
    "compare every file in the bucket with what Snowflake has loaded",
    async () => (await import("./commands/reconcile")).defineReconcile,
  ],
  braintrust: [
    "print the values for Braintrust's export dialog, or create the exports by its API",
    async () => (await import("./commands/braintrust")).defineBraintrust,
  ],
  launch: [
    "deploy, create the exports, connect Snowflake and wait for the first row; run again to resume",
    async () => (await import("./commands/launch")).defineLaunch,
  ],
  verify: [
    "check the deployed stack: configuration, access, data path, freshness",
    async () => (await import("./commands/verify")).defineVerify,
  ],
  status: [
    "show phase, last update, drift, alarms, keys, exports and the next action",
    async () => (await import("./commands/status")).defineStatus,
  ],
  recover: [
    "show and repair an interrupted update, or restore an earlier state",
    async () => (await import("./commands/recover")).defineRecover,
  ],
  "rotate-keys": [
    "replace the access key of snowflake.access user, step by step; run again to resume",
    async () => (await import("./commands/rotate-keys")).defineRotateKeys,
  ],
  sandbox: [
    "run the whole pipeline against an AWS emulator on this machine",
    async () => (await import("./commands/sandbox")).defineSandbox,
  ],
  completion: [
    "print the completion script of a shell",
    async () => {
      const { defineCompletion } = await import("./commands/completion");
      return (command) => defineCompletion(command, wholeCommandLine);
    },
  ],
};

const cli = new Command(programName())
  .description("The AWS side of a Braintrust to Snowflake pipeline")
  .version(version)
  .option("--debug", "show stack traces and the engine's log, as DEBUG=braintrust-snowflake does")
  .hook("preSubcommand", (_, command) => complete(command))
  .hook("preAction", (_, command) => {
    const { debug, cwd } = command.optsWithGlobals();
    if (debug) startDebugging();
    typedFor(typeof cwd === "string" ? cwd : undefined);
  })
  .configureHelp({
    showGlobalOptions: true,
    optionDescription: (option) =>
      `${new Help().optionDescription(option)}${option.mandatory ? " (required)" : ""}`,
  })
  .exitOverride();

/** The commands whose options are not loaded yet. */
const incomplete = new Map<unknown, () => Promise<Define>>();
for (const [name, [description, load]] of Object.entries(commands)) {
  incomplete.set(cli.command(name).description(description).exitOverride(), load);
}

// Commander's own shows a command without the options that are not loaded yet.
cli
  .command("help")
  .description("display help for command")
  .argument("[command]")
  .exitOverride()
  .action(async (name) => {
    const asked = cli.commands.find((command) => command.name() === name);
    if (asked === undefined) return cli.help({ error: name !== undefined });
    await complete(asked);
    asked.help();
  });

async function complete(command: CommandUnknownOpts): Promise<void> {
  const load = incomplete.get(command);
  incomplete.delete(command);
  (await load?.())?.(command as Command);
}

/** The command line with the options of every command. */
export async function wholeCommandLine(): Promise<CommandUnknownOpts> {
  await Promise.all(cli.commands.map(complete));
  return cli;
}

/** The exit code of the process that ends with this error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
  if (error instanceof UsageError) return MISUSED;
  return error instanceof StackBusyError ? BUSY : FAILED;
}

/** Runs the command of the process's arguments. */
export function main(): void {
  traceOnlyMessages();
  // A reader that has gone, `head` or a closed terminal, must not stop an update half-way, nor must a full disk.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE" || error.code === "EIO") return;
      process.exitCode = FAILED;
      if (stream === process.stdout) note(`standard output cannot be written: ${error.message}`);
    });
  }
  cli.parseAsync(process.argv).catch((error: unknown) => {
    // A failed write of the help has set it already.
    process.exitCode ||= exitCodeOf(error);
    // Commander has printed its own.
    if (!(error instanceof CommanderError)) note(errorReport(error, isDebugging()));
  });
}

if (require.main === module) main();
