import * as fs from "node:fs/promises";
import type { Command } from "@commander-js/extra-typings";
import type { UsageOptions } from "../cost/usage";
import { UsageError } from "../errors";
import { atPath, outputFile } from "../paths";
import { report as reportPage } from "../report/report";
import { note, type StackCommandOptions, withProgress } from "../terminal/terminal";
import { onStack } from "./options";

/** `report` on the command line. */
export function defineReport(command: Command): void {
  onStack(command)
    .requiredOption("--output <file>", "HTML file to write")
    .option("--live", "also ask AWS, Braintrust and Snowflake about the deployed stack")
    .option(
      "--file <file>",
      "with --live: result of the query that `reconcile` prints (default: the Snowflake CLI runs it)",
    )
    .option("--connection <name>", "connection of the Snowflake CLI, with --live (default: its own default)")
    .option("--api-url <url>", "with --live: URL of Braintrust's API, in the EU or self-hosted")
    .option("--gb-per-day <gb>", "GB that Braintrust exports per day (default: 1)")
    .option("--files-per-day <count>", "files that Braintrust exports per day (default: 24 per stream)")
    .option("--months <count>", "number of months to estimate (default: 12)")
    .action(report);
}

/** Where the page goes, and what it has. */
export interface ReportCommandOptions extends StackCommandOptions, UsageOptions {
  readonly output: string;
  /** Asks the deployed stack. @default the page is made offline */
  readonly live?: boolean;
  readonly file?: string;
  readonly connection?: string;
  readonly apiUrl?: string;
}

/** `report`: one page for reviewers, with everything that it needs in itself. */
export async function report(options: ReportCommandOptions): Promise<void> {
  const { stack, cwd: workDir, output, live, file, connection, apiUrl, ...usage } = options;
  const forLive = { "--file": file, "--connection": connection, "--api-url": apiUrl };
  for (const [option, value] of Object.entries(forLive)) {
    if (!live && value !== undefined) throw new UsageError(`${option} is for --live`);
  }
  if (file !== undefined && connection !== undefined) {
    throw new UsageError("--file and --connection cannot be combined: pass one of them");
  }
  const page = live
    ? await withProgress((progress) =>
        reportPage({ stack, workDir, ...usage, live: { file, connection, apiUrl, ...progress } }),
      )
    : await reportPage({ stack, workDir, ...usage });
  await atPath(outputFile(output), () => fs.writeFile(output, page));
  note(`wrote ${output}`);
}
