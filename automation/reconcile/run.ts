import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Readable } from "node:stream";
import { errorLine, isDenied } from "../aws/aws-errors";
import { clientSettings, pathStyle } from "../aws/client-settings";
import { Deployment } from "../deploy/deployment";
import type { DeploymentOptions } from "../deploy/deployment-options";
import { requireCredentials } from "../deploy/preflight/required-credentials";
import { decryptedSettings } from "../engine/decrypted-settings";
import { PipelineError, throwMistake } from "../errors";
import type { PipelineOutputs } from "../outputs";
import { pathError } from "../paths";
import { runSnow } from "../snowflake/handshake/snow";
import { readFilesAnswer } from "./known-files";
import { type MissingFile, missingStates } from "./load-missing-sql";
import { type FileReport, reconcile, type StreamReport } from "./reconciliation";
import { MOST_NAMED, namedStates } from "./report";
import type { FileState } from "./states";
import { type ArchiveRule, archiveRuleOf } from "./stored-files";

/** A stack whose files are compared. */
export interface ReconcileStack {
  readonly outputs: PipelineOutputs;
  /** Texts that no message may show. */
  readonly secrets: readonly string[];
  readonly exportEveryHours: number;
  /** What the names of files end in of which events tell. @default every file's */
  readonly suffix: string | undefined;
  readonly archiveRule: ArchiveRule | undefined;
  readonly open: Deployment["open"];
}

/** Where the SQL runs. */
export interface SnowflakeTarget {
  /** Connection of the Snowflake CLI's own configuration. @default the CLI's default */
  readonly connection?: string | undefined;
  readonly signal: AbortSignal;
}

/** What a comparison found. */
export interface Findings {
  readonly streams: readonly StreamReport[];
  /** The first files of each state that is no good one. */
  readonly worst: readonly FileReport[];
  readonly missing: readonly MissingFile[];
  /** When Snowflake gave the answers, in milliseconds since 1970. */
  readonly asked: number;
}

/** @throws UsageError and PipelineError where the stack cannot be opened or is not deployed. */
export async function openForReconcile(
  stack: string,
  workDir: string | undefined,
  options: Pick<DeploymentOptions, "onProgress" | "signal" | "callsAws">,
): Promise<ReconcileStack> {
  const deployment = await Deployment.open({ stack, workDir, ...options });
  const outputs = await deployment.outputs();
  const { settings, decrypted } = await decryptedSettings(deployment.open);
  return {
    outputs,
    secrets: [outputs.snowflakeSecretAccessKey ?? [], decrypted].flat(),
    suffix: settings.events.suffix,
    archiveRule: archiveRuleOf(settings),
    exportEveryHours: settings.monitoring.exportEveryHours,
    open: deployment.open,
  };
}

/**
 * Has the Snowflake CLI run SQL, and gives what it answers to `use`, by a file that only this user may read: the answer may be larger than the memory.
 *
 * @throws PipelineError where `snow` is missing or fails.
 */
export async function answersBySnow<Result>(
  sql: string,
  { secrets }: ReconcileStack,
  { connection, signal }: SnowflakeTarget,
  use: (answers: Readable) => Promise<Result>,
): Promise<Result> {
  const folder = await fs.promises.mkdtemp(path.join(os.tmpdir(), "reconcile-"));
  try {
    const handle = await fs.promises.open(path.join(folder, "answer.json"), "wx+", 0o600);
    try {
      await runSnow(sql, { connection, signal, secrets, answers: handle.fd });
      return await use(handle.createReadStream({ start: 0, autoClose: false }));
    } finally {
      await handle.close();
    }
  } finally {
    await fs.promises.rm(folder, { recursive: true, force: true });
  }
}

/** The answers in a file, `-` for standard input. */
export async function answersIn(file: string): Promise<Readable> {
  if (file === "-") return process.stdin;
  try {
    const handle = await fs.promises.open(file);
    // A folder can be opened, and not read.
    await handle.read({ buffer: Buffer.alloc(1), position: 0 });
    return handle.createReadStream({ start: 0 });
  } catch (error) {
    throw pathError(error, { key: "--file", value: file, fix: "give a file of Snowflake's answers" });
  }
}

/** Compares every file, and keeps the worst. */
export async function findingsOf(
  { outputs, suffix, archiveRule, open: { file } }: ReconcileStack,
  input: Readable,
  limits: { readonly maxAge: number; readonly signal: AbortSignal },
  onFile: (file: FileReport) => void | Promise<void>,
): Promise<Findings> {
  const answer = await readFilesAnswer(input);
  const { S3 } = await import("@aws-sdk/client-s3");
  const s3 = new S3({ ...clientSettings(file, "s3"), forcePathStyle: pathStyle(file) });
  // Snowflake may have listed the bucket itself.
  let hasCredentials: Promise<void> | undefined;
  const missing: MissingFile[] = [];
  const worst: FileReport[] = [];
  const named = new Map<FileState, number>();
  const streams = await reconcile({
    outputs,
    suffix,
    archiveRule,
    s3: {
      listObjectsV2: async (request, options) => {
        hasCredentials ??= requireCredentials(file);
        await hasCredentials;
        return s3.listObjectsV2(request, options).catch((error: unknown) => {
          throwMistake(error);
          limits.signal.throwIfAborted();
          const grant = isDenied(error) ? "; grant s3:ListBucket to the caller" : "";
          throw new PipelineError(
            `bucket ${outputs.bucketName} cannot be listed: ${errorLine(error)}${grant}`,
            {
              cause: error,
            },
          );
        });
      },
    },
    answer,
    ...limits,
    onFile: (found) => {
      const count = named.get(found.state) ?? 0;
      if (count < MOST_NAMED && namedStates.includes(found.state)) {
        named.set(found.state, count + 1);
        worst.push(found);
      }
      if (missingStates.includes(found.state)) {
        const { stream, key, state, modified } = found;
        missing.push({ stream, key, state, modified });
      }
      return onFile(found);
    },
  });
  return { streams, worst, missing, asked: Math.min(...answer.streams.map(({ now }) => now)) };
}
