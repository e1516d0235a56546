import { backendFolder } from "../../engine/backend";
import { busyMessage } from "../../engine/engine-errors";
import { readLocks, renderLock, type StackLock } from "../../engine/state/locks";
import type { OpenStack } from "../../engine/workspace";
import { StackBusyError } from "../../errors";
import type { AfterWaiting } from "../deployment-options";
import type { Operations } from "../operations";
import { Checkpoints } from "./checkpoints";
import { engineCopies } from "./engine-copies";
import {
  adoptExisting,
  type ExistingResource,
  findInterruption,
  type Interruption,
  ownCopiesOf,
  renderInterruption,
  repairInterruption,
} from "./recovery";

/** What stands between an open stack and its next update, and how it is repaired. */
export class StackRecovery {
  public constructor(
    public readonly open: OpenStack,
    private readonly operations: Operations,
  ) {}

  /**
   * What an update that was killed, or whose provider died, has left: `undefined` where there is nothing.
   *
   * @throws AwsCallError where AWS does not say what was created.
   */
  public async interruption(): Promise<Interruption | undefined> {
    return findInterruption(this.open, this.locks());
  }

  /** Who has the stack's lock, where the backend is a folder. */
  public locks(): StackLock[] {
    return readLocks(this.folder, this.open.file.stack);
  }

  /**
   * Waits while another update has the stack's lock: what is previewed then starts from the state that the other has left.
   *
   * @throws StackBusyError when the time to wait is up, at once where there is none.
   */
  public async untilUnlocked(): Promise<void> {
    await this.operations.whenFree(async () => {
      const held = this.locks().find(({ holder }) => holder !== "dead");
      if (held !== undefined) throw new StackBusyError(busyMessage(this.open.stack.name, renderLock(held)));
    });
  }

  /** Ends an interruption. Every update does so first; call it yourself to ask somebody before. */
  public async repair(interruption: Interruption): Promise<void> {
    await this.operations.keepState("repair");
    const adopted = await repairInterruption(this.open, interruption, (target) => this.read(target));
    this.operations.note(
      adopted.length === 0 ? "repaired" : `repaired; adopted from AWS: ${adopted.join(", ")}`,
    );
  }

  /**
   * Takes resources that exist in AWS into the state, by their ids, as an interrupted creation is adopted: a run that is stopped half-way
   * is an interruption too, and repaired as such.
   *
   * @returns what was found in AWS, by logical name.
   * @throws StackBusyError where another update is in progress.
   */
  public async adopt(existing: readonly ExistingResource[]): Promise<readonly string[]> {
    await this.operations.keepState("import");
    return adoptExisting(this.open, existing, (target) => this.read(target));
  }

  /** Repairs what an earlier update has left, if there is anything. */
  public async repairFirst({ onInterruption }: AfterWaiting): Promise<void> {
    const interruption = await this.interruption();
    if (interruption === undefined) return;
    this.operations.note(renderInterruption(interruption));
    await onInterruption?.();
    await this.repair(interruption);
  }

  private read(target: readonly string[]): Promise<unknown> {
    return this.operations.run({
      kind: "refresh",
      operation: (engine) => this.open.stack.refresh({ ...engine, target: [...target] }),
    });
  }

  /** The earlier states of the stack, as far as they are of its backend. */
  public get checkpoints(): Checkpoints {
    const { file, stack: live, backendUrl } = this.open;
    const { workDir } = live.workspace;
    const engines = () => engineCopies({ stack: file.stack, workDir, backendUrl, live });
    return new Checkpoints(file.stack, engines, ownCopiesOf(this.open));
  }

  /** Where the state is, if the backend is a folder. */
  public get folder(): string | undefined {
    return backendFolder(this.open.backendUrl, this.open.stack.workspace.workDir);
  }
}
