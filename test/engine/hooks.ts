import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import type { Test } from "mocha";
import { findEngine, systemTools } from "../../automation/engine/cli/pulumi-cli";
import { builtHosts } from "./node-host";

// The SDK takes a stack trace with every promise, and mapping each to TypeScript is half of a test's work.
Error.stackTraceLimit = 4;

const usersHome = process.env.PULUMI_HOME;
let home: string | undefined;

/** Around the whole tier: an engine, and nothing of the user's own Pulumi and AWS settings. */
export const mochaHooks = {
  async beforeAll(this: Mocha.Context) {
    const engine = await installedEngine();
    if (engine === undefined) {
      this.test?.parent?.eachTest((test: Test) => {
        test.title += " (no Pulumi CLI on this machine)";
      });
      this.skip();
    }
    for (const name of Object.keys(process.env)) {
      if (/^(AWS|PULUMI)_/.test(name)) delete process.env[name];
    }
    home = await fs.mkdtemp(path.join(os.tmpdir(), "pulumi-home-"));
    process.env.PULUMI_HOME = home;
    process.env.PULUMI_SKIP_UPDATE_CHECK = "true";
    // Releases have hosts of their own beside the CLI, which go before those that are built here.
    const cli = path.isAbsolute(engine) ? [path.dirname(engine)] : [];
    process.env.PATH = [...cli, process.env.PATH, ...builtHosts].join(path.delimiter);
  },

  async afterAll() {
    if (home === undefined) return;
    // The next file of the same process looks for the engine where the user has it, and must not create this folder again.
    if (usersHome === undefined) delete process.env.PULUMI_HOME;
    else process.env.PULUMI_HOME = usersHome;
    await fs.rm(home, { recursive: true, force: true, maxRetries: 5 });
  },
};

/** Where the CLI is, without a download or a build: these are for the installation of the machine. */
async function installedEngine(): Promise<string | undefined> {
  const notHere = async () => {
    throw new Error("tests install nothing");
  };
  try {
    const { command } = await findEngine({ tools: { ...systemTools, download: notHere, build: notHere } });
    return command;
  } catch {
    return undefined;
  }
}
