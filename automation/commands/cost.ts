import type { Command } from "@commander-js/extra-typings";
import { renderCost } from "../cost/report";
import type { UsageOptions } from "../cost/usage";
import { estimate } from "../plan/cost";
import { standardLook } from "../terminal/colors";
import { print, printJson, type StackCommandOptions } from "../terminal/terminal";
import { forTraffic, onStack } from "./options/definitions";

/** `cost` on the command line. */
export function defineCost(command: Command): void {
  forTraffic(onStack(command))
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
