import { CommandError, type EngineEvent, StackNotFoundError } from "@pulumi/pulumi/automation";
import { isDebugging } from "../../debug";
import { PipelineError, UsageError } from "../../errors";
import type { ProgressListener } from "../../terminal/progress";
import { backendFolder } from "../backend";
import type { Change } from "../changes";
import { backendError, engineErrors, knownError } from "../engine-errors";
import { CONNECTION_LOST, lostConnection } from "../inline-program";
import { noteOwnLock, notingLock } from "../state/locks";
import type { OpenStack } from "../workspace";
import { engineLogLine } from "./engine-log";
import { FailedRunError } from "./failed-run";
import { namedCauses } from "./failure-causes";
import { type Interrupts, type StopRules, startInterrupts, TIMEOUT_MS } from "./interrupts";
import { type RunKind, traitsOf } from "./run-kinds";
import { RunObserver } from "./run-observer";
import { runReport } from "./run-report";

/** One operation of the engine. */
export interface EngineRun extends StopRules {
  readonly kind: RunKind;
  /** Does it, with what the Automation API takes. */
  readonly operation: (hooks: EngineHooks) => Promise<unknown>;
  /** What a preview has found that it would change. */
  readonly expected?: readonly Change[] | undefined;
  /** What earlier runs of the same update have changed. @default none */
  readonly before?: readonly Change[] | undefined;
  readonly onProgress?: ProgressListener | undefined;
}

/** How the Automation API reports on an operation, and is requested to stop it. */
export interface EngineHooks {
  readonly onEvent: (event: EngineEvent) => void;
  readonly onOutput: (text: string) => void;
  readonly signal: AbortSignal;
  readonly color: "never";
}

/**
 * Runs one operation of the engine.
 *
 * @returns what it changed, or what a preview would change.
 * @throws FailedRunError with what was made, what was not and what is unknown; StackBusyError where another update is in
 * progress; UnreadableStateError; UsageError for settings that the program refuses, and for a Pulumi.yaml that the engine refuses.
 */
export async function runEngine(open: OpenStack, run: EngineRun): Promise<Change[]> {
  try {
    return await runOnce(open, run);
  } catch (error) {
    const lost = error instanceof FailedRunError && lostConnection(error.message);
    const changedNothing = lost && (!traitsOf(run.kind).mutates || error.changes.length === 0);
    if (!changedNothing || run.signal?.aborted) throw error;
    run.onProgress?.({ kind: "note", message: `${CONNECTION_LOST}; running it again` });
    return runOnce(open, run);
  }
}

async function runOnce(open: OpenStack, run: EngineRun): Promise<Change[]> {
  const { kind, operation, expected, onProgress = () => undefined } = run;
  const title = titleOf(open, run);
  if (run.signal?.aborted) throw new PipelineError(`${title} was cancelled before it began`);
  const note = (message: string) => onProgress({ kind: "note", message });
  onProgress({ kind: "note", message: title, run: "started" });
  const observer = new RunObserver(traitsOf(kind), onProgress, expected);
  const interrupts = startInterrupts(
    run,
    () => observer.cancelling,
    () => note(`no end within ${timeLimit(run)}: cancelling`),
  );
  const log = isDebugging() ? note : undefined;
  const folder = backendFolder(open.backendUrl, open.stack.workspace.workDir);
  const { stack } = open.file;
  const { mutates } = traitsOf(kind);
  const hooks: EngineHooks = {
    onEvent: (event) => {
      observer.onEvent(event);
      logEvent(event, log);
      // The first event of an engine that has the lock: late, but it comes where the folder cannot be watched.
      if (event.preludeEvent && mutates) noteOwnLock(folder, stack);
      if (observer.deletesUnregistered(event)) interrupts.terminate();
    },
    onOutput: (text) => observer.onOutput(text),
    signal: interrupts.signal,
    color: "never",
  };
  try {
    // A preview takes no lock.
    await (mutates ? notingLock(folder, stack, () => operation(hooks)) : operation(hooks));
    if (observer.programRegistered) return observer.changes;
  } catch (error) {
    throw error instanceof StackNotFoundError
      ? await open.unknown()
      : runError(open, run, observer, interrupts, error);
  } finally {
    interrupts.stop();
    onProgress({ kind: "note", message: `ended: ${title}`, run: "ended" });
  }
  throw new FailedRunError(`${title}: ${CONNECTION_LOST}`, [], observer.made);
}

/** What a run that the engine or the program ended comes to. */
function runError(
  open: OpenStack,
  run: EngineRun,
  observer: RunObserver,
  interrupts: Interrupts,
  error: unknown,
): Error {
  const refused = open.refusal();
  if (refused instanceof UsageError) return refused;
  if (!(error instanceof CommandError)) return error instanceof Error ? error : new Error(String(error));
  const stack = open.stack.name;
  // Before the engine has opened the backend, it reports nothing of a resource.
  const isUnopened = observer.errors.length === 0;
  const known = knownError(stack, error.message) ?? (isUnopened ? backendError(error.message) : undefined);
  if (known !== undefined) return known;
  const { kind, expected = [], before = [] } = run;
  const message = runReport({
    headline: `${titleOf(open, run)} ${endOf(run, interrupts)}`,
    stack,
    what: kind,
    reasons: observer.errors.length > 0 ? observer.errors : [engineErrors(error.message)],
    causes: namedCauses(observer.failures, open.settings),
    made: [...before, ...observer.made],
    unknown: observer.unanswered,
    expected: traitsOf(kind).mutates ? expected : undefined,
  });
  return new FailedRunError(message, observer.failures, observer.made, observer.lost, { cause: refused });
}

function titleOf({ stack }: OpenStack, { kind }: EngineRun): string {
  return `${kind} of stack "${stack.name}"`;
}

function endOf(run: EngineRun, interrupts: Interrupts): string {
  if (interrupts.expired) return `did not end within ${timeLimit(run)}`;
  return run.signal?.aborted ? "was cancelled" : "failed";
}

function timeLimit({ timeoutMs = TIMEOUT_MS }: EngineRun): string {
  return timeoutMs < 60_000 ? `${timeoutMs / 1000} s` : `${Math.round(timeoutMs / 60_000)} min`;
}

function logEvent(event: EngineEvent, log: ((line: string) => void) | undefined): void {
  const line = log && engineLogLine(event);
  if (line !== undefined) log?.(`engine ${new Date().toISOString().slice(11, 23)}: ${line}`);
}
