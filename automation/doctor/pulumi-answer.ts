import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { PulumiCommand } from "@pulumi/pulumi/automation";

const run = promisify(execFile);

/** What the Pulumi CLI prints. The SDK keeps its own way of running it to itself. */
export async function pulumiAnswer(
  { command }: PulumiCommand,
  args: readonly string[],
  signal: AbortSignal,
  environment: NodeJS.ProcessEnv = {},
): Promise<string> {
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true", ...environment };
  const { stdout } = await run(command, [...args, "--non-interactive"], { env, signal });
  return stdout;
}
