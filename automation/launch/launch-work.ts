import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { clientSettings, pathStyle } from "../aws/client-settings";
import { braintrustClient, type ExportType } from "../braintrust/api";
import { planExports } from "../braintrust/exports";
import { braintrustInstructions } from "../braintrust/instructions";
import { checkedKey } from "../braintrust/request";
import { Deployment } from "../deploy/deployment";
import type { DeploymentOptions } from "../deploy/deployment-options";
import { doctor } from "../doctor/doctor";
import { summarize } from "../engine/changes";
import { PipelineError, UsageError } from "../errors";
import type { PipelineOutputs } from "../outputs";
import { editStackFile, projectDir, readStackFile, settingChange, settingsOf } from "../project/stack-file";
import { connection as handshake } from "../snowflake/handshake/connect";
import { connectBySnow } from "../snowflake/handshake/connect-run";
import { runSnow, SnowMissingError } from "../snowflake/handshake/snow";
import { arrivalSql } from "../snowflake/sql/arrival-sql";
import { isExport } from "../verify/export-files";
import { arrivalsOf } from "./arrivals";
import { type BraintrustChange, braintrustChanges, refuseIncomplete } from "./braintrust-settings";
import type { LaunchWork } from "./launch";

/** What is launched, and how the three systems are reached. */
export interface LaunchOptions extends DeploymentOptions {
  /** Braintrust project, by name or id. */
  readonly project?: string | undefined;
  /** Braintrust's AWS account, where the settings do not say it yet. */
  readonly accountId?: string | undefined;
  readonly exportType?: ExportType | undefined;
  /** Start to start. @default 3600 */
  readonly intervalSeconds?: number | undefined;
  /** @default "https://api.braintrust.dev" */
  readonly apiUrl?: string | undefined;
  /** Connection of the Snowflake CLI. @default the CLI's default */
  readonly connection?: string | undefined;
}

const MINUTE_MS = 60_000;
const PAUSE_MS = 5000;

/** How Braintrust is reached with this environment's key; `undefined` without one. */
function braintrustRequest({ apiUrl, signal }: LaunchOptions) {
  const { BRAINTRUST_API_KEY: apiKey, BRAINTRUST_SERVICE_TOKEN: serviceToken } = process.env;
  if (!apiKey) return undefined;
  return {
    apiKey,
    serviceToken: serviceToken ? checkedKey(serviceToken, "BRAINTRUST_SERVICE_TOKEN") : undefined,
    signal,
    baseUrl: apiUrl,
  };
}

/** The settings that the launch would write; changes nothing. */
export async function plannedSettings(options: LaunchOptions): Promise<readonly BraintrustChange[]> {
  const { stack, workDir = projectDir, project: named, accountId } = options;
  const file = await readStackFile(stack, workDir);
  const settings = settingsOf(file);
  const request = braintrustRequest(options);
  if (request !== undefined && named === undefined) {
    throw new UsageError("--project is needed: the name or id of the Braintrust project to export");
  }
  const project =
    request === undefined || named === undefined ? undefined : await braintrustClient(request).project(named);
  const changes = braintrustChanges(settings, file, { project, accountId });
  refuseIncomplete(settings, changes);
  return changes;
}

/** The work of a launch on AWS, Braintrust and Snowflake themselves. */
export function launchWork(options: LaunchOptions, confirm: () => Promise<boolean>): LaunchWork {
  const { stack, signal, environment, connection, timeoutMs, intervalSeconds = 3600 } = options;
  const { onProgress = () => undefined } = options;
  const workDir = path.resolve(options.workDir ?? projectDir);
  const note = (message: string) => onProgress({ kind: "note", message });
  const snow = { connection, timeoutMs, signal, environment };
  return {
    doctor: () => doctor({ stack, workDir, apiUrl: options.apiUrl, connection, signal }),
    confirm,
    settings: async () => {
      const changes = await plannedSettings(options);
      if (changes.length === 0) return "complete";
      await editStackFile(
        stack,
        changes.map((change) => settingChange(change.path, change.to)),
        workDir,
      );
      return `wrote ${changes.map((change) => change.path.join(".")).join(", ")}`;
    },
    up: async () => {
      const deployment = await Deployment.open({
        ...options,
        create: true,
        chooseExternalId: true,
        callsAws: true,
      });
      const { changes, outputs } = await deployment.up();
      return { summary: `${summarize(changes)}; phase ${outputs.phase}`, outputs };
    },
    exports: async (outputs) => {
      const request = braintrustRequest(options);
      if (request === undefined || options.project === undefined) {
        note(braintrustInstructions(outputs));
        return undefined;
      }
      const { project, exportType } = options;
      const planned = await planExports(outputs, { ...request, project, intervalSeconds, exportType });
      return planned.apply();
    },
    snowflake: async () => {
      try {
        return (await connectBySnow(options)).phase;
      } catch (error) {
        if (!(error instanceof SnowMissingError)) throw error;
        const { awaited, behind, phase } = await handshake(options);
        // Somebody has done it by hand.
        if (awaited.length === 0 && !behind) return phase;
        throw error;
      }
    },
    firstExport: (outputs, stream) => firstExport(options, outputs, stream),
    arrivals: async (outputs) => arrivalsOf(await runSnow(arrivalSql(outputs), snow)),
    waiting: {
      deadlineMs: timeoutMs ?? intervalSeconds * 1000 + 15 * MINUTE_MS,
      pauseMs: PAUSE_MS,
      pause: (milliseconds) =>
        sleep(milliseconds, undefined, signal ? { signal } : {}).catch(() => {
          throw new PipelineError("cancelled; run the same command again to resume");
        }),
      now: Date.now,
      note,
    },
  };
}

/** The first object of a stream that is an export, in the order of keys. */
async function firstExport(
  { stack, workDir }: LaunchOptions,
  { bucketName: Bucket, streams }: PipelineOutputs,
  stream: string,
): Promise<string | undefined> {
  const { S3 } = await import("@aws-sdk/client-s3");
  const file = await readStackFile(stack, workDir);
  const s3 = new S3({ ...clientSettings(file, "s3"), forcePathStyle: pathStyle(file) });
  const url = streams.find(({ name }) => name === stream)?.url ?? "";
  const Prefix = url.slice(`s3://${Bucket}/`.length);
  for (let ContinuationToken: string | undefined; ; ) {
    const page = await s3.listObjectsV2({ Bucket, Prefix, ContinuationToken });
    const found = page.Contents?.find(isExport);
    if (found !== undefined) return found.Key;
    ContinuationToken = page.NextContinuationToken;
    if (ContinuationToken === undefined) return undefined;
  }
}
