import { status } from "../status/status";
import type { Finding, StatusReport } from "../status/status-report";
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
  const parts: [string, Finding<unknown>][] = [
    ["last update", findings.lastUpdate],
    ["pending operations", findings.pending],
    ["drift", findings.drift],
    ["alarms", findings.alarms],
    ["access keys", findings.accessKeys],
  ];
  const width = Math.max(...parts.map(([name]) => name.length));
  const lines = parts.flatMap(([name, { verdict, evidence, fix }]) => [
    `${marks[verdict]}  ${name.padEnd(width)}  ${oneLine(evidence)}`,
    ...(fix === undefined ? [] : [`${" ".repeat(marks.ok.length + width + 4)}-> ${fix}`]),
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

const marks = { ok: "ok     ", fail: "FAIL   ", unknown: "unknown", skipped: "skipped" } as const;

/** Messages of commits and of AWS, without what could steer the terminal. */
function oneLine(text: string): string {
  return text.replace(/[\s\p{C}]+/gu, " ").trim();
}
