import "../compile-cache";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { traceOnlyMessages } from "../stack-traces";
import { isDebugging, startDebugging } from "./debug";
import { errorReport } from "./error-report";
import { StackBusyError, UsageError } from "./errors";
import { programName } from "./terminal/command-line";
import { note } from "./terminal/terminal";

/** Exit codes: 0 done, 1 failed, 2 bad usage or settings, 75 (EX_TEMPFAIL) the stack is busy. */
const FAILED = 1;
const MISUSED = 2;
const BUSY = 75;

/** The commands, with their options; each loads what it needs when it runs. */
export const cli = new Command(programName())
  .description("The AWS side of a Braintrust to Snowflake pipeline")
  .option("--debug", "show stack traces and the engine's log, as DEBUG=braintrust-snowflake does")
  .hook("preAction", (_, command) => {
    if (command.optsWithGlobals().debug) startDebugging();
  })
  .configureHelp({ showGlobalOptions: true })
  .exitOverride();

function command(name: string, description: string): Command {
  return cli
    .command(name)
    .description(description)
    .requiredOption(
      "-s, --stack <name>",
      "stack: the <name> of Pulumi.<name>.yaml, or organization/project/<name>",
    )
    .option("-C, --cwd <dir>", "folder of Pulumi.yaml and the stacks' files (default: this project)")
    .exitOverride();
}

function onStacks(name: string, description: string): Command {
  return cli
    .command(name)
    .description(description)
    .option("-s, --stack <name>", "stack: the <name> of Pulumi.<name>.yaml, or organization/project/<name>")
    .option("--stacks <names>", "comma-separated, deployed in order, stopping at the first failure")
    .option("--all", "every stack with a settings file, in alphabetical order")
    .option("--parallel <number>", "number of stacks at the same time (default: 1)", numeric)
    .option("-C, --cwd <dir>", "folder of Pulumi.yaml and the stacks' files (default: this project)")
    .exitOverride();
}

const WAIT = "wait up to this many minutes for another update that has the stack lock (default: 0)";
const TIMEOUT = "cancel after this many minutes (default: 60)";
const YES = "apply the changes without asking";
const SKIP_PREFLIGHT = "skip pre-flight checks of credentials, backend and bucket";

function numeric(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value)) throw new InvalidArgumentError("It must be a number.");
  return value;
}

/** An option with the values that help and completion offer; its command refuses others. */
function choice(flags: string, description: string, choices: readonly string[]): Option {
  return Object.assign(new Option(flags, description), { argChoices: [...choices] });
}

/** The earlier form of an option, without a line in the help. */
function earlier(flags: string): Option {
  return new Option(flags).hideHelp();
}

/** An operation of the engine that changes something. */
function changing(name: string, description: string): Command {
  return onStacks(name, description)
    .option("-y, --yes", YES)
    .option("--timeout <minutes>", TIMEOUT, numeric)
    .option("--wait <minutes>", WAIT, numeric);
}

command("plan", "show what the program would create, offline")
  .option("--json", "print {stack, resources, outputs, problems} for programs")
  .action(async (options) => (await import("./commands/plan")).plan(options));

cli
  .command("doctor")
  .description("check this machine and the accounts before the first deployment; changes nothing")
  .option("-s, --stack <name>", "stack: the <name> of Pulumi.<name>.yaml (default: what all stacks share)")
  .option("-C, --cwd <dir>", "folder of Pulumi.yaml and the stacks' files (default: this project)")
  .option("--api-url <url>", "Braintrust's API of another instance or of your data plane")
  .option("--connection <name>", "connection of the Snowflake CLI (default: its own default)")
  .option("--json", "print {stack?, checks, summary} for programs")
  .exitOverride()
  .action(async (options) => (await import("./commands/doctor")).doctor(options));

command("permissions", "print the IAM policies that this stack needs, offline")
  .requiredOption(
    "--for <purpose>",
    "deploy, preview, verify or ci (deploy, and the trust for GitHub Actions)",
  )
  .option("--account <id>", "account of the stack (default: the one in aws:allowedAccountIds)")
  .option("--repository <owner/name>", "GitHub repository, with --for ci")
  .option("--json", "print {stack, for, policies, trust} for programs")
  .action(async (options) => (await import("./commands/permissions")).permissions(options));

command("cost", "estimate the monthly cost from settings and plan, offline")
  .option("--gb-per-day <gb>", "GB that Braintrust exports per day (default: 1)")
  .option("--files-per-day <count>", "files that Braintrust exports per day (default: 24 per stream)")
  .option("--months <count>", "number of months to estimate (default: 12)")
  .option("--json", "print {stack, region, usage, idle, months, ...} for programs")
  .action(async (options) => (await import("./commands/cost")).cost(options));

