import type { EngineEvent } from "@pulumi/pulumi/automation";
import { PIPELINE_TYPE } from "../../../components/settings/settings";
import { isDebugging } from "../../debug";
import type { ProgressListener, StepCount } from "../../terminal/progress";
import { type Change, changeOf, nameOf, type Step, shortType, subjectOf } from "../changes";
import { answerOfAws, rejectedAnswer } from "../engine-errors";
import { withoutColour } from "./engine-log";
import { type Failure, outcomeUnknown } from "./failure-causes";
import type { RunTraits } from "./run-kinds";
import { slowChange } from "./slow-changes";

/** The engine warns of a plugin on its PATH, where workspace.ts has put this one. */
const OWN_PLUGIN = /^using pulumi-resource-braintrust-snowflake from \$PATH/;

/** Gathers from the engine's events what a run changes and what fails, and reports progress. */
export class RunObserver {
  public readonly errors: string[] = [];
  /** What failed, without the engine's own summary. */
  public readonly failures: Failure[] = [];
  /** What was changed, in order. */
  public readonly made: Change[] = [];
  /** What failed without an answer of AWS's: it may have been carried out. */
  public readonly lost: Step[] = [];
  /** Whether the engine knows that it is to stop. */
  public cancelling = false;
  /** Whether the program, where the run has one, has registered its pipeline. */
  public programRegistered: boolean;
  private readonly announced = new Map<string, Change>();
  private readonly begun = new Map<string, Change>();

  public constructor(
    private readonly traits: RunTraits,
    private readonly listener: ProgressListener,
    private readonly expected?: readonly Change[],
  ) {
    this.programRegistered = !traits.runsProgram;
  }

  /** What the run changes, or, of a preview, would change. */
  public get changes(): Change[] {
    return [...this.announced.values()];
  }

  /** What was begun or lost without an answer, readings included. */
  public get unanswered(): Change[] {
    return [...this.begun.values(), ...this.lost.flatMap((step) => subjectOf(step) ?? [])];
  }

  /** Whether an event deletes what the program has not come to register. */
  public deletesUnregistered({ resourcePreEvent }: EngineEvent): boolean {
    return !this.programRegistered && this.traits.mutates && resourcePreEvent?.metadata.op === "delete";
  }

  public onEvent(event: EngineEvent): void {
    const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent } = event;
    if (resourcePreEvent) this.step("started", resourcePreEvent.metadata);
    if (resOutputsEvent) this.step("done", resOutputsEvent.metadata);
    if (resOpFailedEvent) this.step("failed", resOpFailedEvent.metadata);
    if (event.cancelEvent) this.cancelling = true;
    if (diagnosticEvent) this.onDiagnostic(diagnosticEvent);
    if (event.policyEvent) this.onViolation(event.policyEvent);
    this.programRegistered ||= registersPipeline(event);
    // A refresh knows what it found only when it is done with a resource.
    const step = resourcePreEvent ?? resOutputsEvent;
    const change = step && changeOf(step.metadata);
    if (change !== undefined) this.announced.set(`${change.operation} ${change.urn}`, change);
  }

  public onOutput(text: string): void {
    if (text.includes("^C received")) this.cancelling = true;
  }

  private onDiagnostic({ severity, urn, ephemeral, ...diagnostic }: Diagnostic): void {
    if (ephemeral || (severity !== "warning" && severity !== "error")) return;
    const said = withoutColour(diagnostic.message).trim();
    const answer = isDebugging() ? undefined : rejectedAnswer(said);
    const message = answerOfAws(answer ?? said);
    if (OWN_PLUGIN.test(message)) return;
    // Each property that waited for the answer is rejected with it.
    if (answer !== undefined && this.failures.some((failure) => failure.message.includes(answer))) return;
    const resource = urn ? nameOf(urn) : undefined;
    const isKnown = (failure: Failure) => failure.resource === resource && failure.message === message;
    if (severity === "error" && this.failures.some(isKnown)) return;
    if (severity === "error") this.errors.push(resource === undefined ? message : `${resource}: ${message}`);
    if (severity === "error" && message !== "update failed") this.failures.push({ resource, message });
    this.listener({ kind: "diagnostic", severity, message, ...(resource === undefined ? {} : { resource }) });
  }

  /** What a policy pack reports of a resource. */
  private onViolation({ resourceUrn: urn, policyName, enforcementLevel, ...violation }: Violation): void {
    const message = `policy ${policyName}: ${withoutColour(violation.message).trim()}`;
    const resource = urn ? nameOf(urn) : undefined;
    const isMandatory = enforcementLevel === "mandatory";
    if (isMandatory) this.errors.push(resource === undefined ? message : `${resource}: ${message}`);
    const severity = isMandatory ? "error" : "warning";
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
    // The steps of a preview are its result, not progress.
    if (!this.traits.mutates) return;
    const resource = `${shortType(change.type)} ${change.name}`;
    const { operation } = change;
    const counts = { done: this.made.length, total: this.expected?.length, byKind: this.counts() };
    this.listener({ kind: "step", state, ...counts, operation, resource, slow: slowChange(change) });
  }

  /** What is done of each kind of change that the preview has counted. */
  private counts(): StepCount[] {
    const { expected = [], made } = this;
    const count = (changes: readonly Change[], kind: string) =>
      changes.filter(({ operation }) => operation === kind).length;
    return [...new Set(expected.map(({ operation }) => operation))].map((operation) => ({
      operation,
      done: count(made, operation),
      total: count(expected, operation),
    }));
  }

  private lose(metadata: Step): void {
    const resource = nameOf(metadata.urn);
    const said = this.failures.filter((failure) => failure.resource === resource);
    if (said.some(outcomeUnknown)) this.lost.push(metadata);
  }
}

type Diagnostic = NonNullable<EngineEvent["diagnosticEvent"]>;
type Violation = NonNullable<EngineEvent["policyEvent"]>;

function registersPipeline({ resourcePreEvent }: EngineEvent): boolean {
  const { type, op } = resourcePreEvent?.metadata ?? {};
  return type === PIPELINE_TYPE && op !== undefined && !/^(refresh|delete)/.test(op);
}
