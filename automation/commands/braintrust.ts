import type { Command } from "@commander-js/extra-typings";
import type { AppliedAutomation } from "../braintrust/apply";
import { describePlan } from "../braintrust/automations";
import { exportTypeOf, type PlannedExports, planExports } from "../braintrust/exports";
import { braintrustInstructions } from "../braintrust/instructions";
import { checkedKey } from "../braintrust/request";
import { commandLine } from "../command-line";
import { Deployment } from "../deploy/deployment";
import type { DeploymentOptions } from "../deploy/deployment-options";
import { UsageError } from "../errors";
import type { PipelineOutputs } from "../outputs";
import { confirm, isInteractive, note, print, withProgress } from "../terminal/terminal";
import { earlier, exporting, type OptionsOf, YES } from "./options/definitions";
import { noteEarlier } from "./options/earlier-forms";

const options = (command: Command) =>
  exporting(command)
    .option("--pause", "pause these exports instead")
    .option("--resume", "resume these exports instead")
    .option("-y, --yes", YES)
    .addOption(earlier("--apply"));

/** What `braintrust` is called with. */
export type BraintrustOptions = OptionsOf<typeof options>;

/** `braintrust` on the command line. */
export function defineBraintrust(command: Command): void {
  options(command).action((options) => braintrust(options));
}

/**
 * `braintrust`: the values for Braintrust's dialog; with BRAINTRUST_API_KEY and a project the changes that its API would
 * make, and once confirmed those changes. Braintrust runs exports by a token: BRAINTRUST_SERVICE_TOKEN, else the key. Both are read from
 * the environment alone, and neither stored nor shown.
 */
export async function braintrust(
  options: BraintrustOptions,
  readOutputs: (options: DeploymentOptions) => Promise<PipelineOutputs> = deployedOutputs,
): Promise<void> {
  const { stack, cwd, project, apply, yes, pause, resume } = options;
  const { BRAINTRUST_API_KEY: apiKey, BRAINTRUST_SERVICE_TOKEN: serviceToken } = process.env;
  const lacking = [
    ...(apiKey ? [] : ["BRAINTRUST_API_KEY in the environment"]),
    ...(project === undefined ? ["--project <name or id>"] : []),
  ].join(" and ");
  const refuseLacking = (flag: string) => {
    if (lacking !== "") throw new UsageError(`${flag} also needs ${lacking}`);
  };
  if (apply) {
    noteEarlier("--apply", "--yes");
    refuseLacking(yes ? "--yes" : "--apply");
  }
  const exportType = exportTypeOf(options.exportType);
  if (pause && resume) throw new UsageError("--pause and --resume cannot be combined");
  if (pause || resume) refuseLacking(pause ? "--pause" : "--resume");

  await withProgress(async ({ onProgress, signal }) => {
    const outputs = await readOutputs({ onProgress, signal, stack, workDir: cwd });
    if (!apiKey || project === undefined) {
      if (yes) refuseLacking("--yes");
      print(braintrustInstructions(outputs));
      return note(`\nto create the exports by Braintrust's API, also pass ${lacking}`);
    }
    const exports = await planExports(outputs, {
      apiKey,
      serviceToken: serviceToken && checkedKey(serviceToken, "BRAINTRUST_SERVICE_TOKEN"),
      project,
      exportType,
      signal,
      intervalSeconds: options.intervalSeconds,
      baseUrl: options.apiUrl,
    });
    print(describePlan(exports.plan));
    if (pause || resume) return pauseExports(exports, pause === true, yes);
    const changes = exports.plan.filter(({ action }) => action === "create" || action === "update").length;
    if (!apply && !yes && !isInteractive()) {
      return changes > 0 ? note("nothing was changed: pass --yes to apply these changes") : undefined;
    }
    refuseUntrusted(stack, outputs);
    return applyExports(exports, changes, yes);
  });
}

async function pauseExports({ setPaused }: PlannedExports, paused: boolean, yes?: boolean): Promise<void> {
  if (!(await confirm(`${paused ? "Pause" : "Resume"} these exports?`, yes)))
    return note("nothing was changed");
  const done = await setPaused(paused);
  print(done.map((one) => `${one.done}  ${one.stream}  ${one.id}`).join("\n"));
}

async function applyExports({ plan, apply }: PlannedExports, changes: number, yes?: boolean): Promise<void> {
  const question =
    changes === 0
      ? "Register the schedules of these exports again?"
      : `Apply these changes to ${changes} of Braintrust's automations, and register their schedules?`;
  // Of a conflict nobody need be asked: it is refused.
  const conflict = plan.some(({ action }) => action === "conflict");
  if (!conflict && !(await confirm(question, yes))) return note("nothing was changed");
  const scheduled = (one: AppliedAutomation) =>
    one.scheduled ? "scheduled" : "scheduled by the data plane itself (it has no /automation/cron)";
  const applied = await apply();
  print(applied.map((one) => `${one.done}  ${one.stream}  ${one.id}  ${scheduled(one)}`).join("\n"));
}

async function deployedOutputs(options: DeploymentOptions): Promise<PipelineOutputs> {
  return (await Deployment.open(options)).outputs();
}

function refuseUntrusted(stack: string, { phase }: PipelineOutputs): void {
  if (phase !== "awaiting-braintrust") return;
  throw new UsageError(
    `stack "${stack}" is ${phase}: nobody can assume its role yet, so every export would fail; set braintrust.accountId and ` +
      `braintrust.orgId, both shown by Braintrust's export dialog, run \`${commandLine("up", stack)}\`, then this again`,
  );
}
