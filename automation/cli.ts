import "../compile-cache";
import { Command, CommanderError } from "commander";
import { traceOnlyMessages } from "../stack-traces";
import { isDebugging, startDebugging } from "./debug";
import { errorReport } from "./error-report";
import { StackBusyError, UsageError } from "./errors";
import { note } from "./terminal/terminal";

/** Exit codes: 0 done, 1 failed, 2 bad usage or settings, 75 (EX_TEMPFAIL) the stack is busy. */
const FAILED = 1;
const MISUSED = 2;
const BUSY = 75;

/** The commands, with their options; each loads what it needs when it runs. */
export const cli = new Command("pipeline")
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
    .requiredOption("-s, --stack <name>", "stack, the <name> of Pulumi.<name>.yaml")
    .option("-C, --cwd <dir>", "folder of Pulumi.yaml and the stacks' files (default: this project)")
    .exitOverride();
}

function onStacks(name: string, description: string): Command {
  return cli
    .command(name)
    .description(description)
    .option("-s, --stack <name>", "stack, the <name> of Pulumi.<name>.yaml")
    .option("--stacks <names>", "several by comma, in the order of promotion: the first failure ends it")
    .option("--all", "every stack that has settings, in order of name")
    .option("--parallel <number>", "stacks at the same time (default: 1)", Number)
    .option("-C, --cwd <dir>", "folder of Pulumi.yaml and the stacks' files (default: this project)")
    .exitOverride();
}

/** An operation of the engine that changes something. */
function changing(name: string, description: string): Command {
  return onStacks(name, description)
    .option("-y, --yes", "do not ask")
    .option("--timeout <minutes>", "cancel it if it takes longer (default: 60)", Number)
    .option("--wait <minutes>", "wait for another update that holds the stack (default: 0)", Number);
}

command("plan", "show what the program would build: no AWS, no Pulumi command line, no network")
  .option("--json", "print {stack, resources, outputs, problems} for programs")
  .action(async (options) => (await import("./commands/plan")).plan(options));

command("cost", "estimate the monthly cost from the settings and the plan: no AWS, no network")
  .option("--gb-per-day <gb>", "what Braintrust exports a day (default: 1)")
  .option("--files-per-day <count>", "files that it exports a day (default: 24 for each stream)")
  .option("--months <count>", "months to look ahead (default: 12)")
  .option("--json", "print {stack, region, usage, idle, months, ...} for programs")
  .action(async (options) => (await import("./commands/cost")).cost(options));

command("init", "write the settings of a new stack")
  .option("--region <region>", "AWS region, best that of your Snowflake account")
  .option("--streams <names>", "one for each Braintrust export, by comma (default: logs)")
  .option("--format <format>", "jsonl or parquet (default: jsonl)")
  .option("--events <mode>", "snowflake-queue, sns, queue or none (default: snowflake-queue)")
  .option("--access <access>", "role or user (default: role)")
  .option("--account-id <id>", "AWS account id that Braintrust shows")
  .option("--org-id <id>", "id of your Braintrust organization")
  .option("--iam-user-arn <arn>", "STORAGE_AWS_IAM_USER_ARN of your Snowflake account")
  .action(async (options) => (await import("./commands/init")).init(options));

onStacks("preview", "show what `up` would change")
  .option("--expect-no-changes", "exit with 1 if there are any")
  .option("--refresh", "read the live resources first")
  .option("--skip-preflight", "do not look at credentials, backend and bucket first")
  .action(async (options) => (await import("./commands/deploy")).preview(options));

changing("up", "deploy")
  .option("--create", "make the stack if the backend has none of that name")
  .option("--refresh", "read the live resources first")
  .option("--allow-loss", "allow deleting or replacing buckets, keys, event topics, roles, users and secrets")
  .option("--replace-foreign", "let it replace what others put on an existing bucket")
  .option("--skip-preflight", "do not look at credentials, backend and bucket first")
  .action(async (options) => (await import("./commands/deploy")).up(options));

changing("refresh", "read the live resources into the state").action(async (options) =>
  (await import("./commands/deploy")).refresh(options),
);

