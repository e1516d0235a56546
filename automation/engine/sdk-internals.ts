import type * as pulumi from "@pulumi/pulumi";
import {
  LocalWorkspace,
  type LocalWorkspaceOptions,
  type OutputMap,
  PulumiCommand,
  Stack,
} from "@pulumi/pulumi/automation";
import * as sdkServer from "@pulumi/pulumi/automation/server";
import * as sdkSettings from "@pulumi/pulumi/runtime/settings";
import SemVer from "semver/classes/semver";

type Callback = (error: Error | null | undefined, response?: unknown) => void;

/** By which an engine has an inline program run. */
interface LanguageServer {
  readonly program: () => Promise<pulumi.Inputs>;
  run(call: unknown, callback: Callback): unknown;
  /** Is called when the CLI has ended. */
  onPulumiExit(hasError: boolean): void;
}

/** What every language server of this process runs. */
export const languageServer = (
  sdkServer as unknown as { LanguageServer: { readonly prototype: LanguageServer } }
).LanguageServer.prototype;

/** How every gRPC client of the SDK in this process connects. */
export const { grpcClientOptions } = sdkSettings as unknown as {
  readonly grpcClientOptions: Record<string, unknown>;
};

/** A CLI whose version is known: `PulumiCommand.get` asks it. */
export function pulumiCommand(command: string, version: string): PulumiCommand {
  const Constructor = PulumiCommand as unknown as new (command: string, version: SemVer) => PulumiCommand;
  return new Constructor(command, new SemVer(version));
}

/** Opens a stack that is there, as far as is known: `Stack.select` has its workspace ask the CLI for it. */
export async function knownStack(name: string, options: LocalWorkspaceOptions): Promise<Stack> {
  const workspace = await LocalWorkspace.create(options);
  workspace.selectStack = async () => undefined;
  return Stack.select(name, workspace);
}

/** Ends updates of a stack with these outputs: `up` asks the CLI twice for its own, and once for a summary that nobody reads. */
export function answerUpdates(stack: Stack, outputs: () => Promise<OutputMap>): void {
  stack.outputs = outputs;
  stack.info = async () => undefined;
}
