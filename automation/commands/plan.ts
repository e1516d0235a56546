import type { Command } from "@commander-js/extra-typings";
import { planStack } from "../plan/plan";
import { renderPlan } from "../plan/render";
import { standardLook } from "../terminal/colors";
import { print, printJson, type StackCommandOptions } from "../terminal/terminal";
import { onStack } from "./options/definitions";

/** `plan` on the command line. */
export function definePlan(command: Command): void {
  onStack(command).option("--json", "print {stack, resources, outputs, problems} for programs").action(plan);
}

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
