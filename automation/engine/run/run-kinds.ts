/** What sets one kind of run apart from another. */
export interface RunTraits {
  /** Changes AWS or the state, and has the stack lock meanwhile. */
  readonly mutates: boolean;
  /** Runs the program: the engine deletes what a program that ended has not registered. */
  readonly runsProgram: boolean;
}

const kinds = {
  up: { mutates: true, runsProgram: true },
  preview: { mutates: false, runsProgram: true },
  refresh: { mutates: true, runsProgram: false },
  "refresh preview": { mutates: false, runsProgram: false },
  destroy: { mutates: true, runsProgram: false },
  "destroy preview": { mutates: false, runsProgram: false },
} satisfies Record<string, RunTraits>;

/** The kind of a run, in the words of its messages. */
export type RunKind = keyof typeof kinds;

/** The traits of a kind. */
export function traitsOf(kind: RunKind): RunTraits {
  return kinds[kind];
}
