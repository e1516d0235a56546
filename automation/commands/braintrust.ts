import type { Command } from "@commander-js/extra-typings";
import type { AppliedAutomation } from "../braintrust/apply";
import { describePlan } from "../braintrust/automations";
import { exportTypeOf, planExports } from "../braintrust/exports";
import { braintrustInstructions } from "../braintrust/instructions";
import { checkedKey } from "../braintrust/request";
import { commandLine } from "../command-line";
import { Deployment } from "../deploy/deployment";
import type { DeploymentOptions } from "../deploy/deployment-options";
import { UsageError } from "../errors";
import type { PipelineOutputs } from "../outputs";
import { confirm, isInteractive, note, print, withProgress } from "../terminal/terminal";
import { noteEarlier } from "./earlier-forms";
import { earlier, exporting, type OptionsOf, YES } from "./options";

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
  const { stack, cwd, project, apply, yes } = options;
  const { BRAINTRUST_API_KEY: apiKey, BRAINTRUST_SERVICE_TOKEN: serviceToken } = process.env;
  const lacking = [
    ...(apiKey ? [] : ["BRAINTRUST_API_KEY in the environment"]),
    ...(project === undefined ? ["--project <name or id>"] : []),
  ].join(" and ");
  const refuseLacking = () => {
    if (lacking !== "") throw new UsageError(`${yes ? "--yes" : "--apply"} also needs ${lacking}`);
  };
  if (apply) {
    noteEarlier("--apply", "--yes");
    refuseLacking();
  }
  const exportType = exportTypeOf(options.exportType);
  if (options.pause && options.resume) throw new UsageError("--pause and --resume cannot be combined");
  if ((options.pause || options.resume) && lacking !== "") {
    throw new UsageError(`--${options.pause ? "pause" : "resume"} also needs ${lacking}`);
  }

  await withProgress(async ({ onProgress, signal }) => {
    const outputs = await readOutputs({ onProgress, signal, stack, workDir: cwd });
    if (!apiKey || project === undefined) {
      if (yes) refuseLacking();
      print(braintrustInstructions(outputs));
      return note(`\nto create the exports by Braintrust's API, also pass ${lacking}`);
    }
    const {
      plan,
      apply: carryOut,
      setPaused,
    } = await planExports(outputs, {
      apiKey,
      serviceToken: serviceToken && checkedKey(serviceToken, "BRAINTRUST_SERVICE_TOKEN"),
      project,
      exportType,
      signal,
      ...(options.intervalSeconds === undefined ? {} : { intervalSeconds: options.intervalSeconds }),
      ...(options.apiUrl === undefined ? {} : { baseUrl: options.apiUrl }),
    });
    print(describePlan(plan));
    if (options.pause || options.resume) {
      const verb = options.pause ? "Pause" : "Resume";
      if (!(await confirm(`${verb} these exports?`, yes))) return note("nothing was changed");
      const done = await setPaused(options.pause === true);
      return print(done.map((one) => `${one.done}  ${one.stream}  ${one.id}`).join("\n"));
    }
    const changes = plan.filter(({ action }) => action === "create" || action === "update").length;
    if (!apply && !yes && !isInteractive()) {
      return changes > 0 ? note("nothing was changed: pass --yes to apply these changes") : undefined;
    }
    refuseUntrusted(stack, outputs);
    const conflict = plan.some(({ action }) => action === "conflict");
    const question =
      changes === 0
        ? "Register the schedules of these exports again?"
        : `Apply these changes to ${changes} of Braintrust's automations, and register their schedules?`;
    if (!conflict && !(await confirm(question, yes))) return note("nothing was changed");
    const applied = await carryOut();
    const scheduled = (one: AppliedAutomation) =>
      one.scheduled ? "scheduled" : "scheduled by the data plane itself (it has no /automation/cron)";
    print(applied.map((one) => `${one.done}  ${one.stream}  ${one.id}  ${scheduled(one)}`).join("\n"));
  });
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
