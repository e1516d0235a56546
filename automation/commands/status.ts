import { status } from "../status/status";
import type { StatusReport } from "../status/status-report";
import { findingLines, oneLine } from "../terminal/finding-lines";
import { print, printJson, type StackCommandOptions, withProgress } from "../terminal/terminal";

/** `status`: how the stack is, and what to do next. */
export async function statusCommand(
  options: StackCommandOptions & { readonly json?: boolean; readonly drift?: boolean },
): Promise<void> {
  const { stack, cwd, json, drift } = options;
  await withProgress(async (progress) => {
    const report = await status({ ...progress, stack, workDir: cwd, drift });
    if (json) printJson(report);
    else print(statusText(report));
  });
}

/** The report for people: a line for each part, the way out below it, and the next action at the end. */
export function statusText({ stack, phase, deployedPhase, next, ...findings }: StatusReport): string {
  const deployed =
    deployedPhase === undefined || deployedPhase === phase ? "" : `, deployed ${deployedPhase}`;
  const lines = findingLines([
    { name: "last update", ...findings.lastUpdate },
    { name: "pending operations", ...findings.pending },
    { name: "drift", ...findings.drift },
    { name: "alarms", ...findings.alarms },
    { name: "access keys", ...findings.accessKeys },
  ]);
  const settings = next.settings === undefined ? [] : [`      set ${next.settings.join(", ")}`];
  return [
    `stack ${stack}: ${phase}${deployed}`,
    ...lines,
    `next: ${next.action}`,
    `      ${oneLine(next.reason)}`,
    ...settings,
  ].join("\n");
}
