import type { Command } from "@commander-js/extra-typings";
import { commandLine } from "../command-line";
import { Deployment } from "../deploy/deployment";
import { lossReport, protectionNote } from "../deploy/losses";
import { renderChanges, summarize } from "../engine/changes";
import { policyPackAt } from "../engine/policy-pack";
import { PipelineError, StackBusyError } from "../errors";
import { note, print, printJson, type StackCommandOptions } from "../terminal/terminal";
import { onceApproved } from "./options/approval";
import {
  changing,
  earlier,
  onSeveralStacks,
  onStack,
  POLICY_PACK,
  SKIP_PREFLIGHT,
} from "./options/definitions";
import { noteNeedless } from "./options/earlier-forms";
import { onStacks, type StacksCommandOptions, type Voice } from "./options/on-stacks";
import { type TimeLimitOptions, timeLimits } from "./options/time-limits";
import { repairFirst } from "./recover";

/** `preview` on the command line. */
export function definePreview(command: Command): void {
  onSeveralStacks(command)
    .option("--policy-pack <path>", POLICY_PACK)
    .option("--expect-no-changes", "exit with code 1 if there are changes")
    .option("--refresh", "compare with AWS first; the state is not changed")
    .option("--skip-preflight", SKIP_PREFLIGHT)
    .action(preview);
}

/** `up` on the command line. */
export function defineUp(command: Command): void {
  changing(command)
    .option("--policy-pack <path>", POLICY_PACK)
    .option("--create", "create the stack if it does not exist")
    .option("--refresh", "update the state to match AWS first")
    .option(
      "--allow-loss",
      "allow deleting or replacing buckets, keys, event topics, roles, users and secrets",
    )
    .option("--skip-preflight", SKIP_PREFLIGHT)
    .addOption(earlier("--replace-foreign"))
    .action(up);
}

/** `refresh` on the command line. */
export function defineRefresh(command: Command): void {
  changing(command).action(refresh);
}

/** `destroy` on the command line. */
export function defineDestroy(command: Command): void {
  changing(command).option("--remove", "also remove the empty stack from the backend").action(destroy);
}

/** `outputs` on the command line. */
export function defineOutputs(command: Command): void {
  onStack(command)
    .option("--json", "print JSON for programs")
    .option("--show-secrets", "print secrets in plain text")
    .action(outputs);
}

/** What every command that changes something takes. */
export interface ChangingCommandOptions extends StackCommandOptions {
  /** Answers the question before the change. */
  readonly yes?: boolean;
  /** Skips the pre-flight checks of credentials, backend and bucket. */
  readonly skipPreflight?: boolean;
}

/** `preview`: what `up` would change. */
async function preview(
  options: Omit<StacksCommandOptions, "yes" | "keepGoing"> &
    Pick<ChangingCommandOptions, "skipPreflight"> & {
      readonly expectNoChanges?: boolean;
      readonly refresh?: boolean;
      readonly policyPack?: string;
    },
): Promise<void> {
  const { cwd, skipPreflight, refresh } = options;
  const policyPack = await policyPackAt(options.policyPack);
  // It changes nothing, so that a failure leaves nothing behind that the next stack waits for.
  const all = { ...options, keepGoing: options.stack === undefined };
  await onStacks(all, async (stack, { onProgress, signal, print: say, note: tell }) => {
    const place = { stack, workDir: cwd, skipPreflight, assumeExists: true, callsAws: true };
    const deployment = await Deployment.open({ onProgress, signal, ...place });
    await deployment.preflightWarnings();
    const changes = await deployment.preview({ refresh, policyPack });
    say(renderChanges(changes));
    const removals = await deployment.removals(changes);
    for (const text of [lossReport(stack, removals), protectionNote(stack, removals)]) {
      if (text !== undefined) tell(text);
    }
    if (options.expectNoChanges && changes.length > 0) {
      throw new PipelineError(
        `stack "${stack}" was expected to have no changes, and has ${summarize(changes)}`,
      );
    }
    return summarize(changes);
  });
}

