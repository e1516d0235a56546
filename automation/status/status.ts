import type { UpdateSummary } from "@pulumi/pulumi/automation";
import { z } from "zod";
import { phaseOf, type Settings } from "../../components/settings/settings";
import { AwsCallError, awsCall } from "../aws/aws-call";
import { clientSettings } from "../aws/client-settings";
import { braintrustClient } from "../braintrust/api";
import { type ExportStatus, exportStatuses } from "../braintrust/export-status";
import { Deployment } from "../deploy/deployment";
import type { DeploymentOptions } from "../deploy/deployment-options";
import { type PreflightAws, preflightAws } from "../deploy/preflight/aws";
import type { Change } from "../engine/changes";
import { commandError } from "../engine/engine-errors";
import { readState, type StackState } from "../engine/state/state";
import { messageOf, PipelineError, throwMistake } from "../errors";
import { type KeyService, keyService, userOf } from "../keys/access-keys";
import type { StackFile } from "../project/stack-file";
import {
  type AlarmState,
  type Finding,
  judgeAlarms,
  judgeDrift,
  judgeExports,
  judgeKeys,
  judgePending,
  judgeUpdate,
  nextAction,
  type StatusReport,
} from "./status-report";

/** Which stack, and what to look at. */
export interface StatusOptions extends Omit<DeploymentOptions, "create"> {
  /** Compares the state with the live resources, which takes most of the time. @default true */
  readonly drift?: boolean | undefined;
  /** Braintrust's API, asked with BRAINTRUST_API_KEY of this process. @default "https://api.braintrust.dev" */
  readonly apiUrl?: string | undefined;
}

/** What a status is gathered from. */
export interface StatusSources {
  readonly settings: Settings;
  /** The last operation, if there was one. */
  lastUpdate(): Promise<UpdateSummary | undefined>;
  state(): Promise<StackState>;
  /** What differs in AWS from the state; absent where nobody asks. */
  readonly drift?: (() => Promise<readonly Change[]>) | undefined;
  /** The states of these alarms. Needs cloudwatch:DescribeAlarms. */
  alarms(names: readonly string[]): Promise<AlarmState[]>;
  keys(): Promise<Pick<KeyService, "keys">>;
  /** What Braintrust has for these streams; absent without a key. */
  readonly exports?: ((streams: readonly StreamFolder[]) => Promise<ExportStatus[]>) | undefined;
}

/**
 * How a stack is and what to do next. What AWS does not tell is `unknown` in the report, with the right to grant.
 *
 * @throws UsageError and PipelineError where the stack cannot be opened or its state cannot be read, or at an
 * interruption.
 */
export async function status(options: StatusOptions): Promise<StatusReport> {
  const deployment = await Deployment.open(options);
  const { stack, file, settings } = deployment.open;
  const report = await gatherStatus({
    settings,
    // Without the last argument the engine would decrypt the configuration that it lists.
    lastUpdate: async () => {
      const updates = stack.history(1, 1, false).catch((error: unknown) => {
        throw commandError(stack.name, "history", error);
      });
      return (await updates)[0];
    },
    state: () => readState(stack),
    drift: options.drift === false ? undefined : () => driftOf(deployment),
    alarms: (names) => alarmStates(file, names),
    keys: () => keyService(file),
    exports: exportsBy(options),
  });
  if (options.signal?.aborted) {
    throw new PipelineError(`stack "${settings.stack}": interrupted before everything was looked at`);
  }
  return report;
}

function exportsBy({ apiUrl, signal }: StatusOptions): StatusSources["exports"] {
  const { BRAINTRUST_API_KEY: apiKey } = process.env;
  if (!apiKey) return undefined;
  const client = braintrustClient({ apiKey, signal, baseUrl: apiUrl });
  return (streams) => exportStatuses(client, streams);
}

/** Milliseconds until AWS counts as out of reach. */
const REACH_TIMEOUT_MS = 10_000;

async function driftOf(deployment: Deployment): Promise<Change[]> {
  await refuseSilence(await preflightAws(deployment.open.file));
  return deployment.previewRefresh();
}

/**
 * The provider would retry for many minutes where AWS does not answer. Of an answer that it does not like
 * it will tell by itself.
 *
 * @throws PipelineError where none comes in time.
 */
export async function refuseSilence(
  aws: Pick<PreflightAws, "identity">,
  timeoutMs = REACH_TIMEOUT_MS,
): Promise<void> {
  const late = AbortSignal.timeout(timeoutMs);
  await aws.identity(late).catch(() => {
    if (late.aborted) throw new PipelineError(`AWS has not answered within ${timeoutMs / 1000} s`);
  });
}

