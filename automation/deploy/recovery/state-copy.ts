import type { ExportedState } from "../../engine/state/exported-state";

/** A copy of a stack's state. Secrets are encrypted in it, as in the state itself. */
export interface Checkpoint {
  /** Names it in `recover --restore`. */
  readonly id: string;
  /** ISO 8601. */
  readonly taken: string;
  /** The operation that followed: repair or restore, and of earlier versions' copies up, refresh or destroy. @default the engine's own copy */
  readonly before?: string;
  /** Absent where only the backend could tell. */
  readonly resources?: number;
}

/** A copy that is not yet read. */
export interface StateCopy extends Omit<Checkpoint, "resources"> {
  /** Whether each reading is a run of the engine, so that a list does without. */
  readonly isSlow?: boolean;
  /** `undefined` where it is none. */
  read(): Promise<ExportedState | undefined>;
}
