import { once } from "node:events";
import type { Readable } from "node:stream";
import type { Command } from "@commander-js/extra-typings";
import { SEPARATE_STREAMS } from "../../components/streams";
import { commandLine } from "../command-line";
import { PipelineError, UsageError } from "../errors";
import { filesSql } from "../reconcile/files-sql";
import { bucketListOf } from "../reconcile/list-source";
import { type Batch, batchesOf, loadMissingSql } from "../reconcile/load-missing-sql";
import { afterLoads, type BatchReport, readLoads, renderLoads } from "../reconcile/loads";
import { keepNewSpaceSmall } from "../reconcile/new-space";
import type { FileReport } from "../reconcile/reconciliation";
import { renderReport, violations } from "../reconcile/report";
import {
  answersBySnow,
  answersIn,
  findingsOf,
  openForReconcile,
  type ReconcileStack,
} from "../reconcile/run";
import { counted } from "../terminal/counted";
import { confirm, note, print, printExactly, withProgress } from "../terminal/terminal";
import { visibleJson } from "../terminal/visible";
import { numeric, type OptionsOf, onStack, YES } from "./options/definitions";

const options = (command: Command) =>
  onStack(command)
    .option("--run", "run the query with the Snowflake CLI (snow) and use its answer")
    .option("--connection <name>", "connection of the Snowflake CLI, with --run")
    .option("--file <file>", "answer of the printed query, as JSON or CSV; - for standard input")
    .option(
      "--list-from <source>",
      "what lists the bucket: s3, directory (Snowflake's own list), @DB.SCHEMA.STAGE/PATH of an S3 Inventory, or DB.SCHEMA.TABLE of S3 Metadata (default: s3)",
      bucketListOf,
    )
    .option("--account-usage", "read a year of load history; the role needs access to the database SNOWFLAKE")
    .option(
      "--load",
      "load the missing files: with --run after a preview, with --file print the SQL; the exit code is of what is still missing then",
    )
    .option("--max-missing <count>", "exit with code 1 if more files are missing (default: 0)", numeric)
    .option(
      "--max-age <hours>",
      "hours until a file that is not loaded counts as missing (default: twice monitoring.exportEveryHours)",
      numeric,
    )
    .option("--json", "print {stack, files, streams, violations} for programs, with --load also loads")
    .option("-y, --yes", YES);

/** What `reconcile` is called with. */
export type ReconcileCommandOptions = OptionsOf<typeof options>;

/** `reconcile` on the command line. */
export function defineReconcile(command: Command): void {
  options(command).action(reconcile);
}

const HOUR_MS = 3_600_000;

/**
 * `reconcile`: compares every file in the bucket with what Snowflake has loaded.
 *
 * @throws PipelineError where too much is missing or waits too long, once the report is printed.
 */
export async function reconcile(options: ReconcileCommandOptions): Promise<void> {
  keepNewSpaceSmall();
  refuseCombinations(options);
  const { stack, cwd, run, file, connection, accountUsage, listFrom: list } = options;
  await withProgress(async (progress) => {
    const opened = await openForReconcile(stack, cwd, { ...progress, callsAws: run && list === undefined });
    const compare = (answers: Readable) => compareAndReport(opened, options, answers, progress.signal);
    if (run) {
      note("running the query in Snowflake");
      const sql = filesSql(opened.outputs, { accountUsage, list });
      await answersBySnow(sql, opened, { connection, signal: progress.signal }, compare);
    } else if (file !== undefined) {
      await compare(await answersIn(file));
    } else {
      printExactly(filesSql(opened.outputs, { accountUsage, list }));
      for (const line of nextByHand(opened.outputs.streams.length, stack)) note(line);
    }
  });
}

/** Of more streams than one statement has, there are several answers, which only JSON keeps in one text. */
export function nextByHand(streams: number, stack: string): string[] {
  const next = `  ${commandLine("reconcile", stack)} --file`;
  return streams <= SEPARATE_STREAMS
    ? ["next: run it in Snowflake, save its answer as JSON or CSV, and pass that to", `${next} FILE`]
    : [
        "next: save it as FILE and its answers, one for each statement, as one JSON text, and pass that on:",
        "  snow sql --filename FILE --format json > answers.json",
        `${next} answers.json`,
      ];
}

