import * as fs from "node:fs/promises";
import type { Command } from "@commander-js/extra-typings";
import type { UsageOptions } from "../cost/usage";
import { UsageError } from "../errors";
import { atPath, outputFile } from "../paths";
import { report as reportPage } from "../report/report";
import { note, printExactly, type StackCommandOptions, withProgress } from "../terminal/terminal";
import { forTraffic, onStack } from "./options/definitions";
import { STANDARD_OUTPUT } from "./options/private-files";

/** `report` on the command line. */
export function defineReport(command: Command): void {
  forTraffic(
    onStack(command)
      .requiredOption("--output <file>", "HTML file to write; - for standard output")
      .option("--live", "also ask AWS, Braintrust and Snowflake about the deployed stack")
      .option(
        "--file <file>",
        "with --live: result of the query that `reconcile` prints (default: the Snowflake CLI runs it)",
      )
      .option(
        "--connection <name>",
        "connection of the Snowflake CLI, with --live (default: its own default)",
      )
      .option("--api-url <url>", "with --live: URL of Braintrust's API, in the EU or self-hosted"),
  ).action(report);
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
        reportPage({
          stack,
          workDir,
          ...usage,
          live: { file, connection, apiUrl: apiUrl ?? process.env.BRAINTRUST_API_URL, ...progress },
        }),
      )
    : await reportPage({ stack, workDir, ...usage });
  if (output === STANDARD_OUTPUT) return printExactly(page);
  await atPath(outputFile(output), () => fs.writeFile(output, page));
  note(`wrote ${output}`);
}
