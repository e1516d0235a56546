import * as path from "node:path";
import { RunError } from "@pulumi/pulumi";
import {
  LocalWorkspace,
  type PulumiCommand,
  type Stack,
  StackNotFoundError,
} from "@pulumi/pulumi/automation";
import { packageDir } from "../../components/package";
import { PROJECT, type Settings } from "../../components/settings/settings";
import { commandLine } from "../command-line";
import { isDebugging } from "../debug";
import {
  InternalError,
  messageOf,
  PipelineError,
  throwMistake,
  UnknownStackError,
  UsageError,
} from "../errors";
import { lacksExternalId, newExternalId, withExternalId } from "../project/external-id";
import { projectDir, readStackFile, type StackFile, settingsOf } from "../project/stack-file";
import { ownName } from "../project/stack-name";
import { listed } from "../terminal/counted";
import { backendFolder, backendUrlOf, keepStatePrivate } from "./backend";
import { findEngine } from "./cli/pulumi-cli";
import { requireHome } from "./cli/pulumi-home";
import { backendError, engineErrors, projectError } from "./engine-errors";
import { environmentTexts } from "./environment-texts";
import { type InlineProgram, inlineProgram } from "./inline-program";
import { withProviderSecrets } from "./provider-secrets";
import { answerUpdates, knownStack } from "./sdk-internals";
import { requirePassphrase } from "./secrets-provider";
import { readStateFile } from "./state/state-file";
import { readOutputs } from "./state/state-outputs";
import { removeTornAttributes } from "./state/torn-attributes";

