import type { NotMeasured } from "./measure";

/** What the project promises of its speed, and what a run of the benchmark found. */
export interface Goal {
  readonly goal: string;
  /** Milliseconds, megabytes, or a ratio. */
  readonly figure: number | NotMeasured;
  readonly unit: "ms" | "MB" | "times";
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
  /** Whole `up` to its longest chain of the provider's waits. */
  readonly upToChain: number | NotMeasured;
  readonly testsMs: number | NotMeasured;
  /** Comparison of a million files, with its highest memory. */
  readonly reconciliationMs: number | NotMeasured;
  readonly reconciliationMb: number | NotMeasured;
}

/** The goals of the project, with their figures. */
export function goalsOf(figures: Figures): Goal[] {
  const under = { within: false };
  return [
    {
      goal: "evaluation with its loading, 100 streams to one",
      figure: figures.hundredToOne,
      unit: "times",
      limit: 2,
      ...under,
    },
    {
      goal: "evaluation with its loading, 1,000 streams to one",
      figure: figures.thousandToOne,
      unit: "times",
      limit: 3,
      ...under,
    },
    { goal: "memory, 1,000 streams", figure: figures.thousandMb, unit: "MB", limit: 400, ...under },
    { goal: "plan", figure: figures.planMs, unit: "ms", limit: 1000, ...under },
    { goal: "preview beyond the provider", figure: figures.previewMs, unit: "ms", limit: 1200, ...under },
    {
      goal: "`pulumi preview` beyond the provider",
      figure: figures.pulumiPreviewMs,
      unit: "ms",
      limit: 1500,
      ...under,
    },
    {
      goal: "up to its longest chain of waits",
      figure: figures.upToChain,
      unit: "times",
      limit: 1.05,
      within: true,
    },
    { goal: "npm test", figure: figures.testsMs, unit: "ms", limit: 30_000, ...under },
    {
      goal: "reconcile, a million files",
      figure: figures.reconciliationMs,
      unit: "ms",
      limit: 60_000,
      ...under,
    },
    {
      goal: "reconcile, a million files, memory",
      figure: figures.reconciliationMb,
      unit: "MB",
      limit: 300,
      ...under,
    },
  ];
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
