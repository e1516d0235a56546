import type { Command } from "@commander-js/extra-typings";
import { renderCost } from "../cost/report";
import type { UsageOptions } from "../cost/usage";
import { estimate } from "../plan/cost";
import { standardLook } from "../terminal/colors";
import { print, printJson, type StackCommandOptions } from "../terminal/terminal";
import { onStack } from "./options";

/** `cost` on the command line. */
export function defineCost(command: Command): void {
  onStack(command)
    .option("--gb-per-day <gb>", "GB that Braintrust exports per day (default: 1)")
    .option("--files-per-day <count>", "files that Braintrust exports per day (default: 24 per stream)")
    .option("--months <count>", "number of months to estimate (default: 12)")
    .option("--credit-usd <usd>", "price of a Snowflake credit in USD (default: 3, Enterprise on demand)")
    .option(
      "--text-ratio <ratio>",
      "uncompressed size of jsonl files, as a multiple of their own (default: 5)",
    )
    .option("--json", "print {stack, region, usage, idle, months, snowflake, ...} for programs")
    .action(cost);
}

/** `cost`: what a stack will cost a month, by item, from its settings and its offline plan. */
export async function cost(
  options: StackCommandOptions & UsageOptions & { readonly json?: boolean },
): Promise<void> {
  const { stack, cwd, json, ...usage } = options;
  const estimated = await estimate({ ...usage, stack, workDir: cwd });
  if (json) return printJson(estimated);
  print(renderCost(estimated, standardLook()));
}