command("init", "write the settings of a new stack")
  .option("--region <region>", "AWS region, if possible that of your Snowflake account")
  .option("--streams <names>", "comma-separated, one for each Braintrust export (default: logs)")
  .addOption(choice("--format <format>", "file format (default: jsonl)", ["jsonl", "parquet"]))
  .addOption(
    choice("--events <mode>", "how Snowflake learns of new files (default: snowflake-queue)", [
      "snowflake-queue",
      "sns",
      "queue",
      "none",
    ]),
  )
  .addOption(choice("--access <access>", "how Snowflake reads (default: role)", ["role", "user"]))
  .option("--account-id <id>", "AWS account ID that Braintrust shows")
  .option("--org-id <id>", "ID of your Braintrust organization")
  .option("--iam-user-arn <arn>", "STORAGE_AWS_IAM_USER_ARN of your Snowflake account")
  .action(async (options) => (await import("./commands/init")).init(options));

onStacks("preview", "show what `up` would change")
  .option("--expect-no-changes", "exit with code 1 if there are changes")
  .option("--refresh", "update the state to match AWS first")
  .option("--skip-preflight", SKIP_PREFLIGHT)
  .action(async (options) => (await import("./commands/deploy")).preview(options));

changing("up", "preview, confirm and deploy")
  .option("--create", "create the stack if it does not exist")
  .option("--refresh", "update the state to match AWS first")
  .option("--allow-loss", "allow deleting or replacing buckets, keys, event topics, roles, users and secrets")
  .option("--skip-preflight", SKIP_PREFLIGHT)
  .addOption(earlier("--replace-foreign"))
  .action(async (options) => (await import("./commands/deploy")).up(options));

changing("refresh", "update the state to match AWS").action(async (options) =>
  (await import("./commands/deploy")).refresh(options),
);

changing("destroy", "delete the resources of the stack")
  .option("--remove", "also remove the empty stack from the backend")
  .action(async (options) => (await import("./commands/deploy")).destroy(options));

command("outputs", "print the stack's outputs")
  .option("--json", "print JSON for programs")
  .option("--show-secrets", "print secrets in plain text")
  .action(async (options) => (await import("./commands/deploy")).outputs(options));

command("sql", "print the SQL for Snowflake")
  .addOption(
    choice("--part <part>", "which statements; setup is admin and objects (default: setup, load and check)", [
      "setup",
      "admin",
      "objects",
      "load",
      "check",
      "teardown",
    ]),
  )
  .option("--output <file>", "write a file that only you can read (default: standard output)")
  .option("--left-streams", "with --part teardown: list the objects of streams that have left the stack")
  .option("--probe-file <path>", "file in each stream's folder that the SQL of `check` reads")
  .option("--planned", "use the offline plan instead of a deployed stack")
  .option("--reveal-secrets", "with snowflake.access user: write the access key into the SQL")
  .action(async (options) => (await import("./commands/sql")).sql(options));

command("connect", "save Snowflake's values in the settings and deploy")
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
  .option("--skip-preflight", SKIP_PREFLIGHT)
  .action(async (options) => (await import("./commands/connect")).connect(options));

command("reconcile", "compare every file in the bucket with what Snowflake has loaded")
  .option("--run", "run the query with the Snowflake CLI (snow) and use its answer")
  .option("--connection <name>", "connection of the Snowflake CLI, with --run")
  .option("--file <file>", "answer of the printed query, as JSON or CSV; - for standard input")
  .option("--account-usage", "read a year of load history; the role needs access to the database SNOWFLAKE")
  .option("--load", "load the missing files: with --run after a preview, with --file print the SQL")
  .option("--max-missing <count>", "exit with code 1 if more files are missing (default: 0)", numeric)
  .option(
    "--max-age <hours>",
    "hours until a file that is not loaded counts as missing (default: twice monitoring.exportEveryHours)",
    numeric,
  )
  .option("--json", "print {stack, files, streams, violations} for programs")
  .option("-y, --yes", YES)
  .action(async (options) => (await import("./commands/reconcile")).reconcile(options));

