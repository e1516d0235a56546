import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { projectDir } from "../../automation/project/stack-file";

/** The command `sandbox` in progress, in a process group and a folder for temporary files of its own. */
export class RunningSandbox {
  public stdout = "";
  public stderr = "";
  /** `null` where a signal ended it. */
  public readonly ended: Promise<number | null>;
  private onText = () => {};

  private constructor(
    private readonly child: ChildProcess,
    /** Where its temporary files go. */
    public readonly folder: string,
  ) {
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      this.onText();
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      this.onText();
    });
    this.ended = new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  }

  public static async start(...args: readonly string[]): Promise<RunningSandbox> {
    const folder = await mkdtemp(join(tmpdir(), "sandbox-command-"));
    const cli = join(projectDir, "automation", "cli.ts");
    const child = spawn(process.execPath, ["-r", "ts-node/register", cli, "sandbox", ...args], {
      cwd: projectDir,
      env: { ...process.env, TMPDIR: folder },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    return new RunningSandbox(child, folder);
  }

  /** Waits until one of its outputs says this, and returns what a group of the pattern has caught. */
  public async says(pattern: RegExp): Promise<string> {
    const said = new Promise<string>((resolve) => {
      this.onText = () => {
        const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
        if (match !== null) resolve(match[1] ?? match[0]);
      };
      this.onText();
    });
    const died = this.ended.then(() => assert.fail(`ended without ${pattern}: ${this.stdout}${this.stderr}`));
    return Promise.race([said, died]);
  }

  /** As a terminal's Ctrl-C does: to each process of the group. */
  public pressCtrlC(): void {
    process.kill(-this.id, "SIGINT");
  }

  /** As the system does when a terminal is closed: to each process of the group. */
  public hangUp(): void {
    process.kill(-this.id, "SIGHUP");
  }

  /** As a service manager does: to the command alone. */
  public terminate(): void {
    this.child.kill("SIGTERM");
  }

  /** Ends what is left of it, where a test has failed. */
  public kill(): void {
    try {
      process.kill(-this.id, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  /** No process, no file, and no emulator that answers. */
  public async assertNothingLeft(): Promise<void> {
    // The provider's own processes end when they notice that the engine has.
    for (let tries = 0; tries < 20 && (await this.processes()).length > 0; tries += 1) await sleep(250);
    assert.deepEqual(await this.processes(), []);
    // Node and the provider's plugin keep caches and sockets there too.
    const files = await readdir(this.folder);
    assert.deepEqual(
      files.filter((name) => /^(braintrust-snowflake|pulumi)/.test(name)),
      [],
    );
    const endpoint = /emulator is ready at (\S+)/.exec(this.stderr)?.[1];
    if (endpoint === undefined) return;
    const answer = await fetch(endpoint).then(
      ({ status }) => status,
      ({ cause }: { cause: { code: string } }) => cause.code,
    );
    assert.equal(answer, "ECONNREFUSED");
  }

  /** Of its group, and those that were given its folder: the emulator leads a group of its own. */
  private async processes(): Promise<string[]> {
    const { stdout } = await promisify(execFile)("ps", ["-A", "-ww", "-o", "pgid=,args="]);
    return stdout
      .split("\n")
      .filter((line) => Number.parseInt(line, 10) === this.id || line.includes(this.folder));
  }

  private get id(): number {
    return this.child.pid ?? assert.fail("the command did not start");
  }
}
