import type { OutputMap } from "@pulumi/pulumi/automation";
import type { Change } from "./changes";
import type { DeploymentOptions, UpOptions, UpResult } from "./deployment-options";
import { commandError } from "./engine-errors";
import { type EngineRun, runEngine } from "./engine-run";
import { exportState } from "./exported-state";
import { passingCauses } from "./failure-causes";
import { refuseLosses } from "./losses";
import { type PipelineOutputs, parseOutputs } from "./outputs";
import { backendFolder, backendName } from "./preflight/backend";
import { type PreflightFinding, refusalOf, renderNote } from "./preflight/finding";
import { preflight } from "./preflight/preflight";
import { refuseProtected } from "./protection";
import { Checkpoints } from "./recovery/checkpoints";
import { readLocks, type StackLock } from "./recovery/locks";
import {
  findInterruption,
  forgetLost,
  type Interruption,
  rememberLost,
  renderInterruption,
  repairInterruption,
} from "./recovery/recovery";
import { FailedRunError, untilFree, untilPassed } from "./retry";
import { type ResourceState, readState } from "./state";
import { type OpenStack, openStack } from "./workspace";

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
   * What an update that was killed, or whose provider died, has left: `undefined` where there is nothing.
   *
   * @throws AwsCallError where AWS has to tell what was made, and does not.
   */
  public async interruption(): Promise<Interruption | undefined> {
    return findInterruption(this.open, await this.locks());
  }

  /** Who says that an update of theirs holds the stack, where the backend is a folder. */
  public locks(): Promise<StackLock[]> {
    return readLocks(this.folder, this.open.stack.name);
  }

  /** Ends an interruption. Every update does so first; call it yourself to ask somebody before. */
  public async repair(interruption: Interruption): Promise<void> {
    await this.keepState("repair");
    const adopted = await repairInterruption(this.open, interruption, (target) =>
      this.run("refresh", (engine) => this.open.stack.refresh({ ...engine, target: [...target] })),
    );
    this.note(adopted.length === 0 ? "repaired" : `repaired; taken over from AWS: ${adopted.join(", ")}`);
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
   * Repairs what an earlier update has left, previews, then brings AWS to what the settings say.
   *
   * @param previewed the changes of a preview that has just been made, which spares another one.
   * @throws UsageError or PipelineError for what {@link Deployment.preflight} finds, before anything is changed.
   * @throws PipelineError where the update would lose data, or fails; it can be run again and goes on from there.
   * @throws StackBusyError where another update holds the stack.
   */
  public async up(options: UpOptions = {}, previewed?: readonly Change[]): Promise<UpResult> {
    await this.whenFree(() => this.repairFirst());
    const refusal = await this.preflight(options);
    if (refusal !== undefined) throw refusal;
    const preview = async () => {
      const changes = await this.preview(options);
      if (!options.allowLoss) refuseLosses(changes);
      return changes;
    };
    if (previewed !== undefined && !options.allowLoss) refuseLosses(previewed);
    let expected = previewed ?? (await preview());
    const refresh = options.refresh ?? false;
    const { retryWaitMs = RETRY_WAIT_MS, signal } = this.options;
    const run = async () => {
      try {
        return await this.change(
          "up",
          (engine) => this.open.stack.up({ ...engine, refresh }),
          expected,
          preview,
        );
      } catch (error) {
        if (error instanceof FailedRunError) expected = without(expected, error.changes);
        throw error;
      }
    };
    const changes = await untilPassed(run, {
      causes: (failures) => passingCauses(failures, this.open.settings),
      waitMs: retryWaitMs,
      onNote: (message) => this.note(message),
      signal,
    });
    return { changes, outputs: await this.outputs() };
  }

  /** Reads the live resources into the state. */
  public async refresh(previewed?: readonly Change[]): Promise<Change[]> {
    await this.whenFree(() => this.repairFirst());
    return this.change("refresh", (engine) => this.open.stack.refresh(engine), previewed);
  }

  /**
   * Deletes what the stack made.
   *
   * @throws PipelineError before anything is deleted where resources are protected.
   */
  public async destroy(previewed?: readonly Change[]): Promise<Change[]> {
    await this.whenFree(() => this.repairFirst());
    await this.refuseProtected();
    return this.change("destroy", (engine) => this.open.stack.destroy(engine), previewed);
  }

  /**
   * Removes an empty stack from the backend; its settings file stays.
   *
   * @throws StackBusyError where an update holds the stack.
   */
  public async remove(): Promise<void> {
    const { workspace, name } = this.open.stack;
    await this.whenFree(() =>
      workspace.removeStack(name, { preserveConfig: true }).catch((error: unknown) => {
        throw commandError(name, "removal", error);
      }),
    );
    await forgetLost(this.open);
  }

  /** The outputs of the last update, checked. */
  public async outputs(): Promise<PipelineOutputs> {
    return parseOutputs(await this.rawOutputs());
  }

  /** The outputs as the engine has them, each with its secrecy. */
  public rawOutputs(): Promise<OutputMap> {
    const { stack } = this.open;
    return stack.outputs().catch((error: unknown) => {
      throw commandError(stack.name, "outputs", error);
    });
  }

  /**
   * @throws PipelineError naming the protected resources and the way to unprotect them.
   */
  public async refuseProtected(): Promise<void> {
    refuseProtected(this.open.stack.name, await this.stateResources());
  }

  /**
   * The resources of the stack's state.
   *
   * @throws UnreadableStateError for a state of a shape unknown here.
   */
  public async stateResources(): Promise<readonly ResourceState[]> {
    return (await readState(this.open.stack)).resources;
  }

  private async look(replaceForeign: boolean): Promise<readonly PreflightFinding[]> {
    const findings = await preflight({
      ...this.open,
      workDir: this.workDir,
      environment: this.options.environment ?? {},
      resources: () => this.stateResources(),
      replaceForeign,
    });
    for (const finding of findings) this.note(renderNote(finding));
    return findings;
  }

  private async repairFirst(): Promise<void> {
    const interruption = await this.interruption();
    if (interruption === undefined) return;
    this.note(renderInterruption(interruption));
    await this.repair(interruption);
  }

  /** Does it once no other update holds the stack, if there is time to wait for that. */
  private whenFree<Result>(run: () => Promise<Result>, onFree = async () => {}): Promise<Result> {
    const { waitMs = 0, signal } = this.options;
    return untilFree(run, { waitMs, signal, onFree, onNote: (message) => this.note(message) });
  }

  /** An operation that changes AWS or the state: copies the state first, and remembers what got no answer. */
  private async change(
    what: string,
    operation: EngineRun["operation"],
    expected?: readonly Change[],
    previewAgain?: () => Promise<readonly Change[]>,
  ): Promise<Change[]> {
    let current = expected;
    const run = async () => {
      await this.keepState(what);
      return this.run(what, operation, current);
    };
    // The other has changed what the preview started from.
    const onFree = async () => {
      await this.repairFirst();
      current = await previewAgain?.();
    };
    try {
      return await this.whenFree(run, onFree);
    } catch (error) {
      if (error instanceof FailedRunError) await rememberLost(this.open, error.lost);
      throw error;
    }
  }

  private run(
    what: string,
    operation: EngineRun["operation"],
    expected?: readonly Change[],
  ): Promise<Change[]> {
    const { onProgress, signal, timeoutMs, graceMs } = this.options;
    return runEngine(this.open, { what, operation, expected, onProgress, signal, timeoutMs, graceMs });
  }

  private async keepState(before: string): Promise<void> {
    await this.checkpoints.keep(await exportState(this.open.stack), before);
  }

  private note(message: string): void {
    this.options.onProgress?.({ kind: "note", message });
  }

  /** The copies of the state, as far as they are of its backend. */
  public get checkpoints(): Checkpoints {
    return new Checkpoints(this.workDir, this.open.stack.name, backendName(this.open.backendUrl));
  }

  /** Where the state is, if the backend is a folder. */
  public get folder(): string | undefined {
    return backendFolder(this.open.backendUrl, this.workDir);
  }

  private get workDir(): string {
    return this.open.stack.workspace.workDir;
  }
}

function without(changes: readonly Change[], made: readonly Change[]): Change[] {
  const urns = new Set(made.map(({ urn }) => urn));
  return changes.filter(({ urn }) => !urns.has(urn));
}

const RETRY_WAIT_MS = 20_000;
