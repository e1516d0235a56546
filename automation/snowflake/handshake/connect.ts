import { settingsError } from "../../../components/settings/problems";
import { parseSettings } from "../../../components/settings/read-settings";
import type { Phase } from "../../../components/settings/settings";
import { commandLine } from "../../command-line";
import { Deployment } from "../../deploy/deployment";
import type { DeploymentOptions } from "../../deploy/deployment-options";
import { renderChanges } from "../../engine/changes";
import { decryptedSettings } from "../../engine/decrypted-settings";
import { messageOf, PipelineError, StackBusyError, UsageError } from "../../errors";
import { parseOutputs } from "../../outputs";
import { editStackFile, type StackFile, settingChange } from "../../project/stack-file";
import { redact } from "../../terminal/redact";
import { type Answers, parseAnswers } from "../answers/answers";
import { type HandshakeChange, type HandshakePlan, planHandshake, type Question, shown } from "./handshake";
import { handshakeStack, isBehind } from "./handshake-stack";

/** Snowflake's answers, and how to save them. */
export interface ConnectOptions extends DeploymentOptions {
  /** Output of the SQL's parts `setup` and `load`, whole or one statement's: its text, or as it was read. */
  readonly answers: string | Answers;
  /** Asked before settings are written. @default yes */
  readonly confirm?: ((changes: readonly HandshakeChange[]) => boolean | Promise<boolean>) | undefined;
  /** Deploys what was written. @default true */
  readonly deploy?: boolean | undefined;
}

/** What came of Snowflake's answers. */
export interface ConnectResult {
  /** `declined` where `confirm` said no. */
  readonly outcome: "unchanged" | "declined" | "written" | "deployed";
  /** Settings that were written, or would have been. */
  readonly changes: readonly HandshakeChange[];
  /** Phase of the stack as it is deployed now. */
  readonly phase: Phase;
  /** Whether the settings know more of Snowflake than what is deployed: `up` is due. */
  readonly behind: boolean;
  /** What is still needed from Snowflake. */
  readonly awaited: readonly Question[];
}

/**
 * Takes Snowflake's answers over: checks them, writes settings, deploys. The same answers again change nothing.
 *
 * @throws UsageError where an answer is incomplete, wrong or another stack's; nothing is changed then.
 * @throws PipelineError or StackBusyError where the deployment fails; what was written stays.
 */
export async function connect(options: ConnectOptions): Promise<ConnectResult> {
  const answers = typeof options.answers === "string" ? parseAnswers(options.answers) : options.answers;
  const callsAws = options.deploy !== false;
  return takeOver(await Deployment.open({ ...options, callsAws }), answers, options);
}

/** How far the hand-over is, without an answer of Snowflake's: nothing is changed. */
export async function connection(options: DeploymentOptions): Promise<ConnectResult> {
  const none: Answers = { pipes: [], snsTopicArns: [], unrecognised: [], contradictions: [] };
  return takeOver(await Deployment.open(options), none, options);
}

async function takeOver(
  deployment: Deployment,
  answers: Answers,
  options: Omit<ConnectOptions, "answers">,
): Promise<ConnectResult> {
  const { stack, workDir, onProgress = () => undefined } = options;
  const rawOutputs = await deployment.rawOutputs();
  const outputs = parseOutputs(rawOutputs);
  const { settings } = await decryptedSettings(deployment.open);
  const plan = planHandshake(handshakeStack(outputs, settings), answers);
  const secrets = Object.values(rawOutputs).flatMap(({ value, secret }) => (secret ? [String(value)] : []));
  refuse(plan, stack, secrets);
  const { changes, awaited } = plan;
  const found = { changes, awaited, phase: outputs.phase, behind: isBehind(outputs, settings) };
  if (changes.length === 0) return { ...found, outcome: "unchanged" };

  refuseUnwritable(deployment.open.file, changes);
  if (options.confirm && !(await options.confirm(changes))) return { ...found, outcome: "declined" };
  await editStackFile(
    stack,
    changes.map(({ path, to }) => settingChange(path, to)),
    workDir,
  );
  if (options.deploy === false) return { ...found, outcome: "written", behind: true };

  try {
    // Settings are read when a stack is opened.
    const changed = await Deployment.open(options);
    const expected = await changed.preview();
    onProgress({ kind: "note", message: renderChanges(expected) });
    const { phase } = (await changed.up({}, expected)).outputs;
    return { ...found, outcome: "deployed", phase, behind: false };
  } catch (error) {
    throw withAdvice(
      error,
      `Snowflake's answers are in Pulumi.${stack}.yaml all the same; when the cause is gone, run \`${commandLine("up", stack)}\``,
    );
  }
}

/** Changes nothing because of what is wrong or missing, and says all of it. */
function refuse({ problems, incomplete }: HandshakePlan, stack: string, secrets: readonly string[]): void {
  const reasons = [...problems, ...incomplete.map((what) => `missing: ${what}`)];
  if (reasons.length === 0) return;
  const text = reasons.map((reason) => `\n  ${reason}`).join("");
  throw new UsageError(
    `nothing was changed, since Snowflake's answers are not right for stack "${stack}":${redact(text, secrets)}`,
  );
}

/**
 * @throws UsageError where a change would put plain text in an encrypted setting's place, or make the settings unusable.
 */
export function refuseUnwritable(file: StackFile, changes: readonly HandshakeChange[]): void {
  const values: Record<string, unknown> = structuredClone(file.values);
  for (const { path, to } of changes) {
    const change = settingChange(path, to);
    const name = change.path.join(".");
    const encrypted = file.encrypted.find((key) => name === key || name.startsWith(`${key}.`));
    if (encrypted !== undefined) {
      throw new UsageError(
        `nothing was changed: ${path.join(".")} has to be ${shown(to)}, and Pulumi.${file.stack}.yaml has ${encrypted} ` +
          "encrypted, which would become plain text. Set it yourself, by `pulumi config set --secret`, and run `up`",
      );
    }
    setIn(values, change.path, to);
  }
  const { problems } = parseSettings({ ...file, values });
  if (problems.length > 0) {
    throw new UsageError(`nothing was changed: ${settingsError(file, problems)}`);
  }
}

/** In place: a copy of the section for each of a thousand queues would take seconds. */
function setIn(values: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = "", ...rest] = path;
  if (rest.length === 0) {
    values[key] = value;
    return;
  }
  const inner = values[key];
  const section = typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>) : {};
  values[key] = section;
  setIn(section, rest, value);
}

function withAdvice(error: unknown, advice: string): Error {
  const message = `${messageOf(error)}\n${advice}`;
  const because = { cause: error };
  return error instanceof StackBusyError
    ? new StackBusyError(message, because)
    : new PipelineError(message, because);
}
