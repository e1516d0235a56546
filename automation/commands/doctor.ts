import type { Command } from "@commander-js/extra-typings";
import { type DoctorReport, doctor as diagnose } from "../doctor/doctor";
import { PipelineError } from "../errors";
import { standardLook } from "../terminal/colors";
import { findingLines } from "../terminal/finding-lines";
import type { Look } from "../terminal/layout";
import { print, printJson, withProgress } from "../terminal/terminal";
import { apiUrl, type OptionsOf } from "./options/definitions";

const options = (command: Command) =>
  command
    .option("-s, --stack <name>", "stack: the <name> of Pulumi.<name>.yaml (default: what all stacks share)")
    .option("-C, --cwd <dir>", "folder of Pulumi.yaml and the stacks' files (default: this project)")
    .addOption(apiUrl())
    .option("--connection <name>", "connection of the Snowflake CLI (default: its own default)")
    .option("--json", "print {stack?, checks, summary} for programs");

type DoctorCommandOptions = OptionsOf<typeof options>;

/** `doctor` on the command line. */
export function defineDoctor(command: Command): void {
  options(command).action(doctor);
}

/**
 * `doctor`: what this machine and the accounts lack for the first deployment.
 *
 * @throws PipelineError where something fails, once the report is printed.
 */
export async function doctor({ cwd, json, ...options }: DoctorCommandOptions): Promise<void> {
  await withProgress(async ({ signal }) => {
    const report = await diagnose({ ...options, workDir: cwd, signal });
    if (json) printJson(report);
    else print(doctorText(report, standardLook()));
    const failed = report.checks.filter(({ verdict }) => verdict === "fail").map(({ name }) => name);
    if (failed.length > 0) throw new PipelineError(`not ready: ${failed.join(", ")}`);
  });
}

/** The report for people. */
export function doctorText({ stack, checks, summary }: DoctorReport, look: Look): string {
  const counts = [
    `${summary.ok} ok`,
    ...(summary.warn > 0 ? [`${summary.warn} to know`] : []),
    ...(summary.fail > 0 ? [`${summary.fail} to fix`] : []),
    ...(summary.skipped > 0 ? [`${summary.skipped} skipped`] : []),
  ];
  const about = stack === undefined ? "no stack: pass --stack to check its settings" : `stack ${stack}`;
  return [about, ...findingLines(checks, look), counts.join(", ")].join("\n");
}
