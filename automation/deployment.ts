import { CommandError, ConcurrentUpdateError, type OutputMap } from "@pulumi/pulumi/automation";
import { type Change, changeOf, losses, renderChanges } from "./changes";
import { PipelineError, StackBusyError } from "./errors";
import { namedCauses, passingCauses } from "./failure-causes";
import { type PipelineOutputs, parseOutputs } from "./outputs";
import { type PreflightFinding, refusalOf, renderFinding } from "./preflight/finding";
import { preflight } from "./preflight/preflight";
import { type ProgressListener, ProgressTracker } from "./progress";
import { FailedRunError, untilPassed } from "./retry";
import { type ResourceState, readState } from "./state";
import { engineErrors, type OpenStack, openStack, type WorkspaceOptions } from "./workspace";

/** Which stack, how to reach it, and who hears of progress. */
export interface DeploymentOptions extends WorkspaceOptions {
  readonly onProgress?: ProgressListener | undefined;
  /**
   * Stops the operation: the engine finishes what is under way and records it. Wait for the promise all the same.
   */
  readonly signal?: AbortSignal | undefined;
  /** Leaves out the look at credentials, backend and bucket before an update. @default false */
  readonly skipPreflight?: boolean | undefined;
  /** Milliseconds before an update that failed for a passing reason runs again, twice at most. @default 20 000 */
  readonly retryWaitMs?: number | undefined;
}

/** How an update may go about its work. */
export interface UpOptions {
  /** Reads the live resources first. */
  readonly refresh?: boolean | undefined;
  /** Lets the update delete or replace a bucket, a key or a topic. @default it is refused before it starts */
  readonly allowLoss?: boolean | undefined;
  /** Lets the update replace what others put into policy and notification of an existing bucket. @default it is refused */
  readonly replaceForeign?: boolean | undefined;
}

/** What an update did and what it leaves. */
export interface UpResult {
  readonly changes: readonly Change[];
  readonly outputs: PipelineOutputs;
}

/** A stack that is open for operations; each may follow or be followed by `pulumi up`. */
export class Deployment {
  private findings?: Promise<readonly PreflightFinding[]>;

  private constructor(
    public readonly open: OpenStack,
    private readonly options: DeploymentOptions,
  ) {}

  /**
   * Opens a stack.
   *
   * @throws UsageError and PipelineError, see {@link openStack}.
   */
  public static async open(options: DeploymentOptions): Promise<Deployment> {
    const onNote = options.onNote ?? ((message) => options.onProgress?.({ kind: "note", message }));
    return new Deployment(await openStack({ ...options, onNote }), options);
  }

  /**
   * Looks, once, for what would make an update fail half-way or harm others; tells of each finding as a note.
   *
   * @returns what stands in the update's way, `undefined` where nothing does.
   */
  public async preflight({ replaceForeign }: UpOptions = {}): Promise<Error | undefined> {
    if (this.options.skipPreflight) return undefined;
    this.findings ??= this.look(replaceForeign ?? false);
    return refusalOf(this.open.stack.name, await this.findings);
  }

  /** What `up` would change. */
  public preview({ refresh }: UpOptions = {}): Promise<Change[]> {
    return this.run("preview", (engine) => this.open.stack.preview({ ...engine, refresh: refresh ?? false }));
  }

  /** What reading the live resources would change in the state. */
  public previewRefresh(): Promise<Change[]> {
    return this.run("refresh preview", (engine) => this.open.stack.previewRefresh(engine));
  }

  /** What `destroy` would delete. */
  public previewDestroy(): Promise<Change[]> {
    return this.run("destroy preview", (engine) => this.open.stack.previewDestroy(engine));
  }

  /**
   * Previews, then brings AWS to what the settings say.
   *
   * @param previewed the changes of a preview that has just been made, which spares another one.
   * @throws UsageError or PipelineError for what {@link Deployment.preflight} finds, before anything is changed.
   * @throws PipelineError where the update would lose data, or fails; it can be run again and goes on from there.
   * @throws StackBusyError where another update holds the stack.
   */
  public async up(options: UpOptions = {}, previewed?: readonly Change[]): Promise<UpResult> {
    const refusal = await this.preflight(options);
    if (refusal !== undefined) throw refusal;
    const expected = previewed ?? (await this.preview(options));
    if (!options.allowLoss) refuseLosses(expected);
    const refresh = options.refresh ?? false;
    const { onProgress, retryWaitMs = RETRY_WAIT_MS, signal } = this.options;
    const changes = await untilPassed(
      () => this.run("up", (engine) => this.open.stack.up({ ...engine, refresh }), expected.length),
      {
        causes: (failures) => passingCauses(failures, this.open.settings),
        waitMs: retryWaitMs,
        onNote: (message) => onProgress?.({ kind: "note", message }),
        signal,
      },
    );
    return { changes, outputs: await this.outputs() };
  }

  /** Reads the live resources into the state. */
  public refresh(previewed?: readonly Change[]): Promise<Change[]> {
    return this.run("refresh", (engine) => this.open.stack.refresh(engine), previewed?.length);
  }

  /**
   * Deletes what the stack made.
   *
   * @throws PipelineError before anything is deleted where resources are protected.
   */
  public async destroy(previewed?: readonly Change[]): Promise<Change[]> {
    await this.refuseProtected();
    return this.run("destroy", (engine) => this.open.stack.destroy(engine), previewed?.length);
  }

  /** Removes an empty stack from the backend; its settings file stays. */
  public async remove(): Promise<void> {
    const { workspace, name } = this.open.stack;
    await workspace.removeStack(name, { preserveConfig: true });
  }

