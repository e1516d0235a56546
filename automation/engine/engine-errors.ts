import { commandLine, pulumiLine } from "../command-line";
import { messageOf, PipelineError, StackBusyError, UnreadableStateError, UsageError } from "../errors";
import { backendName } from "./backend";

/** Both of Pulumi's texts: of Pulumi Cloud, and of a backend that is a folder or a bucket. */
const holdsStack =
  /\[409\] Conflict: Another update is currently in progress|the stack is currently locked by/;

/** A state whose text is torn or is none of a state. One of a newer engine's has another text, and is whole. */
const damagedState = /failed to load checkpoint: (?:place \d+|json): /;

/** Pulumi.yaml, to the engine's schema of it (project.json in its sdk/go/common/workspace): a line for each fault follows. */
const invalidProject = /could not validate '.*Pulumi\.yaml': \d+ errors? occurred:/;

/** The same file, where it has one fault that its schema has no word for: a date, or one of Project.Validate there. */
const refusedProject = /could not (?:validate|unmarshal) '.*Pulumi\.yaml': (.*)/;

/** A backend that is named wrongly, or without what logs in there; one that does not answer has other texts. */
const unusableBackend =
  /unable to open bucket|unknown query parameter|\bNoSuchBucket\b|Invalid region|connection info string|must be set for login|problem logging in|could not find default credentials/;

/** What the engine says where it cannot open the backend; a run of it may have such words from a resource. */
export function backendError(text: string): UsageError | undefined {
  if (!unusableBackend.test(text)) return undefined;
  return new UsageError(
    `the backend cannot be opened: ${engineErrors(text)}; correct PULUMI_BACKEND_URL, or backend.url of Pulumi.yaml ` +
      "(for example file://./state), or log in to it",
  );
}

/** What the engine says is wrong in Pulumi.yaml, beyond what is checked before it starts. */
export function projectError(text: string): UsageError | undefined {
  if (!invalidProject.test(text)) {
    const [, fault] = refusedProject.exec(text) ?? [];
    if (fault === undefined) return undefined;
    const rule = fault.includes("time.Time") ? "has a date, which Pulumi refuses there" : fault;
    const fix = rule === fault ? "correct it in the file" : "put it in quotes";
    return new UsageError(`Invalid Pulumi.yaml:\n  Pulumi.yaml: ${rule}; ${fix}`);
  }
  const faults = [...text.matchAll(/^\s*\* #\/?(\S*): (.*)$/gm)].map(
    ([, place = "", rule]) =>
      `  ${place.replaceAll("/", ".") || "Pulumi.yaml"}: ${rule}; correct it in the file`,
  );
  return new UsageError(["Invalid Pulumi.yaml:", ...new Set(faults)].join("\n"));
}

/** The error of this project's that an engine's text stands for. */
export function knownError(
  stack: string,
  text: string,
): UsageError | StackBusyError | UnreadableStateError | undefined {
  const invalid = projectError(text);
  if (invalid !== undefined) return invalid;
  if (holdsStack.test(text)) {
    return new StackBusyError(isUnseen(text) ? unseenMessage(stack, text) : busyMessage(stack, text));
  }
  return damagedState.test(text) ? unreadableState(stack, engineErrors(text)) : undefined;
}

/** Says that another update holds a stack in a backend that is a folder, where its lock can be looked at. */
export function busyMessage(stack: string, engineText: string): string {
  return `${busy(stack)}; \`${commandLine("recover", stack)}\` shows whether it has died: ${engineErrors(engineText)}`;
}

/** What to do about the lock of a process that has died, where locks cannot be looked at. */
export function unlockAdvice(stack: string): string {
  return `if it has died, \`${pulumiLine("cancel", stack)}\` once you are sure that no update runs`;
}

function unseenMessage(stack: string, engineText: string): string {
  const holders = [...engineText.matchAll(createdBy)].map(([, holder]) => holder);
  const said = [engineErrors(engineText), ...new Set(holders)].join("; ");
  return `${busy(stack)}; ${unlockAdvice(stack)}: ${said}`;
}

function busy(stack: string): string {
  return `another update of stack "${stack}" is in progress; try again when it ends, or pass --wait MINUTES`;
}

/** How a backend of Pulumi's own reports each lock: its URL, which may hold secrets, and whose it is. */
const createdBy = /^\s*\S+: (created by .*)$/gm;

/** Whether an engine's text reports locks that are in no folder. */
function isUnseen(text: string): boolean {
  return /^\s*(?!file:)\S+: created by /m.test(text) || text.includes("[409] Conflict");
}

/** Says that a stack's state cannot be read, and how to restore one. */
export function unreadableState(stack: string, reason: string): UnreadableStateError {
  return new UnreadableStateError(
    `the state of stack "${stack}" cannot be read: ${reason}; ` +
      `\`${commandLine("recover", stack)}\` shows how to restore one`,
    reason,
  );
}

/** What an engine's command that failed comes to; an error of this project's already says it. */
export function commandError(stack: string, what: string, error: unknown): PipelineError | UsageError {
  if (error instanceof PipelineError || error instanceof UsageError) return error;
  const text = messageOf(error);
  return (
    knownError(stack, text) ?? new PipelineError(`${what} of stack "${stack}" failed: ${engineErrors(text)}`)
  );
}

/** The lines of an engine's error that say what is wrong, without its colours, the SDK's framing and what URLs of backends hold as secrets. */
export function engineErrors(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  const errors = lines
    .filter((line) => line.startsWith("error:"))
    .map((line) => line.slice("error:".length).trim());
  const said = errors.length > 0 ? [...new Set(errors)].join("; ") : lines.filter(Boolean).join(" ");
  return said.replace(/\b(?:postgres|s3|gs|azblob|https?):\/\/[^\s"'`]*[^\s"'`:;,.]/g, (url) =>
    backendName(url, ""),
  );
}

/**
 * What a provider answered to a function of its own, such as `aws.getRegion`, where the SDK reports a promise of the program that was
 * rejected with it: through which properties it came, and stack frames of the SDK, say nothing more.
 */
export function rejectedAnswer(text: string): string | undefined {
  const [, answer] =
    /^Unhandled exception: .*?invocation of \S+ returned an error: ([\s\S]*)$/.exec(text) ?? [];
  return answer?.replace(/\n\s+at .*/g, "").trim();
}

/**
 * What AWS answered, without what Pulumi's bridge to the provider puts around it: it reports each failure twice, as a line of its log and as
 * a list of one (`sdk.helper_schema` of pulumi-terraform-bridge).
 */
export function answerOfAws(text: string): string {
  const [, logged] =
    /^\s*sdk-v2\/provider2\.go:\d+: sdk\.helper_schema: (.*): provider=\S+\s*$/s.exec(text) ?? [];
  const [, listed] = /^1 error occurred:\s*\* (.*)$/s.exec(text) ?? [];
  return (logged ?? listed ?? text).trim();
}
