import type { OutputMap } from "@pulumi/pulumi/automation";
import { backendFolder, backendName } from "../engine/backend";
import { type Change, nameOf } from "../engine/changes";
import { busyMessage, commandError } from "../engine/engine-errors";
import type { EngineRun } from "../engine/engine-run";
import { passingCauses } from "../engine/failure-causes";
import { unprotect } from "../engine/state/exported-state";
import { readLocks, renderLock, type StackLock } from "../engine/state/locks";
import { type ResourceState, readState } from "../engine/state/state";
import { type OpenStack, openStack } from "../engine/workspace";
import { StackBusyError } from "../errors";
import { type PipelineOutputs, parseOutputs } from "../outputs";
import { writeChosenId } from "../project/external-id";
import type { AfterWaiting, DeploymentOptions, UpOptions, UpResult } from "./deployment-options";
import { type Removals, removalsOf, removes } from "./losses";
import { type ChangingOperation, Operations } from "./operations";
import { type PreflightFinding, refusalOf, renderNote } from "./preflight/finding";
import { preflight } from "./preflight/preflight";
import { ignoringProtection } from "./protection";
import { Checkpoints } from "./recovery/checkpoints";
import {
  findInterruption,
  forgetLost,
  type Interruption,
  renderInterruption,
  repairInterruption,
} from "./recovery/recovery";
import { checkDestruction, checkLosses, type Removable } from "./removals";
import { previewAnew, runUpdate, type Update } from "./update";

/** A stack that is open for operations; each may follow or be followed by `pulumi up`. */
export class Deployment {
  private readonly operations: Operations;
  private findings?: Promise<readonly PreflightFinding[]>;