function refuseCombinations(options: ReconcileCommandOptions): void {
  const { run, file, connection, load, json, accountUsage, listFrom, maxMissing, maxAge } = options;
  if (run && file !== undefined)
    throw new UsageError("--file and --run cannot be combined: pass one of them");
  if (connection !== undefined && !run) throw new UsageError("--connection is for --run");
  if (accountUsage && file !== undefined) {
    throw new UsageError(
      "--account-usage changes the query, which --file has the answer of: pass it where the query is printed",
    );
  }
  if (listFrom !== undefined && file !== undefined) {
    throw new UsageError(
      "--list-from changes the query, which --file has the answer of: pass it where the query is printed",
    );
  }
  if (load && !run && file === undefined) throw new UsageError("--load is for --run and --file");
  if (json && !run && file === undefined) throw new UsageError("--json is for --run and --file");
  if (load && json && !run) {
    throw new UsageError(
      "--load and --json cannot be combined with --file, of which --load prints SQL: pass one of them",
    );
  }
  if (maxMissing !== undefined && !(Number.isInteger(maxMissing) && maxMissing >= 0)) {
    throw new UsageError(`--max-missing ${maxMissing}: must be a whole number, 0 or more`);
  }
  if (maxAge !== undefined && !(maxAge > 0 && Number.isFinite(maxAge))) {
    throw new UsageError(`--max-age ${maxAge}: must be a number of hours, more than 0`);
  }
}

async function compareAndReport(
  opened: ReconcileStack,
  options: ReconcileCommandOptions,
  answers: Readable,
  signal: AbortSignal,
): Promise<void> {
  const { stack, json, run, load, maxMissing = 0 } = options;
  const maxAgeHours = options.maxAge ?? 2 * opened.exportEveryHours;
  const writer = json ? jsonWriter(stack) : undefined;
  const limits = { maxAge: maxAgeHours * HOUR_MS, signal };
  const findings = await findingsOf(opened, answers, limits, (file) => writer?.file(file));
  const { streams, worst, missing, asked } = findings;
  const batches = batchesOf(missing);
  const isPrinted = load && !run;
  if (writer === undefined) (isPrinted ? note : print)(renderReport(stack, streams, worst));
  if (isPrinted) {
    if (missing.length === 0) return note("no file is to be loaded");
    return printExactly(loadMissingSql(opened.outputs, batches, asked));
  }
  const loads = load ? await loadMissing(opened, options, batches, asked, signal) : undefined;
  const left = loads === undefined ? streams : afterLoads(streams, batches, loads);
  const broken = violations(left, { maxMissing, maxAgeHours });
  if (writer !== undefined)
    await writer.end({ streams: left, ...(load && { loads: loads ?? [] }), violations: broken });
  else if (loads !== undefined) print(renderLoads(loads));
  if (missing.length > 0 && !load) {
    note(`next: ${commandLine("reconcile", stack)} ${run ? "--run" : "--file FILE"} --load`);
  }
  if (broken.length > 0) throw new PipelineError(`stack "${stack}": ${broken.join("; ")}`);
}

/** What the batches loaded; nothing where nothing is to be loaded or may be. */
async function loadMissing(
  opened: ReconcileStack,
  { connection, yes }: ReconcileCommandOptions,
  batches: readonly Batch[],
  asked: number,
  signal: AbortSignal,
): Promise<BatchReport[] | undefined> {
  if (batches.length === 0) {
    note("no file is to be loaded");
    return undefined;
  }
  const sql = loadMissingSql(opened.outputs, batches, asked);
  note(sql);
  const count = batches.reduce((sum, { files }) => sum + files.length, 0);
  if (!(await confirm(`Load ${counted(count, "file")} into Snowflake?`, yes))) {
    note("nothing was changed");
    return undefined;
  }
  return answersBySnow(sql, opened, { connection, signal }, (answers) =>
    readLoads(batches, opened.outputs.bucketName, answers),
  );
}

/** JSON, written file by file, so that no list of them is kept; nothing before the first, since a bad answer shows by then. */
function jsonWriter(stack: string) {
  let before = `{\n  "stack": ${JSON.stringify(stack)},\n  "files": [`;
  const next = (text: string) => {
    const line = `${before}${text}`;
    before = ",";
    return write(line);
  };
  return {
    file: (file: FileReport) => next(`\n    ${JSON.stringify(file)}`),
    end: (rest: Readonly<Record<string, unknown>>) => {
      const head = before === "," ? "" : before;
      const members = Object.entries(rest).map(([name, value]) => `"${name}": ${JSON.stringify(value)}`);
      return write(`${head}\n  ],\n  ${members.join(",\n  ")}\n}\n`);
    },
  };
}

/** Waits only where the reader is slower. */
function write(text: string): Promise<void> | undefined {
  if (process.stdout.write(visibleJson(text))) return undefined;
  return once(process.stdout, "drain").then(() => undefined);
}
