import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse, parseDocument } from "yaml";
import type { DeploymentOptions } from "../../automation";
import { editStackFile, projectDir, settingChange } from "../../automation/project/stack-file";
import { PROJECT } from "../../components/settings/settings";
import { fixtureProject } from "../fixtures/project";
import { type FakeAccount, startAccount } from "./fake-account";
import type { World } from "./fake-provider/world";
import { hostVariables } from "./node-host";
import { type Ended, type Running, start } from "./processes";

/** What the engine's state says, as far as tests look at it. */
export interface State {
  readonly resources: readonly StateEntry[];
  readonly pendingOperations: readonly unknown[];
}

interface StateEntry {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly id?: string;
  readonly protect?: boolean;
}

export const PASSPHRASE = "correct horse battery";

/** What `pulumi` needs to run the program. */
const PROGRAM = [
  "index.ts",
  "bin",
  "automation",
  "components",
  "provider",
  "node_modules",
  "package.json",
  "tsconfig.json",
  "tsconfig.pulumi.json",
] as const;

/** A copy of the fixture project in a folder of its own, with the fake provider and an empty state. */
export class TestProject {
  public readonly world: World;
  public readonly dir: string;
  /** Whether updates look at AWS first: the fake account speaks to the engine alone. */
  public preflight = false;
  /** By which `pulumi` itself compiles the program; a file in the project's folder. */
  public tsconfig = "tsconfig.pulumi.json";
  /** Of the environment, what this project needs beyond the fake account: a key for its secrets. */
  public variables: Readonly<Record<string, string>> = {};

  private constructor(
    private readonly root: string,
    private account: FakeAccount,
    public readonly stack: string,
  ) {
    this.dir = path.join(root, "project");
    this.world = account.world;
  }

  /** @param settings what differs from the settings that the fixture project has for this stack: prod's, unless it is dev. */
  public static async create(
    stack = "dev",
    settings: Readonly<Record<string, unknown>> = {},
  ): Promise<TestProject> {
    const root = await fs.mkdtemp(path.join(os.tmpdir(), "pipeline-"));
    const project = new TestProject(root, await startAccount(path.join(root, "aws")), stack);
    await fs.mkdir(path.join(project.dir, "state"), { recursive: true });
    const description = parseDocument(await fs.readFile(path.join(fixtureProject, "Pulumi.yaml"), "utf8"));
    description.setIn(
      ["plugins", "providers"],
      [
        { name: "aws", path: path.join(__dirname, "fake-provider") },
        { name: "awsx", path: path.join(__dirname, "fake-awsx") },
        { name: "braintrust-snowflake", path: path.join(__dirname, "fake-provider") },
      ],
    );
    await fs.writeFile(path.join(project.dir, "Pulumi.yaml"), description.toString());
    const fixture = `Pulumi.${stack === "dev" ? "dev" : "prod"}.yaml`;
    await fs.copyFile(path.join(fixtureProject, fixture), path.join(project.dir, `Pulumi.${stack}.yaml`));
    await project.set(settings);
    return project;
  }

  /** Writes settings of this project, `undefined` to remove one. */
  public async set(settings: Readonly<Record<string, unknown>>): Promise<void> {
    const changes = Object.entries(settings).map(([key, value]) => settingChange([key], value));
    await editStackFile(this.stack, changes, this.dir);
  }

  /** Writes the whole configuration of this project, by whole keys, instead of what there is. */
  public async configure(config: Readonly<Record<string, unknown>>): Promise<void> {
    const file = path.join(this.dir, `Pulumi.${this.stack}.yaml`);
    const document = parseDocument(await fs.readFile(file, "utf8"));
    document.set("config", document.createNode(config));
    await fs.writeFile(file, document.toString());
  }

  /** What an engine and the command line need to find the fake account and the passphrase. */
  public get environment(): Record<string, string> {
    return {
      FAKE_AWS_PORT: this.account.port,
      PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
      AWS_EC2_METADATA_DISABLED: "true",
      ...this.variables,
    };
  }

  /** For the typed functions. */
  public get options(): DeploymentOptions {
    return {
      stack: this.stack,
      workDir: this.dir,
      environment: this.environment,
      skipPreflight: !this.preflight,
    };
  }

  /** Runs the command line on this project's stack and waits for its end. */
  public run(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return this.start(args, environment).ended;
  }

