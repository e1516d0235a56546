import type { NotMeasured } from "./measure";

/** What the project promises of its speed, and what a run of the benchmark found. */
export interface Goal {
  readonly goal: string;
  /** Milliseconds, megabytes, a count of calls, or a ratio. */
  readonly figure: number | NotMeasured;
  readonly unit: "ms" | "MB" | "calls" | "times";
  readonly limit: number;
  /** Whether the figure may reach the limit. */
  readonly within: boolean;
}

/** What the goals are judged by. */
export interface Figures {
  /** Evaluation of 100 streams to that of one, each with the loading of the program. */
  readonly hundredToOne: number | NotMeasured;
  readonly thousandToOne: number | NotMeasured;
  /** Highest memory of the evaluation of a thousand. */
  readonly thousandMb: number | NotMeasured;
  /** The command `plan`. */
  readonly planMs: number | NotMeasured;
  /** Preview over a provider that answers at once. */
  readonly previewMs: number | NotMeasured;
  readonly pulumiPreviewMs: number | NotMeasured;
  /** Those previews to the one of `pulumi` that checks types. */
  readonly previewToChecked: number | NotMeasured;
  readonly pulumiPreviewToChecked: number | NotMeasured;
  /** The command `up` where nothing is to be changed, over that provider. */
  readonly upAgainMs: number | NotMeasured;
  /** Calls of the Pulumi CLI. */
  readonly previewCalls: number | NotMeasured;
  readonly upCalls: number | NotMeasured;
  /** Whole `up` to its longest chain of the provider's waits. */
  readonly upToChain: number | NotMeasured;
  readonly testsMs: number | NotMeasured;
  /** Comparison of a million files, with its highest memory. */
  readonly reconciliationMs: number | NotMeasured;
  readonly reconciliationMb: number | NotMeasured;
}

type Target = Omit<Goal, "figure">;

const under = (limit: number, unit: Goal["unit"], goal: string): Target => ({
  goal,
  unit,
  limit,
  within: false,
});
const atMost = (limit: number, unit: Goal["unit"], goal: string): Target => ({
  goal,
  unit,
  limit,
  within: true,
});

const targets: Readonly<Record<keyof Figures, Target>> = {
  hundredToOne: under(2, "times", "evaluation with its loading, 100 streams to one"),
  thousandToOne: under(3, "times", "evaluation with its loading, 1,000 streams to one"),
  thousandMb: under(400, "MB", "memory, 1,000 streams"),
  planMs: under(1000, "ms", "plan"),
  previewMs: under(1200, "ms", "preview beyond the provider"),
  pulumiPreviewMs: under(1500, "ms", "`pulumi preview` beyond the provider"),
  previewToChecked: atMost(0.4, "times", "preview to `pulumi preview` with its check of types"),
  pulumiPreviewToChecked: atMost(0.4, "times", "`pulumi preview` to the same with its check of types"),
  upAgainMs: under(1500, "ms", "second up, no changes, beyond the provider"),
  previewCalls: atMost(1, "calls", "calls of the CLI, preview"),
  upCalls: atMost(6, "calls", "calls of the CLI, up that creates the stack"),
  upToChain: atMost(1.05, "times", "up to its longest chain of waits"),
  testsMs: under(30_000, "ms", "npm test"),
  reconciliationMs: under(60_000, "ms", "reconcile, a million files"),
  reconciliationMb: under(300, "MB", "reconcile, a million files, memory"),
};

/** The goals of the project, with their figures. */
export function goalsOf(figures: Figures): Goal[] {
  return Object.entries(targets).map(([key, target]) => ({
    ...target,
    figure: figures[key as keyof Figures],
  }));
}

/** `undefined` where nothing was measured. */
export function isMet({ figure, limit, within }: Goal): boolean | undefined {
  if (typeof figure !== "number") return undefined;
  return within ? figure <= limit : figure < limit;
}

/** A goal as a row of the table: what, limit, figure, verdict. */
export function goalRow(goal: Goal): [goal: string, limit: string, figure: string, verdict: string] {
  const { figure, unit, limit, within } = goal;
  const words = (value: number) => {
    if (unit === "ms") return seconds(value);
    if (unit === "calls") return `${value}`;
    return unit === "MB" ? `${Math.round(value)} MB` : value.toFixed(2);
  };
  const met = isMet(goal);
  return [
    goal.goal,
    `${within ? "at most" : "under"} ${words(limit)}`,
    typeof figure === "number" ? words(figure) : "not measured",
    met === undefined ? (figure as NotMeasured).notMeasured : met ? "met" : "not met",
  ];
}

/** Milliseconds as a table shows them. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
