import { filledIn, TestProject } from "../test/engine/harness";
import { LoggedCli } from "../test/engine/logged-cli";
import { enterEngine, succeed } from "./engine";

/** How often a command calls the Pulumi CLI, with the state in a folder. */
export interface CliCalls {
  /** Of an `up` that creates the stack. */
  readonly up: number;
  /** Of a preview of the stack that is up. */
  readonly preview: number;
}

/** Counts them by a `pulumi` on PATH that logs. */
export async function countCliCalls(): Promise<CliCalls> {
  const leave = await enterEngine();
  const cli = await LoggedCli.create();
  const project = await TestProject.create("dev", filledIn);
  const calls = async (...args: readonly string[]) => {
    await succeed(project, args, cli.environment);
    return (await cli.taken()).length;
  };
  try {
    return { up: await calls("up", "--create", "--yes"), preview: await calls("preview") };
  } finally {
    await project.remove();
    await cli.remove();
    await leave();
  }
}
