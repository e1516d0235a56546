import { isDeepStrictEqual } from "node:util";
import type { ExportedState } from "../../engine/state/exported-state";
import { UsageError } from "../../errors";
import type { OwnCopies } from "./own-copies";
import type { Checkpoint, StateCopy } from "./state-copy";

/** A copy, read. */
export interface ReadCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly state: ExportedState;
}

/** Copies that are listed: the engine removes none of its own. */
const LISTED = 20;

const NONE = "there is none yet";

/** The earlier states of one stack: the engine's copies, and those of `recover`. */
export class Checkpoints {
  /** @param engines finds the copies that the engine keeps in the stack's backend. */
  public constructor(
    private readonly stack: string,
    private readonly engines: () => Promise<readonly StateCopy[]>,
    private readonly own: OwnCopies,
  ) {}

  /** The newest, newest first; what cannot be read is left out. */
  public async list(): Promise<Checkpoint[]> {
    const found: Checkpoint[] = [];
    for (const copy of await this.copies()) {
      if (found.length === LISTED) break;
      if (copy.isSlow) found.push(describe(copy));
      else {
        const state = await copy.read();
        if (state !== undefined) found.push(describe(copy, state));
      }
    }
    return found;
  }

  /**
   * A copy's state.
   *
   * @throws UsageError naming the copies where there is none of that id, it cannot be read, or it is another backend's.
   */
  public async read(id: string): Promise<ReadCheckpoint> {
    const copies = await this.copies();
    const copy = copies.find((one) => one.id === id);
    const state = await copy?.read();
    if (copy !== undefined && state !== undefined) return { checkpoint: describe(copy, state), state };
    await this.own.explainMissing(id);
    const ids = copies.slice(0, LISTED).map((one) => one.id);
    throw this.missing(id, ids.length === 0 ? NONE : `there are ${ids.join(", ")}`);
  }

  /**
   * The newest copy that differs from the present state.
   *
   * @param present absent where it cannot be read, or is gone.
   * @throws UsageError where there is none.
   */
  public async latest(present: ExportedState | undefined): Promise<ReadCheckpoint> {
    const copies = await this.copies();
    for (const copy of copies) {
      const state = await copy.read();
      if (state !== undefined && !isSame(state, present)) return { checkpoint: describe(copy, state), state };
    }
    throw this.missing("latest", copies.length === 0 ? NONE : "none differs from its present state");
  }

  private missing(id: string, why: string): UsageError {
    return new UsageError(`no checkpoint ${JSON.stringify(id)} of stack "${this.stack}": ${why}`);
  }

  private async copies(): Promise<StateCopy[]> {
    const all = await Promise.all([this.engines(), this.own.list()]);
    return all.flat().sort((one, other) => (one.taken < other.taken ? 1 : -1));
  }
}

/** What else a state says is of the engine that wrote it. */
function isSame(state: ExportedState, present: ExportedState | undefined): boolean {
  const content = ({ deployment }: ExportedState) => [
    deployment?.resources ?? [],
    deployment?.pending_operations ?? [],
  ];
  return present !== undefined && isDeepStrictEqual(content(state), content(present));
}

function describe({ id, taken, before }: StateCopy, state?: ExportedState): Checkpoint {
  const resources = state && (state.deployment?.resources?.length ?? 0);
  return { id, taken, ...(before && { before }), ...(resources !== undefined && { resources }) };
}
