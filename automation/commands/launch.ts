import type { Command } from "@commander-js/extra-typings";
import { exportTypeOf } from "../braintrust/exports";
import { Deployment } from "../deploy/deployment";
import { summarize } from "../engine/changes";
import { messageOf, UnknownStackError } from "../errors";
import { launch as bringUp, type LaunchResult } from "../launch/launch";
import { type LaunchOptions, launchWork, plannedSettings } from "../launch/launch-work";
import { planStack } from "../plan/plan";
import { readStackFile, settingsOf } from "../project/stack-file";
import { standardLook } from "../terminal/colors";
import { oneLine } from "../terminal/finding-lines";
import { type Cell, type Look, table } from "../terminal/layout";
import { confirm, note, print, printJson, withProgress } from "../terminal/terminal";
import { exporting, numeric, type OptionsOf, SKIP_PREFLIGHT, WAIT, YES } from "./options/definitions";
import { timeLimits } from "./options/time-limits";

const options = (command: Command) =>
  exporting(command)
    .option("--account-id <id>", "AWS account ID that Braintrust shows, if the settings do not have it yet")
    .option("--connection <name>", "connection of the Snowflake CLI (default: its own default)")
    .option(
      "--timeout <minutes>",
      "limit of each update, run of the Snowflake CLI and wait (default: 60; of a wait: the interval between exports plus 15)",
      numeric,
    )
    .option("--wait <minutes>", WAIT, numeric)
    .option("--dry-run", "check and show the plan, change nothing")
    .option("--json", "print {stack, outcome, steps, stopped?} for programs")
    .option("-y, --yes", YES)
    .option("--skip-preflight", SKIP_PREFLIGHT);

type LaunchCommandOptions = OptionsOf<typeof options>;

/** `launch` on the command line. */
export function defineLaunch(command: Command): void {
  options(command).action(launch);
}

/**
 * `launch`: from the settings to the first row, with one question.
 *
 * @throws what stopped it, once the steps that were made are printed.
 */
async function launch(options: LaunchCommandOptions): Promise<void> {
  const { stack, cwd, project, accountId, apiUrl, connection, intervalSeconds, skipPreflight } = options;
  const place = {
    stack,
    workDir: cwd,
    project,
    accountId,
    apiUrl,
    connection,
    intervalSeconds,
    skipPreflight,
  };
  const exportType = exportTypeOf(options.exportType);
  const limits = timeLimits(options);
  // What cannot be read is refused before anything is looked at.
  settingsOf(await readStackFile(stack, cwd));
  await withProgress(async (progress) => {
    const all: LaunchOptions = { ...progress, ...place, ...limits, exportType };
    const approved = async () => {
      note(await planText(all));
      if (!options.dryRun) return confirm(`Launch stack "${stack}"?`, options.yes);
      note("dry run: nothing was changed");
      return false;
    };
    const result = await bringUp(launchWork(all, approved), (title) => note(`launch: ${title}`));
    if (options.json) printJson(shown(stack, result));
    else print(launchText(stack, result, standardLook()));
    if (result.stopped !== undefined) throw result.stopped.error;
  });
}

/** What the launch would do, before anything is changed. */
async function planText(options: LaunchOptions): Promise<string> {
  const { stack, workDir, connection, intervalSeconds = 3600 } = options;
  const changes = await plannedSettings(options);
  const settings = settingsOf(await readStackFile(stack, workDir));
  const exports = settings.streams.map(({ name, prefix }) => `${name} below ${prefix}`).join(", ");
  const { database, schema } = settings.snowflake;
  const lines = [
    ...changes.map(({ path, to }) => `settings    + ${path.join(".")}: ${[to].flat().join(", ")}`),
    `AWS         ${await awsWords(options)}`,
    `Braintrust  exports every ${intervalSeconds} s: ${exports}`,
    `Snowflake   ${database}.${schema}, by ${connection === undefined ? "the default connection" : `connection ${connection}`} of the Snowflake CLI`,
  ];
  return [`launch of stack "${stack}":`, ...lines.map((line) => `  ${line}`)].join("\n");
}

async function awsWords(options: LaunchOptions): Promise<string> {
  try {
    const changes = await (await Deployment.open(options)).preview();
    return summarize(changes);
  } catch (error) {
    if (!(error instanceof UnknownStackError)) throw error;
    const { resources } = await planStack(options.stack, options.workDir);
    return `a new stack with about ${resources.length} resources`;
  }
}

/** The steps with their times and what each proved. */
export function launchText(stack: string, { outcome, steps, stopped }: LaunchResult, look: Look): string {
  const rows = steps.map(({ title, seconds, proof }): Cell[] => [
    { text: title },
    { text: `${seconds} s`, hAlign: "right" },
    { text: oneLine(proof) },
  ]);
  const last = {
    done: `stack "${stack}" has its first row`,
    declined: "nothing was changed",
    stopped: `stopped at: ${stopped?.title}; run the same command again to resume there`,
  };
  return [...(rows.length === 0 ? [] : table(rows, look)), last[outcome]].join("\n");
}

function shown(stack: string, { outcome, steps, stopped }: LaunchResult) {
  if (stopped === undefined) return { stack, outcome, steps };
  const { id, title, error } = stopped;
  return { stack, outcome, steps, stopped: { id, title, message: messageOf(error) } };
}
