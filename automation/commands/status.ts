import type { Command } from "@commander-js/extra-typings";
import { UsageError } from "../errors";
import { status } from "../status/status";
import type { StatusReport } from "../status/status-report";
import { standardLook } from "../terminal/colors";
import { findingLines, oneLine } from "../terminal/finding-lines";
import { type Look, sentence } from "../terminal/layout";
import { print, printJson, withProgress } from "../terminal/terminal";
import { apiUrl, onSeveralStacks } from "./options/definitions";
import { type StatusCommandOptions, statusOfSeveral } from "./status-of-several";

/** `status` on the command line. */
export function defineStatus(command: Command): void {
  onSeveralStacks(command)
    .option("--json", "print JSON for programs")
    .option("--no-drift", "skip the comparison with AWS")
    .addOption(apiUrl())
    .action(statusCommand);
}

/** `status`: how the stack is, and what to do next; of several, a line each. */
async function statusCommand(options: StatusCommandOptions): Promise<void> {
  const { stack, cwd, json, drift, apiUrl } = options;
  if (stack === undefined || options.stacks !== undefined || options.all !== undefined) {
    return statusOfSeveral(options);
  }
  if (options.parallel !== undefined) throw new UsageError("--parallel is for --stacks and --all");
  await withProgress(async (progress) => {
    const report = await status({ ...progress, stack, workDir: cwd, drift, apiUrl });
    if (json) printJson(report);
    else print(statusText(report, standardLook()));
  });
}

/** The report for people: a line for each part, the way out below it, and the next action at the end. */
export function statusText(
  { stack, phase, deployedPhase, next, ...findings }: StatusReport,
  look: Look,
): string {
  const deployed =
    deployedPhase === undefined || deployedPhase === phase ? "" : `, deployed ${deployedPhase}`;
  const findingRows = [
    { name: "last update", ...findings.lastUpdate },
    { name: "pending operations", ...findings.pending },
    { name: "drift", ...findings.drift },
    { name: "alarms", ...findings.alarms },
    { name: "access keys", ...findings.accessKeys },
    { name: "exports", ...findings.exports },
  ];
  const settings = next.settings === undefined ? [] : [`set ${next.settings.join(", ")}`];
  return [
    `stack ${stack}: ${phase}${deployed}`,
    ...findingLines(findingRows, look),
    `next: ${next.action}`,
    ...[oneLine(next.reason), ...settings].flatMap((text) => sentence(6, 0, { text }, look)),
  ].join("\n");
}
