import { hasColor } from "../terminal/colors";
import { print, printJson, type StackCommandOptions, withProgress } from "../terminal/terminal";
import { type ReportStyle, renderReport } from "../verify/report";
import { refuseFailures, reportOn } from "../verify/verify";

const MOST_COLUMNS = 120;

/**
 * `verify`: checks the deployed stack.
 *
 * @throws PipelineError where a check fails or the run is interrupted, once the report is printed.
 */
export async function verify(options: StackCommandOptions & { readonly json?: boolean }): Promise<void> {
  const { stack, cwd, json } = options;
  await withProgress(async (progress) => {
    const report = await reportOn({ ...progress, stack, workDir: cwd });
    if (json) printJson(report);
    else print(renderReport(report, styleOf(process.stdout, process.env)));
    refuseFailures(report, progress.signal);
  });
}

/** Colours where the stream has them, and lines that can still be read at a glance. */
export function styleOf(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  environment: Readonly<Record<string, string | undefined>>,
): ReportStyle {
  return {
    width: Math.min(stream.columns ?? MOST_COLUMNS, MOST_COLUMNS),
    colors: hasColor(stream, environment),
  };
}
