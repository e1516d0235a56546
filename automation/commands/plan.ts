import { planStack } from "../plan/plan";
import { renderPlan } from "../plan/render";
import { standardLook } from "../terminal/colors";
import { print, printJson, type StackCommandOptions } from "../terminal/terminal";

/** `plan`: the whole program, evaluated with no AWS, no Pulumi command line and no network. */
export async function plan({
  stack,
  cwd,
  json,
}: StackCommandOptions & { readonly json?: boolean }): Promise<void> {
  const evaluated = await planStack(stack, cwd);
  if (json) return printJson(evaluated);
  print(renderPlan(evaluated, standardLook()));
}
