import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { ProgressListener } from "../terminal/progress";
import { type Change, changeOf, nameOf, type Step, shortType, subjectOf } from "./changes";
import { type Failure, outcomeUnknown } from "./failure-causes";

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
