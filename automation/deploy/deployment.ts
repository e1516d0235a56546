import type { EngineEvent, OutputMap } from "@pulumi/pulumi/automation";
import { type Change, nameOf } from "../engine/changes";
import { commandError } from "../engine/engine-errors";
import type { EngineRun } from "../engine/run/engine-run";
import { passingCauses } from "../engine/run/failure-causes";
import { unprotect } from "../engine/state/exported-state";
import { type ResourceState, readState } from "../engine/state/state";
import { checkWriter, deployedPipeline } from "../engine/state/state-writer";
import { type OpenStack, openStack } from "../engine/workspace";
import { UnknownStackError } from "../errors";
import { type PipelineOutputs, parseOutputs } from "../outputs";
import { writeChosenId } from "../project/external-id";
import type { StackFile } from "../project/stack-file";
import {
  type AfterWaiting,
  type DeploymentOptions,
  engineOptions,
  type UpOptions,
  type UpResult,
} from "./deployment-options";
import { type Removals, removalsOf, removes } from "./losses";
import { type ChangingOperation, Operations } from "./operations";
import { PreflightChecks } from "./preflight/preflight-checks";
import { requireCredentials } from "./preflight/required-credentials";
import { ignoringProtection, refuseUnmigrated } from "./protection";
import { forgetLost } from "./recovery/recovery";
import { StackRecovery } from "./recovery/stack-recovery";
import { checkDestruction, checkLosses, type Removable } from "./removals";
import { previewOnceMore, runUpdate, type Update } from "./update";

/** A stack that is open for operations; each may follow or be followed by `pulumi up`. */
export class Deployment {
  /** What an interrupted update has left, the stack's locks, and the copies of its state. */
  public readonly recovery: StackRecovery;
  private readonly operations: Operations;
  private readonly checks: PreflightChecks;
  private writerChecked?: Promise<void>;

  private constructor(
    public readonly open: OpenStack,
    private readonly options: DeploymentOptions,
  ) {
    this.operations = new Operations(open, options);
    this.recovery = new StackRecovery(open, this.operations);
    this.checks = new PreflightChecks({
      open,
      environment: options.environment,
      resources: () => this.stateResources(),
      onNote: this.operations.note,
    });
  }

  /**
   * Opens a stack.
   *
   * @throws UsageError and PipelineError, see {@link openStack}.
   */
  public static async open(options: DeploymentOptions): Promise<Deployment> {
    const { callsAws, skipPreflight, environment, onProgress } = options;
    const onNote = options.onNote ?? ((message) => onProgress?.({ kind: "note", message }));
    const onChecked = async (file: StackFile) => {
      if (callsAws && !skipPreflight) await requireCredentials(file, environment);
    };
    return new Deployment(await openStack({ ...options, onNote, onChecked }), options);
  }

  /**
   * Runs the pre-flight checks, once, and reports by notes what stops nothing.
   *
   * @returns what stands in the update's way, `undefined` where nothing does.
   */
  public async preflight(): Promise<Error | undefined> {
    return this.options.skipPreflight ? undefined : this.checks.refusal();
  }

  /** Runs the same checks, and reports by notes what would stop an update too. */
  public async preflightWarnings(): Promise<void> {
    if (!this.options.skipPreflight) await this.checks.warn();
  }

  /**
   * What `up` would change, protected resources included.
   *
   * @throws UsageError where a newer version, or another program, has deployed the stack.
   */
  public async preview(options: UpOptions = {}): Promise<Change[]> {
    const { stack } = this.open;
    const asked = engineOptions(options);
    const deployed: ResourceState[] = [];
    const changes = await this.operations
      .run({
        kind: "preview",
        operation: (engine) => {
          const onEvent = (event: EngineEvent) => {
            engine.onEvent(event);
            deployed.push(...deployedPipeline(event));
          };
          return ignoringProtection(stack, () => stack.preview({ ...engine, ...asked, onEvent }));
        },
      })
      .catch(async (error: unknown) => {
        // The engine may not have come to the pipeline.
        if (!(error instanceof UnknownStackError)) await this.checkWriter();
        throw error;
      });
    checkWriter(stack.name, deployed);
    return changes;
  }

  /** @throws UsageError where a newer version, or another program, has deployed the stack. */
  public async checkWriter(): Promise<void> {
    this.writerChecked ??= this.stateResources().then((resources) =>
      checkWriter(this.open.stack.name, resources),
    );
    return this.writerChecked;
  }

  /** What changes that were previewed would take away. */
  public async removals(changes: readonly Change[]): Promise<Removals> {
    return removalsOf(changes, changes.some(removes) ? await this.stateResources() : []);
  }

  /**
   * Checks what an update would take away, before it changes anything.
   *
   * @returns URNs to unprotect first.
   * @throws PipelineError for a loss that is not allowed, and for a bucket with objects that Pulumi may not empty.
   */
  public async checkRemovals(changes: readonly Change[], options: UpOptions): Promise<readonly string[]> {
    const removals = await this.removals(changes);
    const { stack, settings } = this.open;
    if (changes.some(removes)) {
      refuseUnmigrated(stack.name, await this.stateResources(), settings.existingBucket);
    }
    await checkLosses(this.removable, removals, options.allowLoss ?? false);
    return removals.protectedUrns;
  }

  /** What reading the live resources would change in the state. */
  public previewRefresh(): Promise<Change[]> {
    const operation: EngineRun["operation"] = (engine) => this.open.stack.previewRefresh(engine);
    return this.operations.run({ kind: "refresh preview", operation });
  }

