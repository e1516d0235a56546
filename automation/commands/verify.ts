import type { Command } from "@commander-js/extra-typings";
import { standardLook } from "../terminal/colors";
import { print, printJson, type StackCommandOptions, withProgress } from "../terminal/terminal";
import { renderReport } from "../verify/report";
import { refuseFailures, reportOn } from "../verify/verify";
import { onStack } from "./options/definitions";

/** `verify` on the command line. */
export function defineVerify(command: Command): void {
  onStack(command).option("--json", "print JSON for programs").action(verify);
}

/**
 * `verify`: checks the deployed stack.
 *
 * @throws PipelineError where a check fails or the run is interrupted, once the report is printed.
 */
async function verify(options: StackCommandOptions & { readonly json?: boolean }): Promise<void> {
  const { stack, cwd, json } = options;
  await withProgress(async (progress) => {
    const report = await reportOn({ ...progress, stack, workDir: cwd });
    if (json) printJson(report);
    else print(renderReport(report, standardLook()));
    refuseFailures(report, progress.signal);
  });
}