/** Which stack, and how to reach it. */
export interface WorkspaceOptions {
  readonly stack: string;
  /** Folder of Pulumi.yaml and the stacks' files. @default this project */
  readonly workDir?: string | undefined;
  /** Creates the stack where the backend has none of that name. @default an error naming those that exist */
  readonly create?: boolean | undefined;
  /**
   * Leaves it to the engine's operation to find that the backend has no such stack, which spares a call of the CLI where the backend
   * is no folder. @default the stack is looked for first
   */
  readonly assumeExists?: boolean | undefined;
  /** Chooses an external id for a stack that lacks one; an update writes it. @default without one the role cannot be assumed */
  readonly chooseExternalId?: boolean | undefined;
  /** What the engine and its plugins see in addition to this process's own environment. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Comes once the stack's file is checked, and before anything is created. What it throws ends it. @default nothing */
  readonly onChecked?: ((file: StackFile) => Promise<void>) | undefined;
  /** Receives what takes long before the engine starts: its download or build. */
  readonly onNote?: ((message: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A stack of the backend with its checked settings. */
export interface OpenStack {
  readonly stack: Stack;
  readonly file: StackFile;
  readonly settings: Settings;
  /** What the program takes for the stack's external id where its file has none. */
  readonly chosenExternalId: string | undefined;
  /** Where its state is, see {@link backendUrlOf}. */
  readonly backendUrl: string | undefined;
  /**
   * What the program threw when the engine ran it: a UsageError for its settings, of which encrypted ones are checked only
   * there, or an InternalError. The SDK hands on its message alone.
   */
  readonly refusal: () => UsageError | InternalError | undefined;
  /** The error for a stack that the backend turned out not to have. */
  readonly unknown: () => Promise<UnknownStackError>;
}

/**
 * Checks the stack's settings and opens it with the program inline, over the settings and the state of `pulumi up`.
 *
 * @throws UsageError for unusable settings, a missing passphrase or, as UnknownStackError, an unknown stack, before
 * anything is changed.
 * @throws PipelineError where no Pulumi engine can be had or the backend cannot be reached.
 */
export async function openStack(options: WorkspaceOptions): Promise<OpenStack> {
  const workDir = options.workDir ?? projectDir;
  const file = await readStackFile(options.stack, workDir);
  const written = settingsOf(file);
  const chosenExternalId =
    options.chooseExternalId && lacksExternalId(file, written) ? newExternalId(file.stack) : undefined;
  const completed = (settings: Settings) => withExternalId(settings, chosenExternalId);
  const environment = withPlugins(environmentTexts(options.environment));
  const allVariables = { ...process.env, ...environment };
  const backendUrl = await backendUrlOf(workDir, allVariables);
  await requirePassphrase(file, { workDir, backendUrl, environment: allVariables, onNote: options.onNote });
  await options.onChecked?.(file);
  await keepStatePrivate(backendUrl, workDir);
  await requireHome(allVariables);
  const [pulumiCommand, { buildPipeline }] = await Promise.all([
    findEngine({
      ...(options.onNote ? { onProgress: options.onNote } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    }),
    // It takes as long to load as the engine to tell its version, which is asked first.
    import("../../components/program"),
  ]);
  if (isDebugging()) options.onNote?.(`Pulumi ${pulumiCommand.version} at ${pulumiCommand.command}`);
  let refusal: UsageError | InternalError | undefined;
  const program = inlineProgram(() => {
    try {
      return buildPipeline(completed);
    } catch (error) {
      refusal = RunError.isInstance(error)
        ? new UsageError(error.message)
        : new InternalError(`the program failed: ${messageOf(error)}`, { cause: error });
      throw error;
    }
  });
  const { secretsProvider } = file;
  const engine = { workDir, pulumiCommand, envVars: environment, secretsProvider, backendUrl };
  // Pre-flight checks of an existing bucket and encrypted settings of the provider look into the stack before the engine does.
  const assumed =
    options.assumeExists && !options.create && !written.existingBucket && file.encrypted.length === 0;
  const stack = await select({ ...options, assumeExists: assumed }, engine, program);
  answerUpdates(stack, () => readOutputs(stack));
  return {
    stack,
    file: await withProviderSecrets(file, stack),
    settings: completed(written),
    chosenExternalId,
    backendUrl,
    refusal: () => refusal,
    unknown: () => unknownStack(options.stack, engine),
  };
}

/** The engine looks for the plugin of a shared bucket on its PATH, so that a project's Pulumi.yaml need not name it. */
function withPlugins(environment: Record<string, string>): Record<string, string> {
  const { PATH = process.env.PATH } = environment;
  const searched = [path.join(packageDir, "provider", "plugin"), PATH, path.dirname(process.execPath)];
  return { ...environment, PATH: searched.filter(Boolean).join(path.delimiter) };
}

interface EngineOptions {
  readonly workDir: string;
  readonly pulumiCommand: PulumiCommand;
  readonly envVars: Record<string, string>;
  /** For a stack that is created; of one that exists the engine reads it from the stack's file. */
  readonly secretsProvider: string | undefined;
  readonly backendUrl: string | undefined;
}

async function select(
  { stack: stackName, create, assumeExists }: WorkspaceOptions,
  engine: EngineOptions,
  program: InlineProgram,
): Promise<Stack> {
  const args = { stackName, projectName: PROJECT, program };
  const folder = backendFolder(engine.backendUrl, engine.workDir);
  const isKnown =
    folder === undefined ? assumeExists : (await readStateFile(folder, ownName(stackName))) !== undefined;
  if (isKnown) return knownStack(stackName, { ...engine, program });
  const open = () =>
    create ? LocalWorkspace.createOrSelectStack(args, engine) : LocalWorkspace.selectStack(args, engine);
  try {
    return await open().catch(async (error: unknown) => {
      if (!/\bEOF\b/.test(String(error)) || !(await repairedAttributes(stackName, engine))) throw error;
      return open();
    });
  } catch (error) {
    if (error instanceof StackNotFoundError) throw await unknownStack(stackName, engine);
    throwMistake(error);
    const reason = messageOf(error);
    throw (
      projectError(reason) ??
      backendError(reason) ??
      new PipelineError(`stack "${stackName}" cannot be opened: ${engineErrors(reason)}`)
    );
  }
}

/** Whether a killed engine had left an incomplete attribute file, which is removed. */
async function repairedAttributes(stackName: string, engine: EngineOptions): Promise<boolean> {
  const folder = backendFolder(engine.backendUrl, engine.workDir);
  return folder !== undefined && (await removeTornAttributes(folder, ownName(stackName))) > 0;
}

async function unknownStack(stackName: string, engine: EngineOptions): Promise<UnknownStackError> {
  const workspace = await LocalWorkspace.create(engine);
  const known = await workspace.listStacks().then(
    (stacks) => {
      const names = stacks.map(({ name }) => name).sort();
      return names.length > 0 ? `the backend has ${listed(names)}` : "the backend has no stack yet";
    },
    (error: unknown) => `the backend does not list its stacks (${engineErrors(String(error))})`,
  );
  return new UnknownStackError(
    `no stack "${stackName}" exists: ${known}; \`${commandLine("up", stackName, " --create")}\` creates it`,
    engine.backendUrl,
  );
}
