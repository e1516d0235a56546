import { CommandError, type EngineEvent } from "@pulumi/pulumi/automation";
import { PIPELINE_TYPE } from "../../components/settings/settings";
import { isDebugging } from "../debug";
import { PipelineError, UsageError } from "../errors";
import type { ProgressListener } from "../terminal/progress";
import { backendFolder } from "./backend";
import { type Change, changeOf, subjectOf } from "./changes";
import { engineErrors, knownError } from "./engine-errors";
import { engineLogLine } from "./engine-log";
import { FailedRunError } from "./failed-run";
import { namedCauses } from "./failure-causes";
import { CONNECTION_LOST, lostConnection } from "./inline-program";
import { type StopRules, startInterrupts, TIMEOUT_MS } from "./interrupts";
import { ProgressTracker } from "./progress-tracker";
import { runReport } from "./run-report";
import { noteOwnLock } from "./state/locks";
import type { OpenStack } from "./workspace";

/** One operation of the engine. */
export interface EngineRun extends StopRules {
  /** As people say it: "up", "destroy preview". */
  readonly what: string;
  /** Does it, with what the Automation API takes. */
  readonly operation: (hooks: EngineHooks) => Promise<unknown>;
  /** What a preview has found that it would change. */
  readonly expected?: readonly Change[] | undefined;
  /** What runs of the same update have changed before. @default none */
  readonly before?: readonly Change[] | undefined;
  readonly onProgress?: ProgressListener | undefined;
}

/** How the Automation API tells of an operation, and is told to stop it. */
export interface EngineHooks {
  readonly onEvent: ProgressTracker["onEvent"];
  readonly onOutput: (text: string) => void;
  readonly signal: AbortSignal;
  readonly color: "never";
}

/**
 * Runs one operation of the engine.
 *
 * @returns what it changed, or what a preview would change.
 * @throws FailedRunError with what was made, what was not and what is unknown; StackBusyError where another holds the
 * stack; UnreadableStateError; UsageError for settings that the program refuses.
 */
export async function runEngine(open: OpenStack, run: EngineRun): Promise<Change[]> {
  try {
    return await runOnce(open, run);
  } catch (error) {
    const lost = error instanceof FailedRunError && lostConnection(error.message);
    const harmless = lost && (isPreview(run) || error.changes.length === 0);
    if (!harmless || run.signal?.aborted) throw error;
    run.onProgress?.({ kind: "note", message: `${CONNECTION_LOST}; running it again` });
    return runOnce(open, run);
  }
}

async function runOnce(
  { stack, file, settings, refusal, backendUrl }: OpenStack,
  run: EngineRun,
): Promise<Change[]> {
  const { what, operation, expected, before = [], onProgress = () => undefined } = run;
  const note = (message: string) => onProgress({ kind: "note", message });
  if (run.signal?.aborted) {
    throw new PipelineError(`${what} of stack "${stack.name}" was cancelled before it began`);
  }
  note(`${what} of stack "${stack.name}"`);
  const onlyPreviews = isPreview(run);
  const debug = isDebugging();
  // The steps of a preview are its result; only those of a real operation are progress.
  const listener: ProgressListener = (event) => {
    if (event.kind !== "step" || !onlyPreviews) onProgress(event);
  };
  const tracker = new ProgressTracker(listener, expected?.length);
  const runsProgram = what === "up" || what === "preview";
  let heard = !runsProgram;
  let lockNoted = Promise.resolve();
  const changes = new Map<string, Change>();
  const minutes = minutesOf(run.timeoutMs ?? TIMEOUT_MS);
  const interrupts = startInterrupts(
    run,
    () => tracker.cancelling,
    () => note(`no end within ${minutes}: cancelling`),
  );
  try {
    await operation({
      onEvent: (event) => {
        tracker.onEvent(event);
        const line = debug ? engineLogLine(event) : undefined;
        if (line !== undefined) note(`engine ${new Date().toISOString().slice(11, 23)}: ${line}`);
        // The first event of an engine that holds the stack; a preview does not.
        if (event.preludeEvent && !onlyPreviews)
          lockNoted = noteOwnLock(backendFolder(backendUrl, stack.workspace.workDir), file.stack);
        heard ||= registersPipeline(event);
        // The engine deletes what a program that ended has not named.
        if (!heard && !onlyPreviews && event.resourcePreEvent?.metadata.op === "delete")
          interrupts.terminate();
        // A refresh knows what it found only when it is done with a resource.
        const step = event.resourcePreEvent ?? event.resOutputsEvent;
        const change = step && changeOf(step.metadata);
        if (change !== undefined) changes.set(`${change.operation} ${change.urn}`, change);
      },
      onOutput: (text) => {
        if (text.includes("^C received")) tracker.cancelling = true;
      },
      signal: interrupts.signal,
      color: "never",
    });
    if (!heard)
      throw new FailedRunError(`${what} of stack "${stack.name}": ${CONNECTION_LOST}`, [], tracker.made);
    return [...changes.values()];
  } catch (error) {
    if (error instanceof FailedRunError) throw error;
    const refused = refusal();
    if (refused instanceof UsageError) throw refused;
    if (!(error instanceof CommandError)) throw error instanceof Error ? error : new Error(String(error));
    const known = knownError(stack.name, error.message);
    if (known !== undefined) throw known;
    const ended = interrupts.expired
      ? `did not end within ${minutes}`
      : run.signal?.aborted
        ? "was cancelled"
        : "failed";
    const message = runReport({
      headline: `${what} of stack "${stack.name}" ${ended}`,
      stack: stack.name,
      what,
      reasons: tracker.errors.length > 0 ? tracker.errors : [engineErrors(error.message)],
      causes: namedCauses(tracker.failures, settings),
      made: [...before, ...tracker.made],
      unknown: [...tracker.underWay, ...tracker.lost.flatMap((step) => subjectOf(step) ?? [])],
      expected: onlyPreviews ? undefined : (expected ?? []),
    });
    throw new FailedRunError(message, tracker.failures, tracker.made, tracker.lost, { cause: refused });
  } finally {
    interrupts.stop();
    await lockNoted;
  }
}

function isPreview({ what }: EngineRun): boolean {
  return what.endsWith("preview");
}

/** Whether an event tells that the program has named its pipeline. */
function registersPipeline({ resourcePreEvent }: EngineEvent): boolean {
  const { type, op } = resourcePreEvent?.metadata ?? {};
  return type === PIPELINE_TYPE && op !== undefined && !/^(refresh|delete)/.test(op);
}

function minutesOf(milliseconds: number): string {
  return milliseconds < 60_000 ? `${milliseconds / 1000} s` : `${Math.round(milliseconds / 60_000)} min`;
}
