import { setTimeout as sleep } from "node:timers/promises";
import { Deployment } from "../../deploy/deployment";
import type { DeploymentOptions } from "../../deploy/deployment-options";
import { PipelineError, throwMistake, UsageError } from "../../errors";
import { accessKeyOf, type PipelineOutputs } from "../../outputs";
import { type Answers, type IntegrationAnswer, parseAnswers, quote } from "../answers/answers";
import { accountOf, autoIngests, integrationsOf, lookSql } from "../sql/integration-sql";
import { namesOf } from "../sql/names";
import { snowflakeSqlFiles } from "../sql/sql";
import { type ConnectResult, connect, connection } from "./connect";
import { lastLines, runSnow, SnowError } from "./snow";

/** The whole hand-over by the Snowflake CLI. */
export interface ConnectRunOptions extends DeploymentOptions {
  /** Connection of the Snowflake CLI's own configuration. @default the CLI's default */
  readonly connection?: string | undefined;
  /** For each run of the Snowflake CLI, in milliseconds. @default one hour */
  readonly timeoutMs?: number | undefined;
}

/** What the hand-over does in AWS and in Snowflake. */
export interface HandOver {
  readonly outputs: () => Promise<PipelineOutputs>;
  /** How far it is. */
  readonly look: () => Promise<ConnectResult>;
  readonly connect: (answers: Answers) => Promise<ConnectResult>;
  readonly up: () => Promise<unknown>;
  readonly run: (sql: string, secrets: readonly string[]) => Promise<string>;
  /** @throws where the work is cancelled meanwhile. */
  readonly wait: (milliseconds: number) => Promise<unknown>;
  readonly note: (message: string) => void;
}

/**
 * Hands a deployed stack over to Snowflake by the Snowflake CLI: sets Snowflake up, takes its answers over, deploys, and
 * loads. Every step may be run again, so that after a failure the same call resumes.
 *
 * @throws PipelineError where `snow` is missing or fails, says what cannot be read, or AWS refuses.
 */
export async function connectBySnow(options: ConnectRunOptions): Promise<ConnectResult> {
  const { connection: name, timeoutMs, signal, environment, onProgress = () => undefined } = options;
  return handOver({
    outputs: async () => (await Deployment.open(options)).outputs(),
    look: () => connection(options),
    connect: (answers) => connect({ ...options, answers }),
    up: async () => (await Deployment.open({ ...options, callsAws: true })).up(),
    run: (sql, secrets) => runSnow(sql, { connection: name, timeoutMs, signal, environment, secrets }),
    wait: (milliseconds) =>
      sleep(milliseconds, undefined, signal ? { signal } : {}).catch(() => {
        throw new PipelineError("cancelled while waiting for AWS; run the same command again to resume");
      }),
    note: (message) => onProgress({ kind: "note", message }),
  });
}

/** Loads until the last one came after the bucket's events were connected; more rounds than two mean that answers change. */
const ROUNDS = 3;
/** IAM takes seconds, rarely a minute, until every part of AWS knows a new trust policy. */
const ATTEMPTS = 8;
const WAIT_MS = 15_000;

/** The order of the steps, apart from how each is done. */
export async function handOver(work: HandOver): Promise<ConnectResult> {
  await refuseForeign(work, await work.outputs());
  if ((await work.look()).behind) {
    await work.up();
    await refuseForeign(work, await work.outputs());
  }
  const outputs = await work.outputs();
  await step(work, outputs, "setup");
  for (let round = 1; round <= ROUNDS; round += 1) {
    const result = await step(work, outputs, "load");
    if (result.outcome === "deployed") {
      work.note("the bucket's events reach Snowflake now: loading what came before they did");
      continue;
    }
    if (result.awaited.length === 0) return result;
    const awaited = result.awaited.map(({ text }) => `\n  ${text}`).join("");
    throw new PipelineError(`the SQL ran, but its results lack:${awaited}`);
  }
  throw new PipelineError(
    `Snowflake's answers were others in each of ${ROUNDS} rounds: is it set up by two stacks?`,
  );
}

