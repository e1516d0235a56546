/** Properties of a resource, as the engine has them. */
export type Properties = Readonly<Record<string, unknown>>;

/** What S3 would refuse, and what to do about it. */
export interface Problem {
  readonly message: string;
  readonly fix: string;
}

/** What the provider can do about the resources of a type. */
export interface ResourceKind {
  /** What is wrong with the inputs, before anything is changed. */
  readonly problems: (inputs: Properties, olds: Properties) => Promise<readonly Problem[]>;
  readonly difference: (
    olds: Properties,
    news: Properties,
  ) => { readonly changed: boolean; readonly replaces: readonly string[] };
  /** Creates it, or updates what `olds` says; returns its state. */
  readonly write: (inputs: Properties, olds?: Properties) => Promise<Properties>;
  /** `undefined` where it is gone. */
  readonly read: (state: Properties) => Promise<Properties | undefined>;
  readonly remove: (state: Properties) => Promise<void>;
}

/** @throws Error that says every problem, where there is one. */
export function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new Error(problems.map(problemWords).join("; "));
}

/** A problem in a line. */
export function problemWords({ message, fix }: Problem): string {
  return `${message}; ${fix}`;
}