/** `up`: previews, asks, deploys. */
async function up(
  options: StacksCommandOptions &
    TimeLimitOptions &
    Pick<ChangingCommandOptions, "skipPreflight"> & {
      readonly create?: boolean;
      readonly refresh?: boolean;
      readonly policyPack?: string;
      readonly allowLoss?: boolean;
      /** No longer does anything. */
      readonly replaceForeign?: boolean;
    },
): Promise<void> {
  const { cwd, create, refresh, allowLoss, replaceForeign, skipPreflight } = options;
  const policyPack = await policyPackAt(options.policyPack);
  if (replaceForeign) noteNeedless("--replace-foreign", "what others have on an existing bucket is kept");
  const limits = timeLimits(options);
  await onStacks(options, async (stack, voice) => {
    const { onProgress, signal } = voice;
    const place = { stack, workDir: cwd, create, skipPreflight, chooseExternalId: true, callsAws: true };
    const deployment = await Deployment.open({ onProgress, signal, ...place, ...limits });
    if (!(await mayGoOn(deployment, voice))) return declined(voice);
    const refusal = await deployment.preflight();
    if (refusal !== undefined) throw refusal;
    const expected = await deployment.preview({ refresh, policyPack });
    await deployment.checkRemovals(expected, { allowLoss });
    const made = await onceApproved(expected, `Apply these changes to stack "${stack}"?`, voice, (asking) =>
      deployment.up({ refresh, allowLoss, policyPack, ...asking }, expected),
    );
    if (made === undefined) return undefined;
    const summary = `${summarize(made.changes)}; phase ${made.outputs.phase}`;
    voice.print(`stack "${stack}": ${summary}`);
    return summary;
  });
}

/** `refresh`: updates the state to match AWS. */
async function refresh(options: StacksCommandOptions & TimeLimitOptions): Promise<void> {
  const limits = timeLimits(options);
  await onStacks(options, async (stack, voice) => {
    const { onProgress, signal } = voice;
    const deployment = await Deployment.open({ onProgress, signal, stack, workDir: options.cwd, ...limits });
    if (!(await mayGoOn(deployment, voice))) return declined(voice);
    const expected = await deployment.previewRefresh();
    const changes = await onceApproved(
      expected,
      `Update the state of "${stack}" to match AWS?`,
      voice,
      (asking) => deployment.refresh(expected, asking),
    );
    if (changes === undefined) return undefined;
    const summary = summarize(changes);
    voice.print(`stack "${stack}": ${summary}`);
    return summary;
  });
}

/** `destroy`: explains what stands in its way, asks, deletes. */
async function destroy(
  options: StacksCommandOptions & TimeLimitOptions & { readonly remove?: boolean },
): Promise<void> {
  const limits = timeLimits(options);
  await onStacks(options, async (stack, voice) => {
    const { onProgress, signal } = voice;
    const deployment = await Deployment.open({ onProgress, signal, stack, workDir: options.cwd, ...limits });
    if (!(await mayGoOn(deployment, voice))) return declined(voice);
    await deployment.checkDestruction();
    const expected = await deployment.previewDestroy();
    const changes = await onceApproved(
      expected,
      `Delete all resources of stack "${stack}"?`,
      voice,
      (asking) => deployment.destroy(expected, asking),
    );
    if (changes === undefined) return undefined;
    if (options.remove) await deployment.remove();
    const summary = `${summarize(changes)}${options.remove ? "; removed" : ""}`;
    voice.print(`stack "${stack}": ${summary}`);
    return summary;
  });
}

/** `outputs`: what the last update left for Snowflake, Braintrust and scripts. */
async function outputs(
  options: StackCommandOptions & { readonly json?: boolean; readonly showSecrets?: boolean },
): Promise<void> {
  const deployment = await Deployment.open({ stack: options.stack, workDir: options.cwd, onNote: note });
  const values = Object.fromEntries(
    Object.entries(await deployment.rawOutputs()).map(([name, { value, secret }]): [string, unknown] => [
      name,
      secret && !options.showSecrets ? "[secret]" : value,
    ]),
  );
  if (Object.keys(values).length === 0) {
    throw new PipelineError(
      `stack "${options.stack}" has no outputs yet; run \`${commandLine("up", options.stack)}\` first`,
    );
  }
  if (options.json) return printJson(values);
  const width = Math.max(...Object.keys(values).map((name) => name.length));
  for (const [name, value] of Object.entries(values)) {
    print(`${name.padEnd(width)}  ${typeof value === "string" ? value : JSON.stringify(value)}`);
  }
}

/**
 * Waits for an update whose lock can be seen, and repairs first, where something is to be repaired. An update that has the
 * stack unseen is for the operation itself to wait for.
 */
async function mayGoOn(deployment: Deployment, voice: Voice): Promise<boolean> {
  await deployment.recovery.untilUnlocked();
  try {
    return await repairFirst(deployment, voice);
  } catch (error) {
    if (!(error instanceof StackBusyError)) throw error;
    return true;
  }
}

function declined(voice: Voice): undefined {
  voice.note("nothing was changed");
}