/** Asks every source and judges what it says. */
export async function gatherStatus(sources: StatusSources, now = new Date()): Promise<StatusReport> {
  const { settings } = sources;
  const { stack } = settings;
  const [update, state] = await Promise.all([sources.lastUpdate(), sources.state()]);
  const [drift, alarms, accessKeys, exports] = await Promise.all([
    findDrift(stack, sources),
    findAlarms(sources, state),
    findKeys(sources, state, now),
    findExports(sources, state),
  ]);
  const deployedPhase = deployedPhaseOf(state);
  const findings = {
    deployedPhase,
    lastUpdate: judgeUpdate(stack, update),
    pending: judgePending(stack, state.pending),
    drift,
    alarms,
    accessKeys,
    exports,
  };
  return { stack, phase: phaseOf(settings), ...findings, next: nextAction(settings, findings) };
}

async function findDrift(stack: string, { drift }: StatusSources): Promise<StatusReport["drift"]> {
  if (drift === undefined) return { verdict: "skipped", evidence: "not looked for" };
  try {
    return judgeDrift(stack, await drift());
  } catch (error) {
    return unknownBy(error);
  }
}

async function findAlarms(
  { alarms }: StatusSources,
  { resources }: StackState,
): Promise<StatusReport["alarms"]> {
  const names = resources.flatMap(({ type, id }) =>
    type === "aws:cloudwatch/metricAlarm:MetricAlarm" && id !== undefined ? [id] : [],
  );
  try {
    return judgeAlarms(names.length === 0 ? [] : await alarms(names));
  } catch (error) {
    return unknownBy(error);
  }
}

async function findKeys(
  { settings: { stack, snowflake }, keys }: StatusSources,
  state: StackState,
  now: Date,
): Promise<StatusReport["accessKeys"]> {
  const user = userOf(state);
  if (user === undefined) {
    const evidence = snowflake.access === "role" ? "none: Snowflake assumes a role" : "none yet";
    return { verdict: "ok", evidence, details: [] };
  }
  try {
    return judgeKeys(stack, await (await keys()).keys(user.userName), now);
  } catch (error) {
    return unknownBy(error);
  }
}

const streamFolders = z.array(z.object({ name: z.string(), url: z.string() }));

/** A stream as the stack's outputs have it. */
type StreamFolder = z.infer<typeof streamFolders>[number];

async function findExports(
  { settings, exports }: StatusSources,
  state: StackState,
): Promise<StatusReport["exports"]> {
  if (exports === undefined) return { verdict: "skipped", evidence: "BRAINTRUST_API_KEY is not set" };
  const deployed = state.resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs?.streams;
  const streams = streamFolders.safeParse(deployed).data;
  if (streams === undefined) return { verdict: "skipped", evidence: "the stack has no streams yet" };
  try {
    return judgeExports(settings.stack, await exports(streams));
  } catch (error) {
    return unknownBy(error);
  }
}

function unknownBy(error: unknown): Finding<never> {
  throwMistake(error);
  const message = messageOf(error);
  if (!(error instanceof AwsCallError && error.refused)) return unknown(message);
  return unknown(`AWS refused ${error.action}`, `grant ${error.action} to the caller`);
}

function unknown(evidence: string, fix?: string): Finding<never> {
  return { verdict: "unknown", evidence, ...(fix === undefined ? {} : { fix }) };
}

/** The stack itself is a resource too, and has its outputs. */
function deployedPhaseOf({ resources }: StackState): string | undefined {
  const phase = resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs?.phase;
  return typeof phase === "string" ? phase : undefined;
}

/** Most names that CloudWatch takes at once. */
const ALARMS_A_CALL = 100;

async function alarmStates(file: StackFile, names: readonly string[]): Promise<AlarmState[]> {
  const { CloudWatchClient, DescribeAlarmsCommand } = await import("@aws-sdk/client-cloudwatch");
  const cloudWatch = new CloudWatchClient(clientSettings(file, "cloudwatch"));
  const states = new Map<string, AlarmState>();
  for (let start = 0; start < names.length; start += ALARMS_A_CALL) {
    const AlarmNames = names.slice(start, start + ALARMS_A_CALL);
    const { MetricAlarms = [] } = await awsCall("cloudwatch:DescribeAlarms", () =>
      cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames, MaxRecords: ALARMS_A_CALL })),
    );
    for (const {
      AlarmName: name = "",
      StateValue: state = "INSUFFICIENT_DATA",
      StateReason: reason,
    } of MetricAlarms) {
      states.set(name, { name, state, reason });
    }
  }
  return names.map((name) => states.get(name) ?? { name, state: "missing" });
}
