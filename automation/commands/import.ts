import type { Command } from "@commander-js/extra-typings";
import { commandLine } from "../command-line";
import { renderChanges, summarize } from "../engine/changes";
import { PipelineError } from "../errors";
import { type ImportPlan, importExisting } from "../import/import-run";
import type { SettingChange } from "../project/stack-file";
import { standardLook } from "../terminal/colors";
import { findingLines } from "../terminal/finding-lines";
import { confirm, note, print, withProgress } from "../terminal/terminal";
import { REPAIR_QUESTION } from "./options/approval";
import { numeric, type OptionsOf, onStack, TIMEOUT, WAIT } from "./options/definitions";
import { timeLimits } from "./options/time-limits";

const defineOptions = (command: Command) =>
  onStack(command)
    .option("--bucket <name>", "bucket of the exports (default: the one that the policies name)")
    .option("--export-role <name>", "role of Braintrust (default: BraintrustExportRole)")
    .option("--export-policy <name>", "policy of that role (default: BraintrustS3ExportPolicy)")
    .option("--user <name>", "user of Snowflake (default: SnowflakeS3User)")
    .option("--reader-role <name>", "role of Snowflake (default: one that has the read policy)")
    .option("--read-policy <name>", "policy of that user or role (default: SnowflakeS3AccessPolicy)")
    .option("--queue <name>", "queue of the bucket's events (default: snowpipe-s3-notifications)")
    .option("--topic <name>", "topic of the bucket's events (default: snowpipe-s3-notifications)")
    .option("--trail <name>", "trail that records the bucket (default: none)")
    .option("-y, --yes", "write the settings and import without asking")
    .option("--timeout <minutes>", TIMEOUT, numeric)
    .option("--wait <minutes>", WAIT, numeric);

/** `import` on the command line. */
export function defineImport(command: Command): void {
  defineOptions(command).action(importCommand);
}

/** `import`: shows what was found, asks, writes the settings and imports; ends with the preview of the next update. */
async function importCommand(options: OptionsOf<typeof defineOptions>): Promise<void> {
  const { stack, cwd, yes, timeout, wait, ...names } = options;
  const limits = timeLimits({ timeout, wait });
  await withProgress(async (progress) => {
    const { outcome, imported, changes } = await importExisting({
      ...progress,
      ...limits,
      stack,
      workDir: cwd,
      names,
      onInterruption: async () => {
        if (!(await confirm(REPAIR_QUESTION, yes))) throw new PipelineError("nothing was changed");
      },
      confirm: async (plan) => {
        note(planText(stack, plan));
        if (plan.findings.some(({ verdict }) => verdict === "fail")) return false;
        return confirm(`Import these into stack "${stack}"?`, yes);
      },
    });
    if (outcome === "declined") return note("nothing was changed");
    if (outcome === "unchanged") print(`stack "${stack}": everything that was found is imported already`);
    else print(`stack "${stack}": ${imported.length} imported, nothing in AWS was changed`);
    note("`up` would make these changes:");
    print(renderChanges(changes));
    note(`next: ${commandLine(changes.length > 0 ? "up" : "verify", stack)}`);
  });
}

/** What would be imported, for people. */
function planText(stack: string, { findings, settings, changes }: ImportPlan): string {
  const changed = changes.filter(({ operation }) => operation !== "import");
  return [
    ...findingLines(findings, standardLook(process.stderr)),
    ...(settings.length === 0 ? [] : [`Pulumi.${stack}.yaml:`, ...settings.map(settingLine).sort()]),
    ...(changes.length === 0
      ? []
      : [
          `imports, by which AWS is not changed, and what \`up\` changes then (${summarize(changed)}):`,
          renderChanges(changes),
        ]),
  ].join("\n");
}

function settingLine({ path, value }: SettingChange): string {
  return `  + ${path.join(".").replace(/^braintrust-snowflake:/, "")}: ${typeof value === "string" ? value : JSON.stringify(value)}`;
}