  private constructor(
    public readonly open: OpenStack,
    private readonly options: DeploymentOptions,
  ) {
    this.operations = new Operations(open, options, this.checkpoints);
  }

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
    return readLocks(this.folder, this.open.file.stack);
  }

  /**
   * Waits while another update's lock is there, if there is time to wait: what is previewed then is of the state that the other
   * has left.
   *
   * @throws StackBusyError when the time is up.
   */
  public async untilUnlocked(): Promise<void> {
    if (!this.options.waitMs) return;
    await this.operations.whenFree(async () => {
      const held = (await this.locks()).find(({ holder }) => holder !== "dead");
      if (held !== undefined) throw new StackBusyError(busyMessage(this.open.stack.name, renderLock(held)));
    });
  }

  /** Ends an interruption. Every update does so first; call it yourself to ask somebody before. */
  public async repair(interruption: Interruption): Promise<void> {
    await this.operations.keepState("repair");
    const adopted = await repairInterruption(this.open, interruption, (target) =>
      this.operations.run({
        what: "refresh",
        operation: (engine) => this.open.stack.refresh({ ...engine, target: [...target] }),
      }),
    );
    this.operations.note(
      adopted.length === 0 ? "repaired" : `repaired; taken over from AWS: ${adopted.join(", ")}`,
    );
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

  /** What `up` would change, protected resources included. */
  public preview({ refresh }: UpOptions = {}): Promise<Change[]> {
    const { stack } = this.open;
    return this.operations.run({
      what: "preview",
      operation: (engine) =>
        ignoringProtection(stack, () => stack.preview({ ...engine, refresh: refresh ?? false })),
    });
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
    await checkLosses(this.removable, removals, options.allowLoss ?? false);
    return removals.protectedUrns;
  }

  /** What reading the live resources would change in the state. */
  public previewRefresh(): Promise<Change[]> {
    const operation: EngineRun["operation"] = (engine) => this.open.stack.previewRefresh(engine);
    return this.operations.run({ what: "refresh preview", operation });
  }

  /** What `destroy` would delete. */
  public previewDestroy(): Promise<Change[]> {
    const operation: EngineRun["operation"] = (engine) => this.open.stack.previewDestroy(engine);
    return this.operations.run({ what: "destroy preview", operation });
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
    if (previewed === undefined) await this.untilUnlocked();
    await this.operations.whenFree(() => this.repairFirst(options));
    const refusal = await this.preflight(options);
    if (refusal !== undefined) throw refusal;
    let protectedUrns: readonly string[] = [];
    const preview = async () => {
      const changes = await this.preview(options);
      protectedUrns = await this.checkRemovals(changes, options);
      return changes;
    };
    if (previewed !== undefined) protectedUrns = await this.checkRemovals(previewed, options);
    const update: Update = {
      preview,
      run: (expected, previewAgain, before) =>
        this.operations.change({
          what: "up",
          operation: async (engine) => {
            if (protectedUrns.length > 0) {
              this.operations.note(`unprotecting ${protectedUrns.map(nameOf).join(", ")}`);
              await unprotect(this.open.stack, protectedUrns);
              protectedUrns = [];
            }
            const { stack, chosenExternalId: chosen } = this.open;
            await writeChosenId(stack.name, this.workDir, chosen, (text) => this.operations.note(text));
            return this.open.stack.up({ ...engine, refresh: options.refresh ?? false });
          },
          expected,
          before,
          onFree: this.afterAnother(options, previewAgain),
        }),
      onOtherChanges: options.onOtherChanges,
      retry: {
        causes: (failures) => passingCauses(failures, this.open.settings),
        waitMs: this.options.retryWaitMs,
        onNote: (message) => this.operations.note(message),
        signal: this.options.signal,
      },
    };
    const changes = await runUpdate(update, previewed ?? (await preview()));
    return { changes, outputs: await this.outputs() };
  }

  /**
   * Reads the live resources into the state.
   *
   * @param previewed the changes of a preview that has just been made.
   */
  public async refresh(previewed?: readonly Change[], options: AfterWaiting = {}): Promise<Change[]> {
    await this.operations.whenFree(() => this.repairFirst(options));
    return this.operations.change({
      what: "refresh",
      operation: (engine) => this.open.stack.refresh(engine),
      expected: previewed,
      onFree: this.afterAnother(options, (expected) =>
        previewAnew(() => this.previewRefresh(), expected, options.onOtherChanges),
      ),
    });
  }

  /**
   * Deletes what the stack made.
   *
   * @param previewed the changes of a preview that has just been made.
   * @throws PipelineError before anything is deleted where resources are protected.
   */
  public async destroy(previewed?: readonly Change[], options: AfterWaiting = {}): Promise<Change[]> {
    await this.operations.whenFree(() => this.repairFirst(options));
    await this.checkDestruction();
    const preview = async () => {
      await this.checkDestruction();
      return this.previewDestroy();
    };
    return this.operations.change({
      what: "destroy",
      operation: (engine) => this.open.stack.destroy(engine),
      expected: previewed,
      onFree: this.afterAnother(options, (expected) =>
        previewAnew(preview, expected, options.onOtherChanges),
      ),
    });
  }

  /**
   * Removes an empty stack from the backend; its settings file stays.
   *
   * @throws StackBusyError where an update holds the stack.
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

  /** The outputs as the engine has them, each with its secrecy. */
  public rawOutputs(): Promise<OutputMap> {
    const { stack } = this.open;
    return stack.outputs().catch((error: unknown) => {
      throw commandError(stack.name, "outputs", error);
    });
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

  private async look(replaceForeign: boolean): Promise<readonly PreflightFinding[]> {
    const findings = await preflight({
      ...this.open,
      workDir: this.workDir,
      environment: this.options.environment ?? {},
      resources: () => this.stateResources(),
      replaceForeign,
    });
    for (const finding of findings) this.operations.note(renderNote(finding));
    return findings;
  }

  private get removable(): Removable {
    return { ...this.open, onNote: (message) => this.operations.note(message) };
  }

  /** What is to be done where another update has held the stack: it may have died, and what was previewed is outdated. */
  private afterAnother(
    options: AfterWaiting,
    previewAgain: ChangingOperation["onFree"],
  ): ChangingOperation["onFree"] {
    return async (expected) => {
      await this.repairFirst(options);
      return previewAgain(expected);
    };
  }

  private async repairFirst({ onInterruption }: AfterWaiting): Promise<void> {
    const interruption = await this.interruption();
    if (interruption === undefined) return;
    this.operations.note(renderInterruption(interruption));
    await onInterruption?.();
    await this.repair(interruption);
  }

  /** The copies of the state, as far as they are of its backend. */
  public get checkpoints(): Checkpoints {
    return new Checkpoints(
      this.workDir,
      this.open.file.stack,
      backendName(this.open.backendUrl, this.workDir),
    );
  }

  /** Where the state is, if the backend is a folder. */
  public get folder(): string | undefined {
    return backendFolder(this.open.backendUrl, this.workDir);
  }

  private get workDir(): string {
    return this.open.stack.workspace.workDir;
  }
}