changing("destroy", "delete what the stack made")
  .option("--remove", "remove the empty stack from the backend too")
  .action(async (options) => (await import("./commands/deploy")).destroy(options));

command("outputs", "print the stack's outputs")
  .option("--json", "for programs")
  .option("--show-secrets", "print secrets in plain")
  .action(async (options) => (await import("./commands/deploy")).outputs(options));

command("sql", "print the SQL that sets Snowflake up")
  .option(
    "--part <part>",
    "setup (or its halves, admin and objects), load, check or teardown (default: setup, load and check)",
  )
  .option("--output <file>", "write a file that only you can read (default: standard output)")
  .option("--left-streams", "with --part teardown: list the objects of streams that have left the stack")
  .option("--probe-file <path>", "file below each stream's folder that `check` has Snowflake read")
  .option("--planned", "from the offline plan, before anything is deployed")
  .option("--reveal-secrets", "access user: write the access key into the SQL")
  .action(async (options) => (await import("./commands/sql")).sql(options));

command("connect", "take over what Snowflake answered, and deploy")
  .option("--file <file>", "answers of DESC INTEGRATION, SHOW PIPES and the like (default: standard input)")
  .option("--run", "have the Snowflake CLI, snow, run the SQL and give the answers, until all is connected")
  .option("--connection <name>", "connection of the Snowflake CLI, with --run")
  .option("--timeout <minutes>", "for each run of the Snowflake CLI, with --run")
  .option("--no-up", "write the settings only")
  .option("-y, --yes", "do not ask")
  .option("--skip-preflight", "do not look at credentials, backend and bucket first")
  .action(async (options) => (await import("./commands/connect")).connect(options));

command("braintrust", "print what Braintrust's export dialog asks for, or have its API do it")
  .option("--project <name or id>", "Braintrust project; needs BRAINTRUST_API_KEY in the environment")
  .option("--export-type <type>", "spans or traces (default: spans)")
  .option("--interval-seconds <seconds>", "start to start (default: 3600)", Number)
  .option("--api-url <url>", "of another instance or a data plane of your own")
  .option("--apply", "make the changes (default: show them)")
  .option("-y, --yes", "do not ask")
  .action(async (options) => (await import("./commands/braintrust")).braintrust(options));

command("verify", "prove the live stack: configuration, access, data path, freshness")
  .option("--json", "for programs")
  .action(async (options) => (await import("./commands/verify")).verify(options));

command("status", "show phase and next action, last update, drift, keys")
  .option("--json", "for programs")
  .option("--no-drift", "do not ask AWS for drift")
  .action(async (options) => (await import("./commands/status")).statusCommand(options));

command("recover", "show and repair what an interrupted update left, restore an earlier state")
  .option("--repair", "end what was left half done")
  .option("--restore <checkpoint>", "put an earlier state in the place of this one, by its id or `latest`")
  .option("--json", "print {stack, unreadable?, locks?, unfinished, checkpoints, next} for programs")
  .option("-y, --yes", "do not ask")
  .action(async (options) => (await import("./commands/recover")).recover(options));

command("rotate-keys", "access user: replace the access key, step by step; run again to go on")
  .option("--quiet-minutes <minutes>", "how long the old key must be unused (default: 60)", Number)
  .option("--wait", "wait until it is")
  .option("-y, --yes", "do not ask")
  .option("--skip-preflight", "do not look at credentials, backend and bucket first")
  .action(async (options) => (await import("./commands/rotate-keys")).rotateKeysCommand(options));

cli
  .command("sandbox")
  .description("show the whole pipeline against an AWS emulator on this machine")
  .option("-s, --stack <name>", "stack to make there", "sandbox")
  .option("--endpoint <url>", "an emulator that runs already; AWS_CA_BUNDLE names its certificate")
  .option("--keep", "leave stack and emulator up until Ctrl-C")
  .exitOverride()
  .action(async (options) => (await import("./commands/sandbox")).sandbox(options));

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
  if (error instanceof UsageError) return MISUSED;
  return error instanceof StackBusyError ? BUSY : FAILED;
}

function main(): void {
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
