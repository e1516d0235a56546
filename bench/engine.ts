import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { findEngine } from "../automation/engine/cli/pulumi-cli";
import type { TestProject } from "../test/engine/harness";
import { builtHosts } from "../test/engine/node-host";

/** Of the environment, for as long as an engine is entered. */
const CHANGED = ["PATH", "PULUMI_HOME", "PULUMI_SKIP_UPDATE_CHECK"] as const;

/** The engine on PATH, with a home that has nothing of the user's. */
export async function enterEngine(): Promise<() => Promise<void>> {
  const { command } = await findEngine();
  const before = CHANGED.map((name) => [name, process.env[name]] as const);
  const home = await mkdtemp(join(tmpdir(), "pulumi-home-"));
  const cli = isAbsolute(command) ? [dirname(command)] : [];
  process.env.PATH = [...cli, process.env.PATH, ...builtHosts].join(delimiter);
  process.env.PULUMI_HOME = home;
  process.env.PULUMI_SKIP_UPDATE_CHECK = "true";
  return async () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  };
}

/** Runs the command line on a project, which must succeed. */
export async function succeed(
  project: TestProject,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<void> {
  const { code, stderr } = await project.run(args, environment);
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${stderr}`);
}
