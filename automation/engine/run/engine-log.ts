import type { EngineEvent } from "@pulumi/pulumi/automation";
import { nameOf, type Step } from "../changes";

/**
 * The line of the engine's log that an event stands for, without the value of any property. The engine's own debugging
 * output (the Automation API's `debug` and `logVerbosity`) is no part of it: the SDK writes there what each resource answered,
 * secrets in plain (`RegisterResource RPC finished`), the engine at a higher verbosity every property, and providers what they
 * like.
 */
export function engineLogLine(event: EngineEvent): string | undefined {
  const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent, summaryEvent } = event;
  if (resourcePreEvent) return stepLine(resourcePreEvent.metadata, "begins");
  if (resOutputsEvent) return stepLine(resOutputsEvent.metadata, "ends");
  if (resOpFailedEvent) return stepLine(resOpFailedEvent.metadata, "fails");
  if (summaryEvent) {
    const { durationSeconds, resourceChanges } = summaryEvent;
    return `ends after ${durationSeconds} s: ${JSON.stringify(resourceChanges)}`;
  }
  return diagnosticEvent?.severity === "info" ? withoutColour(diagnosticEvent.message).trim() : undefined;
}

function stepLine({ op, type, urn }: Step, state: string): string {
  return `${op} ${type} ${nameOf(urn)} ${state}`;
}

/** A text of the engine without its marks for colours. */
export function withoutColour(text: string): string {
  return text.replaceAll(/<\{%.*?%\}>/g, "");
}