  /** The outputs of the last update, checked. */
  public async outputs(): Promise<PipelineOutputs> {
    return parseOutputs(await this.rawOutputs());
  }

  /** The outputs as the engine has them, each with its secrecy. */
  public rawOutputs(): Promise<OutputMap> {
    return this.open.stack.outputs();
  }

  /**
   * @throws PipelineError naming the protected resources and the way to unprotect them.
   */
  public async refuseProtected(): Promise<void> {
    const protectedNames = (await this.stateResources())
      .filter((resource) => resource.protect === true)
      .map((resource) => resource.urn.split("::").at(-1));
    if (protectedNames.length === 0) return;
    const { name } = this.open.stack;
    throw new PipelineError(
      `stack "${name}" is protected: ${protectedNames.length} resources, ${protectedNames.slice(0, 3).join(", ")} among them; ` +
        `to destroy it, set protect to false in Pulumi.${name}.yaml, run \`up\`, then \`destroy\``,
    );
  }

  /**
   * The resources of the stack's state.
   *
   * @throws PipelineError for a state of a shape unknown here.
   */
  public async stateResources(): Promise<readonly ResourceState[]> {
    return (await readState(this.open.stack)).resources;
  }

  private async look(replaceForeign: boolean): Promise<readonly PreflightFinding[]> {
    const { file, settings, stack } = this.open;
    const { backend } = await stack.workspace.projectSettings();
    const environment = this.options.environment ?? {};
    const findings = await preflight({
      file,
      settings,
      workDir: stack.workspace.workDir,
      backendUrl: { ...process.env, ...environment }.PULUMI_BACKEND_URL ?? backend?.url,
      environment,
      resources: () => this.stateResources(),
      replaceForeign,
    });
    for (const finding of findings) {
      const mark = finding.severity === "note" ? "note" : "warning";
      this.options.onProgress?.({ kind: "note", message: `${mark}: ${renderFinding(finding)}` });
    }
    return findings;
  }

  private async run(
    what: string,
    operation: (engine: EngineRun) => Promise<unknown>,
    total?: number,
  ): Promise<Change[]> {
    const { onProgress = () => undefined, signal } = this.options;
    if (signal?.aborted)
      throw new PipelineError(`${what} of stack "${this.open.stack.name}" was cancelled before it began`);
    onProgress({ kind: "note", message: `${what} of stack "${this.open.stack.name}"` });
    // The steps of a preview are its result; only those of a real operation are progress.
    const listener: ProgressListener = (event) => {
      if (event.kind !== "step" || !what.endsWith("preview")) onProgress(event);
    };
    const tracker = new ProgressTracker(listener, total);
    const changes = new Map<string, Change>();
    const cancel = forwardCancellation(this.options.signal, tracker);
    try {
      await operation({
        onEvent: (event) => {
          tracker.onEvent(event);
          // A refresh knows what it found only when it is done with a resource.
          const step = event.resourcePreEvent ?? event.resOutputsEvent;
          const change = step && changeOf(step.metadata);
          if (change !== undefined) changes.set(`${change.operation} ${change.urn}`, change);
        },
        onOutput: (text) => {
          if (text.includes("^C received")) tracker.cancelling = true;
        },
        signal: cancel.signal,
        color: "never",
      });
    } catch (error) {
      throw this.open.refusal() ?? this.failure(what, error, tracker, [...changes.values()]);
    } finally {
      cancel.stop();
    }
    return [...changes.values()];
  }

  private failure(
    what: string,
    error: unknown,
    { errors, failures, finished }: ProgressTracker,
    changes: readonly Change[],
  ): Error {
    const { name } = this.open.stack;
    if (error instanceof ConcurrentUpdateError) {
      return new StackBusyError(
        `another update holds stack "${name}"; try again when it ends, or \`pulumi cancel\` if it has died: ${engineErrors(error.message)}`,
      );
    }
    if (!(error instanceof CommandError)) return error instanceof Error ? error : new Error(String(error));
    const reasons =
      errors.length > 0 ? errors.map((line) => `\n  ${line}`).join("") : ` ${engineErrors(error.message)}`;
    const stopped = this.options.signal?.aborted ? "was cancelled" : "failed";
    const resume = what.includes("preview")
      ? ""
      : `\n${finished} changes were made; running it again goes on from there`;
    const causes = namedCauses(failures, this.open.settings).map((line) => `\n  -> ${line}`);
    const message = `${what} of stack "${name}" ${stopped}:${reasons}${causes.join("")}${resume}`;
    return new FailedRunError(message, failures, changes);
  }
}

interface EngineRun {
  readonly onEvent: (event: Parameters<ProgressTracker["onEvent"]>[0]) => void;
  readonly onOutput: (text: string) => void;
  readonly signal: AbortSignal;
  readonly color: "never";
}

function refuseLosses(changes: readonly Change[]): void {
  const lost = losses(changes);
  if (lost.length === 0) return;
  throw new PipelineError(
    `this update would take away what cannot be made again:\n${renderChanges(lost)}\n` +
      "objects of a bucket go with it, objects under a key become unreadable, a topic loses Snowflake's subscription; " +
      "move the data first, then allow it with --allow-loss",
  );
}

const RETRY_WAIT_MS = 20_000;

/** How long the engine has to hear the terminal's own Ctrl-C: a second interrupt would make it stop at once. */
const GRACE_MS = 1500;

/** Tells the engine to stop, unless it has heard the terminal's Ctrl-C itself. */
function forwardCancellation(
  signal: AbortSignal | undefined,
  tracker: ProgressTracker,
): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    timer = setTimeout(() => {
      if (!tracker.cancelling) controller.abort();
    }, GRACE_MS);
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  return {
    signal: controller.signal,
    stop: () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    },
  };
}
