import { renderCost } from "../cost/report";
import type { UsageOptions } from "../cost/usage";
import { estimate } from "../plan/cost";
import { standardLook } from "../terminal/colors";
import { print, printJson, type StackCommandOptions } from "../terminal/terminal";

/** `cost`: what a stack will cost a month, by item, from its settings and its offline plan. */
export async function cost(
  options: StackCommandOptions & UsageOptions & { readonly json?: boolean },
): Promise<void> {
  const { stack, cwd, json, gbPerDay, filesPerDay, months } = options;
  const estimated = await estimate({ stack, workDir: cwd, gbPerDay, filesPerDay, months });
  if (json) return printJson(estimated);
  print(renderCost(estimated, standardLook()));
}