  /** Starts the command line on this project's stack, as the leader of a process group of its own. */
  public start(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Running {
    const [command = "", ...rest] = args;
    const stack = rest.some((arg) => /^--(stack|stacks|all)$/.test(arg)) ? [] : ["--stack", this.stack];
    const updates = ["up", "preview", "connect", "launch", "rotate-keys"].includes(command);
    return start(
      [
        process.execPath,
        "-r",
        "ts-node/register",
        path.join(projectDir, "automation", "cli.ts"),
        command,
        "--cwd",
        this.dir,
        ...stack,
        ...rest,
        ...(updates && !this.preflight ? ["--skip-preflight"] : []),
      ],
      projectDir,
      { ...this.environment, ...environment },
    );
  }

  /**
   * Runs the Pulumi CLI itself on this project's folder and waits for its end; it must succeed. Commands that run the program
   * (`up`, `preview`, `refresh --run-program`) need {@link linkProgram} first, and a Node host (node-host.ts):
   *
   *     await project.linkProgram();
   *     await project.pulumi("up", "--stack", project.stack, "--yes");
   */
  public async pulumi(...args: readonly string[]): Promise<Ended> {
    const ended = await this.startPulumi(...args).ended;
    assert.equal(ended.code, 0, `pulumi ${args.join(" ")}: ${ended.stdout}${ended.stderr}`);
    return ended;
  }

  /** Starts the Pulumi CLI itself, as {@link pulumi} does: to see it fail, or to kill it with its process group. */
  public startPulumi(...args: readonly string[]): Running {
    return start(["pulumi", ...args, "--non-interactive"], this.dir, {
      ...this.environment,
      ...hostVariables(path.join(this.dir, this.tsconfig)),
      // The project names its providers; `pulumi` would look for those of node_modules on the network each time.
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    });
  }

  /** Brings the repository's program into the project's folder, for {@link pulumi}. */
  public async linkProgram(): Promise<void> {
    for (const name of PROGRAM) await fs.symlink(path.join(projectDir, name), path.join(this.dir, name));
  }

  /** The stack's state as it lies in the backend; `undefined` before the stack is made. */
  public async state(): Promise<State | undefined> {
    const text = await fs.readFile(this.stateFile, "utf8").catch(() => undefined);
    if (text === undefined) return undefined;
    const latest = JSON.parse(text).checkpoint.latest;
    return { resources: latest?.resources ?? [], pendingOperations: latest?.pending_operations ?? [] };
  }

  /** Where the backend keeps the stack's state. */
  public get stateFile(): string {
    return path.join(this.backend, "stacks", PROJECT, `${this.stack}.json`);
  }

  /** Files that say that an update holds a stack. */
  public async locks(): Promise<string[]> {
    const files = await filesBelow(path.join(this.backend, "locks"));
    return files.filter((file) => file.endsWith(".json"));
  }

  /** The stack's settings file. */
  public async stackFile(): Promise<{ config: Record<string, unknown> }> {
    return parse(await fs.readFile(path.join(this.dir, `Pulumi.${this.stack}.yaml`), "utf8"));
  }

  /** Every file of the project's folder, state and its history among them, by path. */
  public async texts(): Promise<Map<string, string>> {
    const files = await filesBelow(this.dir);
    return new Map(
      await Promise.all(files.map(async (file) => [file, await fs.readFile(file, "utf8")] as const)),
    );
  }

  /** Waits until the fake account is asked for this. */
  public async asked(operation: string, name: string): Promise<void> {
    for (;;) {
      if (this.world.calls().some((call) => call.operation === operation && call.name === name)) return;
      await sleep(50);
    }
  }

  /**
   * Waits until a fault makes the operation on this resource wait, and an update has noted its lock, which counts as another machine's
   * without that: the engine's first event may reach the command line after the provider's call reached the account.
   */
  public async held(name: string): Promise<void> {
    await this.asked("held", name);
    while (!(await this.locksAreNoted())) await sleep(50);
  }

  private async locksAreNoted(): Promise<boolean> {
    const note = path.join(this.backend, "lock-notes", PROJECT, `${this.stack}.json`);
    const noted = await fs.readFile(note, "utf8").catch(() => "");
    return (await this.locks()).every((lock) => noted.includes(path.basename(lock)));
  }

  /** Starts the account's process again, after its death. */
  public async revive(): Promise<void> {
    this.account.process.kill();
    this.account = await startAccount(path.join(this.root, "aws"));
  }

  /** Keeps a copy of account and state, for {@link restore}. */
  public async keep(name: string): Promise<void> {
    for (const dir of ["aws", "project"]) {
      await fs.cp(path.join(this.root, dir), path.join(this.root, `${dir}-${name}`), { recursive: true });
    }
  }

  /** Brings account, settings and state back to what they were. */
  public async restore(name: string): Promise<void> {
    for (const dir of ["aws", "project"]) {
      await fs.rm(path.join(this.root, dir), { recursive: true, force: true, maxRetries: 5 });
      await fs.cp(path.join(this.root, `${dir}-${name}`), path.join(this.root, dir), { recursive: true });
    }
  }

  /** The state tells of exactly the resources that the account holds, and nothing is left half done. */
  public async assertSettled(): Promise<void> {
    const state = await this.state();
    assert.deepEqual(state?.pendingOperations ?? [], []);
    assert.deepEqual(await this.locks(), []);
    const known = (state?.resources ?? []).filter(
      ({ custom, type }) => custom && !type.startsWith("pulumi:"),
    );
    assert.deepEqual(
      known.map(({ id }) => id).sort(),
      this.world
        .things()
        .map(({ id }) => id)
        .sort(),
    );
  }

  public async remove(): Promise<void> {
    this.account.process.kill();
    await fs.rm(this.root, { recursive: true, force: true, maxRetries: 5 });
  }

  private get backend(): string {
    return path.join(this.dir, "state", ".pulumi");
  }
}

/** Settings with which nothing is awaited but the pipes' queues. */
export const filledIn = {
  braintrust: { accountId: "111122223333", orgId: "org-1" },
  snowflake: { iamUserArn: "arn:aws:iam::444455556666:user/abc", externalId: "braintrust-test-0123456789" },
} as const;

async function filesBelow(dir: string): Promise<string[]> {
  const entries = await fs.readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}