/** Looks before it changes anything: the name of our integration may be that of another's. */
async function refuseForeign(work: HandOver, outputs: PipelineOutputs): Promise<void> {
  const names = namesOf(outputs);
  for (const integration of integrationsOf(outputs, names)) {
    const { stored, property, roleArn, setting } = integration;
    const answers = await work.run(lookSql(integration, names), []).catch((error: unknown) => {
      if (isRefusal(error, /does not exist/i)) return undefined;
      throw error;
    });
    if (answers === undefined) continue;
    const found = propertiesOf(answers);
    if (found[property] === roleArn) continue;
    if (found.COMMENT === names.comment && found[property]?.startsWith(accountOf(roleArn))) continue;
    throw new UsageError(
      `nothing was changed: the integration ${quote(stored)} exists and is not of this stack, its ${property} is ` +
        `${quote(found[property])} and not ${quote(roleArn)}; choose another name in ${setting}`,
    );
  }
}

/** One of another type has none of the properties that are read. */
function propertiesOf(answers: string): IntegrationAnswer {
  const isOther = /"property"\s*:/.test(answers) && !/"(STORAGE_|SF_AWS_|AWS_SNS_)/.test(answers);
  if (isOther) return {};
  const { storageIntegration, errorIntegration } = readable(answers, "the look at the integration", []);
  return { ...storageIntegration, ...errorIntegration };
}

async function step(
  work: HandOver,
  outputs: PipelineOutputs,
  part: "setup" | "load",
): Promise<ConnectResult> {
  // In user mode the stages hold a key, which goes into the SQL and nowhere else.
  const key = accessKeyOf(outputs);
  const secrets = key === undefined ? [] : [key.secretAccessKey];
  const files = snowflakeSqlFiles(outputs, part, { revealSecrets: key });
  // The last file has the answers.
  let answers = "";
  for (const [index, { text }] of files.entries()) {
    const which = files.length === 1 ? part : `${part} (file ${index + 1} of ${files.length})`;
    answers = await trusted(work, which, () => work.run(text, secrets));
  }
  if (!isAnswered(outputs, part)) return work.look();
  return work.connect(readable(answers, `the SQL of ${part}`, secrets));
}

function readable(answers: string, part: string, secrets: readonly string[]): Answers {
  try {
    return parseAnswers(answers);
  } catch (error) {
    throwMistake(error);
    throw new PipelineError(
      `what the Snowflake CLI answered to ${part} cannot be read${lastLines(answers, secrets)}`,
    );
  }
}

/** Whether a part of the SQL ends with answers for `connect`. */
function isAnswered(outputs: PipelineOutputs, part: "setup" | "load"): boolean {
  if (part === "load") return autoIngests(outputs);
  const { access, errorIntegration } = outputs.snowflake;
  return access === "role" || errorIntegration !== undefined || outputs.eventsMode === "sns";
}

/** Runs a part, again where AWS does not yet know whom it is to trust. */
async function trusted(work: HandOver, part: string, run: () => Promise<string>): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    work.note(`running the SQL of ${part} in Snowflake`);
    try {
      return await run();
    } catch (error) {
      if (attempt === ATTEMPTS || !isDistrust(error)) throw error;
      work.note(
        `AWS does not trust Snowflake yet: retrying in ${WAIT_MS / 1000} s (attempt ${attempt + 1} of ${ATTEMPTS})`,
      );
      await work.wait(WAIT_MS);
    }
  }
}

/** Snowflake's error 003167 and the like: docs.snowflake.com/en/user-guide/data-load-s3-config-storage-integration */
function isDistrust(error: unknown): boolean {
  return isRefusal(error, /error assuming aws_role|not authorized to perform/i);
}

/** Whether Snowflake says this. The CLI folds its messages wherever a line is full. */
function isRefusal(error: unknown, message: RegExp): boolean {
  return error instanceof SnowError && message.test(error.message.replace(/\s+/g, " "));
}
