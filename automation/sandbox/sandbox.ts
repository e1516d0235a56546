import * as fs from "node:fs/promises";
import * as path from "node:path";
import { stackNameRule } from "../../components/settings/rules/text-rules";
import type { AwsCredentialIdentity } from "../aws/credentials";
import { Deployment } from "../deploy/deployment";
import { summarize } from "../engine/changes";
import { PipelineError, UsageError } from "../errors";
import { readStackFile, type StackFile } from "../project/stack-file";
import type { ProgressListener } from "../terminal/progress";
import { type Report, skippedWords, summaryWords } from "../verify/report";
import type { VerifyTarget } from "../verify/verify";
import { type Emulator, startEmulator } from "./emulator";
import { type Environment, enterEnvironment, sandboxEnvironment, shellScript } from "./environment";
import { createSandboxProject } from "./project";
import {
  createSnowflakeUser,
  exportAsBraintrust,
  readAsSnowflake,
  receiveEvents,
  removeSnowflakeUser,
} from "./third-parties";

/** How the sandbox is run. */
export interface SandboxOptions {
  readonly stack: string;
  /** An emulator that runs already. @default one is started */
  readonly endpoint?: string | undefined;
  /** Leaves stack and emulator up when all is shown. */
  readonly keep?: boolean | undefined;
  readonly onProgress: ProgressListener;
  /** Receives each step that has been shown, with what was seen. */
  readonly onShown: (step: string, seen: string) => void;
  /** Proves the stack, as the command `verify` does. */
  readonly verify: (target: VerifyTarget) => Promise<Report>;
  readonly signal: AbortSignal;
}

/** Where a sandbox that was kept is found. */
export interface KeptSandbox {
  readonly workDir: string;
  readonly endpoint: string;
  /** PEM file that vouches for the endpoint. */
  readonly caFile: string;
  /** Shell script that gives a terminal what commands need to work on the stack. */
  readonly environmentFile: string;
  /** Ends the emulator and removes the project: its state is of no use without it. */
  readonly stop: () => Promise<void>;
}

/**
 * Shows the whole pipeline against an AWS emulator: up, files written as Braintrust, events seen, files read as Snowflake,
 * verify, an empty second preview, destroy with nothing left.
 *
 * @returns the sandbox, where it is kept.
 * @throws UsageError, EmulatorMissingError where none can be had; PipelineError at the first step that does not hold.
 */
export async function runSandbox(options: SandboxOptions): Promise<KeptSandbox | undefined> {
  const { stack, onProgress, signal } = options;
  if (!stackNameRule.holds(stack)) {
    throw new UsageError(`--stack ${stack}: ${stackNameRule.rule}; ${stackNameRule.fix}`);
  }
  const onNote = (message: string) => onProgress({ kind: "note", message });
  const emulator = await startEmulator({
    onProgress: onNote,
    signal,
    endpoint: options.endpoint,
  });
  const environment = sandboxEnvironment(emulator);
  let workDir: string | undefined;
  let made: Made | undefined;
  const stop = async () => {
    const restore = enterEnvironment(environment);
    try {
      if (emulator.goesOn && made !== undefined) await clear(made, onProgress);
    } finally {
      restore();
      await emulator.stop();
      if (workDir !== undefined) await fs.rm(workDir, { recursive: true, force: true });
    }
  };
  const restore = enterEnvironment(environment);
  let kept = false;
  try {
    workDir = await createSandboxProject(stack, emulator);
    const file = await readStackFile(stack, workDir);
    made = { stack, workDir, file, snowflake: await createSnowflakeUser(file) };
    await show(options, made);
    if (!options.keep) return undefined;
    const environmentFile = await writeEnvironment(workDir, environment);
    kept = true;
    return { workDir, endpoint: emulator.endpoint, caFile: emulator.caFile, environmentFile, stop };
  } finally {
    restore();
    if (!kept) await stop();
  }
}

/** What the sandbox has in the emulator. */
interface Made {
  readonly stack: string;
  readonly workDir: string;
  readonly file: StackFile;
  readonly snowflake: AwsCredentialIdentity;
}

/** Takes it out of an emulator that others may keep using; not even Ctrl-C spares that. */
async function clear({ stack, workDir, file, snowflake }: Made, onProgress: ProgressListener): Promise<void> {
  onProgress({ kind: "note", message: "taking out of the emulator what the sandbox has made there" });
  const deployment = await Deployment.open({ stack, workDir, create: true, onProgress });
  if ((await deployment.stateResources()).length > 0) await deployment.destroy();
  await removeSnowflakeUser(file, snowflake);
}

async function show(options: SandboxOptions, { stack, workDir, file, snowflake }: Made): Promise<void> {
  const { signal, onProgress, onShown } = options;
  const deployment = await Deployment.open({ stack, workDir, create: true, signal, onProgress });

  const { changes, outputs } = await deployment.up();
  onShown("up", `${summarize(changes)}; phase ${outputs.phase}`);

  const keys = await exportAsBraintrust(file, outputs);
  onShown("export", `Braintrust's role wrote ${keys.join(", ")}`);

  const announced = await receiveEvents(file, outputs, keys);
  const silent = keys.filter((key) => !announced.includes(key));
  if (silent.length > 0) throw new PipelineError(`no event came for ${silent.join(", ")}`);
  onShown("events", `one for each of ${keys.length} files`);

  const sizes = await readAsSnowflake(file, outputs, snowflake, keys);
  onShown("read", `Snowflake's role read ${sizes.reduce((sum, size) => sum + size, 0)} bytes`);

  const report = await options.verify({ stack, workDir, signal, snowflake });
  onShown("verify", summaryWords(report));
  for (const skipped of skippedWords(report)) onShown("skipped", skipped);

  const again = await deployment.preview();
  if (again.length > 0) throw new PipelineError(`a second preview has changes: ${summarize(again)}`);
  onShown("preview", "no changes");

  if (options.keep) return;
  const deleted = await deployment.destroy();
  const left = (await deployment.stateResources()).length;
  if (left > 0) throw new PipelineError(`destroy left ${left} resources in the state`);
  onShown("destroy", `${summarize(deleted)}; nothing is left`);
}

/** Points this process's own AWS clients and the engine at the emulator; undone by the function returned. */
export function enter(emulator: Pick<Emulator, "environment">): () => void {
  return enterEnvironment(sandboxEnvironment(emulator));
}

/** For another terminal, where the sandbox is kept. It holds the passphrase, so that it is for its owner alone. */
async function writeEnvironment(dir: string, environment: Environment): Promise<string> {
  const file = path.join(dir, "environment.sh");
  await fs.writeFile(file, shellScript(environment), { mode: 0o600 });
  return file;
}
