import { planStack } from "../plan/plan";
import { renderPlan } from "../plan/render";
import { print, printJson, type StackCommandOptions } from "../terminal/terminal";

/** `plan`: the whole program, evaluated with no AWS, no Pulumi command line and no network. */
export async function plan({
  stack,
  cwd,
  json,
}: StackCommandOptions & { readonly json?: boolean }): Promise<void> {
  const evaluated = await planStack(stack, cwd);
  if (json) return printJson(evaluated);
  const color = process.stdout.isTTY === true && !process.env.NO_COLOR;
  print(renderPlan(evaluated, { color, width: process.stdout.columns ?? 100 }));
}
