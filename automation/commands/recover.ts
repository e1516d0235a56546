import type { Command } from "@commander-js/extra-typings";
import { commandLine } from "../command-line";
import { Deployment } from "../deploy/deployment";
import type { DeploymentOptions } from "../deploy/deployment-options";
import { renderUnfinished } from "../deploy/recovery/pending-operations";
import { renderInterruption } from "../deploy/recovery/recovery";
import { type RecoveryReport, recoveryReport } from "../deploy/recovery/report";
import {
  findRestoration,
  findRestorationOfGone,
  type Restoration,
  restore,
} from "../deploy/recovery/restore";
import type { Checkpoint } from "../deploy/recovery/state-copy";
import { nameOf } from "../engine/changes";
import { renderLock } from "../engine/state/locks";
import { UnknownStackError, UsageError } from "../errors";
import { projectDir } from "../project/stack-file";
import { ownName } from "../project/stack-name";
import {
  confirm,
  isInteractive,
  note,
  print,
  printJson,
  type StackCommandOptions,
  withProgress,
} from "../terminal/terminal";
import { REPAIR_QUESTION } from "./options/approval";
import { earlier, onStack } from "./options/definitions";
import { noteEarlier } from "./options/earlier-forms";
import type { Voice } from "./options/on-stacks";

/** `recover` on the command line. */
export function defineRecover(command: Command): void {
  onStack(command)
    .option("--restore <checkpoint>", "restore an earlier state, by its ID or `latest`")
    .option("--json", "print {stack, unreadable?, locks?, unfinished, checkpoints, next} for programs")
    .option("-y, --yes", "repair or restore without asking")
    .addOption(earlier("--repair"))
    .action(recover);
}

/**
 * Shows what an interrupted update left, asks, and repairs it.
 *
 * @returns whether the command may proceed.
 */
export async function repairFirst(
  deployment: Deployment,
  voice: Pick<Voice, "note" | "confirm">,
): Promise<boolean> {
  const interruption = await deployment.recovery.interruption();
  if (interruption === undefined) return true;
  voice.note(renderInterruption(interruption));
  if (!(await voice.confirm(REPAIR_QUESTION))) return false;
  await deployment.recovery.repair(interruption);
  return true;
}

/** `recover`: reports an interrupted update and the copies of the state; repairs or restores once that is confirmed. */
async function recover(
  options: StackCommandOptions & {
    readonly repair?: boolean;
    readonly restore?: string;
    readonly json?: boolean;
    readonly yes?: boolean;
  },
): Promise<void> {
  const { stack, cwd, repair, restore: checkpoint, json, yes } = options;
  if (json && (repair || yes || checkpoint !== undefined)) {
    throw new UsageError("recover: --json only reports; omit --yes and --restore");
  }
  if (repair && checkpoint !== undefined) {
    throw new UsageError("recover: --repair and --restore cannot be combined; pass --restore alone");
  }
  if (repair) noteEarlier("--repair", "--yes");
  await withProgress(async (progress) => {
    const place = { ...progress, stack, workDir: cwd };
    const voice = { note, confirm: (question: string) => confirm(question, yes) };
    if (checkpoint !== undefined) return restoreState(place, checkpoint, voice);
    const deployment = await Deployment.open(place);
    if (repair || yes || (!json && isInteractive())) {
      if (!(await repairFirst(deployment, voice))) note("nothing was changed");
    }
    const report = await recoveryReport(deployment.recovery);
    if (json) printJson(report);
    else print(recoveryText(report));
  });
}

async function restoreState(
  place: DeploymentOptions,
  name: string,
  { note: say, confirm: ask }: Pick<Voice, "note" | "confirm">,
): Promise<void> {
  const { stack } = place;
  const { deployment, restoration } = await lookFor(place, name);
  const { checkpoint, forgotten, unreadable } = restoration;
  if (unreadable !== undefined) say(`the present state cannot be read: ${unreadable}`);
  say(`the state of ${describe(checkpoint)} would replace the present one, of which a copy is kept`);
  if (forgotten.length > 0) {
    say(`resources created since then stay in AWS, unmanaged: ${forgotten.map(nameOf).join(", ")}`);
  }
  if (!(await ask(`Restore the state of stack "${stack}"?`))) return say("nothing was changed");
  const restored = deployment ?? (await Deployment.open({ ...place, create: true }));
  const aside = await restore(restored.recovery, restoration);
  if (aside !== undefined) say(`the unreadable state is kept in ${aside}`);
  print(`stack "${stack}": state of ${describe(checkpoint)} restored`);
  print(`next: ${commandLine("refresh", stack)} updates it to match AWS, then ${commandLine("up", stack)}`);
}

/** A stack that the backend does not have is created only once its state is found and the restoration confirmed. */
async function lookFor(
  place: DeploymentOptions,
  name: string,
): Promise<{ readonly deployment?: Deployment; readonly restoration: Restoration }> {
  try {
    const deployment = await Deployment.open(place);
    return { deployment, restoration: await findRestoration(deployment.recovery, name) };
  } catch (error) {
    if (!(error instanceof UnknownStackError)) throw error;
    const { stack, workDir = projectDir } = place;
    return { restoration: await findRestorationOfGone(workDir, ownName(stack), error.backendUrl, name) };
  }
}

function describe({ taken, before, resources }: Checkpoint): string {
  return [
    taken,
    ...(before === undefined ? [] : [`before ${before}`]),
    ...(resources === undefined ? [] : [`with ${resources} resources`]),
  ].join(", ");
}

/** The report for people. */
function recoveryText(report: RecoveryReport): string {
  const { stack, unreadable, locks, unfinished, checkpoints, next } = report;
  const list = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [`${title}: none`] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
  return [
    `stack ${stack}`,
    ...(unreadable === undefined ? [] : [`state: cannot be read: ${unreadable}`]),
    ...(locks === undefined
      ? ["locks: cannot be seen in this backend"]
      : list("locks", locks.map(renderLock))),
    ...list("unfinished", unfinished.map(renderUnfinished)),
    ...list(
      "checkpoints, newest first",
      checkpoints.map((checkpoint) => `${checkpoint.id}  ${describe(checkpoint)}`),
    ),
    `next: ${next}`,
  ].join("\n");
}