  /** What `destroy` would delete. */
  public previewDestroy(): Promise<Change[]> {
    const operation: EngineRun["operation"] = (engine) => this.open.stack.previewDestroy(engine);
    return this.operations.run({ kind: "destroy preview", operation });
  }

  /**
   * Repairs what an earlier update has left, previews, then brings AWS to what the settings say.
   *
   * @param previewed the changes of a preview that has just been made, which spares another one.
   * @throws UsageError or PipelineError for what {@link Deployment.preflight} finds, before anything is changed.
   * @throws PipelineError where the update would lose data, or fails; it can be run again and resumes.
   * @throws StackBusyError where another update is in progress.
   */
  public async up(options: UpOptions = {}, previewed?: readonly Change[]): Promise<UpResult> {
    const asked = engineOptions(options);
    if (previewed === undefined) await this.recovery.untilUnlocked();
    await this.operations.whenFree(() => this.recovery.repairFirst(options));
    const refusal = await this.preflight();
    if (refusal !== undefined) throw refusal;
    let protectedUrns: readonly string[] = [];
    let outputs: OutputMap | undefined;
    const checked = async (changes: readonly Change[]) => {
      protectedUrns = await this.checkRemovals(changes, options);
      return changes;
    };
    const preview = async () => checked(await this.preview(options));
    const operation: EngineRun["operation"] = async (engine) => {
      const { stack, chosenExternalId } = this.open;
      if (protectedUrns.length > 0) {
        this.operations.note(`unprotecting ${protectedUrns.map(nameOf).join(", ")}`);
        await unprotect(stack, protectedUrns);
        protectedUrns = [];
      }
      await writeChosenId(stack.name, stack.workspace.workDir, chosenExternalId, this.operations.note);
      ({ outputs } = await stack.up({ ...engine, ...asked }));
    };
    const update: Update = {
      preview,
      run: (expected, previewAgain, before) =>
        this.operations.change({
          kind: "up",
          operation,
          expected,
          before,
          onFree: this.afterAnother(options, previewAgain),
        }),
      onOtherChanges: options.onOtherChanges,
      retry: {
        causes: (failures) => passingCauses(failures, this.open.settings),
        waitMs: this.options.retryWaitMs,
        onNote: this.operations.note,
        signal: this.options.signal,
      },
    };
    const first = previewed === undefined ? await preview() : await checked(previewed);
    const changes = await runUpdate(update, first);
    return { changes, outputs: parseOutputs(outputs ?? (await this.rawOutputs())) };
  }

  /**
   * Reads the live resources into the state.
   *
   * @param previewed the changes of a preview that has just been made.
   */
  public async refresh(previewed?: readonly Change[], options: AfterWaiting = {}): Promise<Change[]> {
    await this.operations.whenFree(() => this.recovery.repairFirst(options));
    return this.operations.change({
      kind: "refresh",
      operation: (engine) => this.open.stack.refresh(engine),
      expected: previewed,
      onFree: this.afterAnother(options, (expected) =>
        previewOnceMore(() => this.previewRefresh(), expected, options.onOtherChanges),
      ),
    });
  }

  /**
   * Deletes what the stack created.
   *
   * @param previewed the changes of a preview that has just been made.
   * @throws PipelineError before anything is deleted where resources are protected.
   */
  public async destroy(previewed?: readonly Change[], options: AfterWaiting = {}): Promise<Change[]> {
    await this.operations.whenFree(() => this.recovery.repairFirst(options));
    await this.checkDestruction();
    const preview = async () => {
      await this.checkDestruction();
      return this.previewDestroy();
    };
    return this.operations.change({
      kind: "destroy",
      operation: (engine) => this.open.stack.destroy(engine),
      expected: previewed,
      onFree: this.afterAnother(options, (expected) =>
        previewOnceMore(preview, expected, options.onOtherChanges),
      ),
    });
  }

  /**
   * Removes an empty stack from the backend; its settings file stays.
   *
   * @throws StackBusyError where an update is in progress.
   */
  public async remove(): Promise<void> {
    const { workspace, name } = this.open.stack;
    await this.operations.whenFree(() =>
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

  /**
   * The outputs as the engine has them, each with its secrecy.
   *
   * @throws UsageError where a newer version, or another program, has deployed the stack.
   */
  public async rawOutputs(): Promise<OutputMap> {
    const { stack } = this.open;
    const outputs = stack.outputs().catch((error: unknown) => {
      throw commandError(stack.name, "outputs", error);
    });
    const [values] = await Promise.all([outputs, this.checkWriter()]);
    return values;
  }

  /** @throws PipelineError naming what keeps the stack from being destroyed to its end. */
  public async checkDestruction(): Promise<void> {
    await checkDestruction(this.removable, await this.stateResources());
  }

  /**
   * The resources of the stack's state.
   *
   * @throws UnreadableStateError for a state of a shape unknown here.
   */
  public async stateResources(): Promise<readonly ResourceState[]> {
    return (await readState(this.open.stack)).resources;
  }

  private get removable(): Removable {
    return { ...this.open, onNote: this.operations.note };
  }

  /** What is to be done where another update was in progress: it may have died, and what was previewed is outdated. */
  private afterAnother(
    options: AfterWaiting,
    previewAgain: ChangingOperation["onFree"],
  ): ChangingOperation["onFree"] {
    return async (expected) => {
      await this.recovery.repairFirst(options);
      return previewAgain(expected);
    };
  }
}
