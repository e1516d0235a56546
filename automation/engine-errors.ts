import { commandLine } from "./command-line";
import { messageOf, PipelineError, StackBusyError, UnreadableStateError } from "./errors";

/** Both of Pulumi's texts: of Pulumi Cloud, and of a backend that is a folder or a bucket. */
const holdsStack =
  /\[409\] Conflict: Another update is currently in progress|the stack is currently locked by/;

/** A state whose text is torn or is none of a state. One of a newer engine's has another text, and is whole. */
const damagedState = /failed to load checkpoint: (?:place \d+|json): /;

/** The error of this project's that an engine's text stands for. */
export function knownError(stack: string, text: string): StackBusyError | UnreadableStateError | undefined {
  if (holdsStack.test(text)) return new StackBusyError(busyMessage(stack, text));
  return damagedState.test(text) ? unreadableState(stack, engineErrors(text)) : undefined;
}

/** Says that another update holds a stack. */
export function busyMessage(stack: string, engineText: string): string {
  return (
    `another update holds stack "${stack}"; try again when it ends, or have --wait wait for it; ` +
    `\`${commandLine("recover", stack)}\` tells whether it has died: ${engineErrors(engineText)}`
  );
}

/** Says that a stack's state cannot be made out, and what brings one back. */
export function unreadableState(stack: string, reason: string): UnreadableStateError {
  return new UnreadableStateError(
    `the state of stack "${stack}" cannot be read: ${reason}; ` +
      `\`${commandLine("recover", stack)}\` tells what brings one back`,
    reason,
  );
}

/** What an engine's command that failed comes to. */
export function commandError(stack: string, what: string, error: unknown): PipelineError {
  const text = messageOf(error);
  return (
    knownError(stack, text) ?? new PipelineError(`${what} of stack "${stack}" failed: ${engineErrors(text)}`)
  );
}

/** The lines of an engine's error that say what is wrong, without its colours and the SDK's framing. */
export function engineErrors(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  const errors = lines
    .filter((line) => line.startsWith("error:"))
    .map((line) => line.slice("error:".length).trim());
  return errors.length > 0 ? [...new Set(errors)].join("; ") : lines.filter(Boolean).join(" ");
}