command("braintrust", "print the values for Braintrust's export dialog, or create the exports by its API")
  .option("--project <name or id>", "Braintrust project; needs BRAINTRUST_API_KEY in the environment")
  .addOption(
    choice("--export-type <type>", "one row per span or per trace (default: spans)", ["spans", "traces"]),
  )
  .option("--interval-seconds <seconds>", "seconds between exports (default: 3600)", numeric)
  .option("--pause", "pause these exports instead")
  .option("--resume", "resume these exports instead")
  .option("--api-url <url>", "API of another Braintrust instance or of your data plane")
  .option("-y, --yes", YES)
  .addOption(earlier("--apply"))
  .action(async (options) => (await import("./commands/braintrust")).braintrust(options));

command(
  "launch",
  "deploy, create the exports, connect Snowflake and wait for the first row; run again to resume",
)
  .option("--project <name or id>", "Braintrust project; needs BRAINTRUST_API_KEY in the environment")
  .option("--account-id <id>", "AWS account ID that Braintrust shows, if the settings do not have it yet")
  .addOption(
    choice("--export-type <type>", "one row per span or per trace (default: spans)", ["spans", "traces"]),
  )
  .option("--interval-seconds <seconds>", "seconds between exports (default: 3600)", numeric)
  .option("--api-url <url>", "Braintrust's API of another instance or of your data plane")
  .option("--connection <name>", "connection of the Snowflake CLI (default: its own default)")
  .option(
    "--timeout <minutes>",
    "limit of an update, a run of snow and each wait (default: 60, a wait: the interval and 15)",
    numeric,
  )
  .option("--wait <minutes>", WAIT, numeric)
  .option("--dry-run", "check and show the plan, change nothing")
  .option("--json", "print {stack, outcome, steps, stopped?} for programs")
  .option("-y, --yes", YES)
  .option("--skip-preflight", SKIP_PREFLIGHT)
  .action(async (options) => (await import("./commands/launch")).launch(options));

command("verify", "check the deployed stack: configuration, access, data path, freshness")
  .option("--json", "print JSON for programs")
  .action(async (options) => (await import("./commands/verify")).verify(options));

command("status", "show phase, last update, drift, alarms, keys, exports and the next action")
  .option("--json", "print JSON for programs")
  .option("--no-drift", "skip the comparison with AWS")
  .option("--api-url <url>", "Braintrust's API of another instance or of your data plane")
  .action(async (options) => (await import("./commands/status")).statusCommand(options));

command("recover", "show and repair an interrupted update, or restore an earlier state")
  .option("--restore <checkpoint>", "restore an earlier state, by its ID or `latest`")
  .option("--json", "print {stack, unreadable?, locks?, unfinished, checkpoints, next} for programs")
  .option("-y, --yes", "repair or restore without asking")
  .addOption(earlier("--repair"))
  .action(async (options) => (await import("./commands/recover")).recover(options));

command("rotate-keys", "replace the access key of snowflake.access user, step by step; run again to resume")
  .option("--quiet-minutes <minutes>", "minutes for which the old key must be unused (default: 60)", numeric)
  .option("--until-unused", "stay until the old key is unused (default: exit; a later run resumes)")
  .option("--wait [minutes]", WAIT)
  .option("--timeout <minutes>", TIMEOUT, numeric)
  .option("-y, --yes", YES)
  .option("--skip-preflight", SKIP_PREFLIGHT)
  .action(async (options) => (await import("./commands/rotate-keys")).rotateKeysCommand(options));

cli
  .command("sandbox")
  .description("run the whole pipeline against an AWS emulator on this machine")
  .option("-s, --stack <name>", "stack to create there", "sandbox")
  .option("--endpoint <url>", "use a running emulator; AWS_CA_BUNDLE is the path of its certificate")
  .option("--keep", "keep stack and emulator running until Ctrl-C")
  .exitOverride()
  .action(async (options) => (await import("./commands/sandbox")).sandbox(options));

cli
  .command("completion")
  .description("print the completion script of a shell")
  .argument("<shell>", "bash, zsh or fish")
  .exitOverride()
  .action(async (shell: string) => (await import("./commands/completion")).completion(cli, shell));

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
  if (error instanceof UsageError) return MISUSED;
  return error instanceof StackBusyError ? BUSY : FAILED;
}

/** Runs the command of the process's arguments. */
export function main(): void {
  traceOnlyMessages();
  // A reader that has gone, `head` or a closed terminal, must not stop an update half-way.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
    });
  }
  cli.parseAsync(process.argv).catch((error: unknown) => {
    process.exitCode = exitCodeOf(error);
    // Commander has printed its own.
    if (!(error instanceof CommanderError)) note(errorReport(error, isDebugging()));
  });
}

if (require.main === module) main();
