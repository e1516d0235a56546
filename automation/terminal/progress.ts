import type { EngineEvent } from "@pulumi/pulumi/automation";
import { type Change, changeOf, nameOf, type Step, shortType, subjectOf } from "../engine/changes";
import { type Failure, outcomeUnknown } from "../engine/failure-causes";

/** What a running operation tells. */
export type ProgressEvent =
  | { readonly kind: "note"; readonly message: string }
  | {
      readonly kind: "diagnostic";
      readonly severity: "warning" | "error";
      readonly message: string;
      readonly resource?: string;
    }
  | {
      readonly kind: "step";
      readonly state: "started" | "done" | "failed";
      /** Changes finished so far. */
      readonly done: number;
      /** All changes of the operation, where a preview has counted them. */
      readonly total?: number;
      readonly operation: string;
      /** Type and name, such as "s3.Bucket pipeline-bucket". */
      readonly resource: string;
    };

export type ProgressListener = (event: ProgressEvent) => void;

/** Turns the engine's events into progress, and keeps the errors for the final message. */
export class ProgressTracker {
  public readonly errors: string[] = [];
  /** What failed, without the engine's own summary. */
  public readonly failures: Failure[] = [];
  /** What was changed, in order. */
  public readonly made: Change[] = [];
  /** What failed without an answer of AWS's: it may have been carried out. */
  public readonly lost: Step[] = [];
  /** Whether the engine has heard that it is to stop. */
  public cancelling = false;
  private readonly begun = new Map<string, Change>();

  public constructor(
    private readonly listener: ProgressListener,
    private readonly total?: number,
  ) {}

  /** What was begun and has not ended, readings included. */
  public get underWay(): Change[] {
    return [...this.begun.values()];
  }

  public onEvent({ resourcePreEvent, resOutputsEvent, resOpFailedEvent, ...event }: EngineEvent): void {
    if (resourcePreEvent) this.step("started", resourcePreEvent.metadata);
    if (resOutputsEvent) this.step("done", resOutputsEvent.metadata);
    if (resOpFailedEvent) this.step("failed", resOpFailedEvent.metadata);
    if (event.cancelEvent) this.cancelling = true;
    if (event.diagnosticEvent) this.onDiagnostic(event.diagnosticEvent);
  }

  private onDiagnostic({ severity, urn, ephemeral, ...diagnostic }: Diagnostic): void {
    if (ephemeral || (severity !== "warning" && severity !== "error")) return;
    const message = withoutColour(diagnostic.message).trim();
    const resource = urn ? nameOf(urn) : undefined;
    if (severity === "error") this.errors.push(resource === undefined ? message : `${resource}: ${message}`);
    if (severity === "error" && message !== "update failed") this.failures.push({ resource, message });
    this.listener({ kind: "diagnostic", severity, message, ...(resource === undefined ? {} : { resource }) });
  }

  private step(state: "started" | "done" | "failed", metadata: Step): void {
    const subject = subjectOf(metadata);
    if (subject === undefined) return;
    if (state === "started") this.begun.set(subject.urn, subject);
    else this.begun.delete(subject.urn);
    const change = changeOf(metadata);
    if (change === undefined) return;
    if (state === "failed") this.lose(metadata);
    if (state === "done") this.made.push(change);
    const total = this.total === undefined ? {} : { total: this.total };
    const resource = `${shortType(change.type)} ${change.name}`;
    const { operation } = change;
    this.listener({ kind: "step", state, done: this.made.length, ...total, operation, resource });
  }

  private lose(metadata: Step): void {
    const resource = nameOf(metadata.urn);
    const said = this.failures.filter((failure) => failure.resource === resource);
    if (said.some(outcomeUnknown)) this.lost.push(metadata);
  }
}

type Diagnostic = NonNullable<EngineEvent["diagnosticEvent"]>;

/** A text of the engine without its marks for colours. */
export function withoutColour(text: string): string {
  return text.replaceAll(/<\{%.*?%\}>/g, "");
}

/** Where progress is shown: standard error, as a rule. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** A line that changes in place on a terminal; elsewhere a plain line for each finished step. */
export function progressPrinter(stream: ProgressStream, now: () => number = Date.now): ProgressListener {
  const start = now();
  const clear = stream.isTTY ? "\r\u001B[K" : "";
  return (event) => {
    const elapsed = `${Math.round((now() - start) / 1000)}s`;
    if (event.kind !== "step") {
      const about =
        event.kind === "diagnostic"
          ? `${event.severity}: ${event.resource ? `${event.resource}: ` : ""}`
          : "";
      stream.write(`${clear}${about}${event.message}\n`);
      return;
    }
    const count = event.total === undefined ? `${event.done}` : `${event.done}/${event.total}`;
    const line = `[${count} ${elapsed}] ${event.operation} ${event.resource}`;
    if (event.state === "failed") stream.write(`${clear}${line}: failed\n`);
    else if (!stream.isTTY && event.state === "done") stream.write(`${line}\n`);
    else if (stream.isTTY) stream.write(`${clear}${line.slice(0, (stream.columns ?? 80) - 1)}`);
  };
}

/** Ends the line that changes in place. */
export function endProgress(stream: ProgressStream): void {
  if (stream.isTTY) stream.write("\r\u001B[K");
}
