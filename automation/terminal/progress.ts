import { type Look, paint, sentence } from "./layout";

/** What a running operation reports. */
export type ProgressEvent =
  | {
      readonly kind: "note";
      readonly message: string;
      /** Whether work begins that the message names, or has ended. */
      readonly run?: "started" | "ended";
    }
  | {
      readonly kind: "diagnostic";
      readonly severity: "warning" | "error";
      readonly message: string;
      readonly resource?: string;
    }
  | ProgressStep;

/** A change, or another part of an operation that can be counted. */
export interface ProgressStep {
  readonly kind: "step";
  readonly state: "started" | "done" | "failed";
  /** Changes finished so far. */
  readonly done: number;
  /** All changes of the operation, where a preview has counted them. */
  readonly total?: number | undefined;
  /** The same by kind of change, where there are several. */
  readonly byKind?: readonly StepCount[];
  readonly operation: string;
  /** Type and name, such as "s3.Bucket pipeline-bucket". */
  readonly resource: string;
  /** Why it is known to take long. */
  readonly slow?: SlowStep | undefined;
  /** Whether it is worth a line only where that changes in place. */
  readonly brief?: boolean;
}

/** How many changes of one kind are finished. */
export interface StepCount {
  readonly operation: string;
  readonly done: number;
  readonly total: number;
}

/** What is known of a step that takes long. */
export interface SlowStep {
  readonly seconds: number;
  readonly why: string;
}

/** Receives what a run of the engine does, as it does it. */
export type ProgressListener = (event: ProgressEvent) => void;

/** Where progress is shown. */
export interface ProgressOutput {
  /** Writes lines that stay. */
  readonly write: (text: string) => unknown;
  /** Shows a line in the last one's place, where there is a terminal for it. */
  readonly draw?: ((line: string) => void) | undefined;
  /** @default no colours, and no line is wrapped */
  readonly look?: Look;
}

/** Milliseconds between two lines about the same wait: some CI systems end a job that writes nothing for ten minutes. */
const REPEAT_MS = 60_000;

/**
 * A line that changes in place on a terminal, each second while something is in progress; elsewhere a plain line for each
 * finished step, and one a minute about what is waited for.
 */
export function progressPrinter(output: ProgressOutput, now: () => number = Date.now): ProgressListener {
  return new ProgressPrinter(output, now).print;
}

class ProgressPrinter {
  private readonly start: number;
  private readonly look: Look;
  /** When each step began that is not finished, the oldest first. */
  private readonly inProgress = new Map<string, { readonly step: ProgressStep; readonly begun: number }>();
  private readonly explained = new Set<string>();
  private title: string | undefined;
  private counts = "";
  private lastLine: number;
  private timer: NodeJS.Timeout | undefined;

  public constructor(
    private readonly output: ProgressOutput,
    private readonly now: () => number,
  ) {
    this.start = now();
    this.lastLine = this.start;
    this.look = output.look ?? { color: false, width: Number.POSITIVE_INFINITY };
  }

  public readonly print = (event: ProgressEvent): void => {
    if (event.kind === "note") this.onNote(event);
    // The error at the end says what has failed, and why.
    if (event.kind === "diagnostic" && event.severity === "warning") {
      const resource = event.resource === undefined ? "" : `${event.resource}: `;
      const severity = paint({ text: event.severity, style: "yellow" }, this.look);
      this.write(`${severity}: ${resource}${event.message}`);
    }
    if (event.kind === "step") this.onStep(event);
    const isWaiting = this.inProgress.size > 0 || this.title !== undefined;
    if (!isWaiting) {
      clearInterval(this.timer);
      this.timer = undefined;
    } else if (this.timer === undefined) {
      this.timer = setInterval(this.tick, 1000);
      this.timer.unref();
    }
  };

  private onNote({ message, run }: Extract<ProgressEvent, { kind: "note" }>): void {
    if (run !== "ended") this.write(message.split("\n").flatMap(this.noteLine).join("\n"));
    if (run === undefined) return;
    this.title = run === "started" ? message : undefined;
    this.counts = "";
    this.inProgress.clear();
  }

  /** A message may be a list, whose lines are indented. */
  private readonly noteLine = (line: string): string[] => {
    const text = line.trimStart();
    return sentence(line.length - text.length, 2, { text }, this.look);
  };

  private onStep(step: ProgressStep): void {
    const { state, operation, resource, slow, brief } = step;
    const key = `${operation} ${resource}`;
    this.title = undefined;
    this.counts = countsOf(step);
    if (state === "started") {
      this.inProgress.set(key, { step, begun: this.now() });
      if (slow !== undefined) this.explain(step, slow);
    } else this.inProgress.delete(key);
    const line = `${this.head()} ${key}`;
    if (state === "failed") this.write(`${line}: ${paint({ text: "failed", style: "red" }, this.look)}`);
    else if (this.output.draw) this.output.draw(this.inProgress.size > 0 ? this.waiting() : line);
    else if (state === "done" && !brief) this.write(line);
  }

  /** Says once of each kind of change why it takes long. */
  private explain({ operation, resource }: ProgressStep, { seconds, why }: SlowStep): void {
    const [type = ""] = resource.split(" ");
    const what = `${operation} ${type}`;
    if (this.explained.has(what)) return;
    this.explained.add(what);
    this.write(sentence(0, 2, { text: `${what} takes about ${seconds} s: ${why}` }, this.look).join("\n"));
  }

  private readonly tick = (): void => {
    if (this.output.draw) this.output.draw(this.waiting());
    else if (this.now() - this.lastLine >= REPEAT_MS) this.write(this.waiting());
  };

  /** What is in progress longest, and since when. */
  private waiting(): string {
    const [oldest] = this.inProgress.values();
    if (oldest === undefined) return `${this.head()} ${this.title}`;
    const { operation, resource, slow } = oldest.step;
    const seconds = this.secondsSince(oldest.begun);
    const others = this.inProgress.size - 1;
    const facts = [
      ...(slow === undefined ? [`${seconds}s`] : [`${seconds}s of about ${slow.seconds}s`]),
      ...(others > 0 ? [`${others} more in progress`] : []),
    ];
    return `${this.head()} ${operation} (${facts.join(", ")}) ${resource}`;
  }

  private head(): string {
    return `[${this.counts}${this.counts && " "}${this.secondsSince(this.start)}s]`;
  }

  private secondsSince(begun: number): number {
    return Math.round((this.now() - begun) / 1000);
  }

  private write(line: string): void {
    this.lastLine = this.now();
    this.output.write(`${line}\n`);
  }
}

function countsOf({ done, total, byKind = [] }: ProgressStep): string {
  if (byKind.length > 1) {
    return byKind.map((kind) => `${kind.done}/${kind.total} ${kind.operation},`).join(" ");
  }
  return total === undefined ? `${done}` : `${done}/${total}`;
}
