import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { clientSettings } from "../../automation/aws/client-settings";
import { projectDir } from "../../automation/project/stack-file";
import { SNOWFLAKE_USER } from "../../automation/sandbox/project";
import { Exporter } from "../automation/braintrust/exporter";
import { apiKey, type FakeBraintrust, startBraintrust } from "../automation/braintrust/server";
import { type Running, start } from "../engine/processes";
import { RealSnow } from "../snowflake/real-snow";
import type { Sandbox, SandboxStack } from "./harness";
import { snowflakeIn } from "./snowflake-in-sandbox";

const TOKEN = "bt-st-canary-service-token";
const ACCOUNT = "000000000000";
const EXPORT_EVERY_MS = 4000;

/** A stack that has settings alone, a Braintrust that exports what is scheduled, and a Snowflake account, all on one emulator. */
export class LaunchScene {
  /** What no one may see. */
  public readonly secrets = [apiKey, TOKEN];
  private readonly over = new AbortController();

  private constructor(
    public readonly stack: SandboxStack,
    public readonly braintrust: FakeBraintrust,
    public readonly snow: RealSnow,
    /** Where the commands' temporary files go. */
    public readonly folder: string,
  ) {}

  public static async create(sandbox: Sandbox, name: string): Promise<LaunchScene> {
    const stack = await sandbox.stack(name, {
      braintrust: undefined,
      snowflake: undefined,
      streams: [{ name: "logs" }],
      events: { mode: "snowflake-queue" },
    });
    const braintrust = await startBraintrust();
    const chat = { id: randomUUID(), org_id: randomUUID(), name: "chat" };
    braintrust.projects.push(chat);
    braintrust.organizations.push({ id: chat.org_id, name: "Acme" });
    const channel = `sf-snowpipe-${name}`;
    const snow = await RealSnow.connect(
      await snowflakeIn(stack, channel),
      `arn:aws:iam::${ACCOUNT}:user/${SNOWFLAKE_USER}`,
      `arn:aws:sqs:us-east-1:${ACCOUNT}:${channel}`,
    );
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "launch-"));
    const scene = new LaunchScene(stack, braintrust, snow, folder);
    void scene.exportAll();
    return scene;
  }

  /** Starts the command, which needs no answer. */
  public launch(...args: readonly string[]): Running {
    const { stack, workDir } = this.stack.target;
    const cli = path.join(projectDir, "automation", "cli.ts");
    const command = [
      process.execPath,
      "-r",
      "ts-node/register",
      cli,
      "launch",
      "--stack",
      stack,
      "--cwd",
      workDir,
    ];
    const target = ["--project", "chat", "--account-id", ACCOUNT, "--api-url", this.braintrust.baseUrl];
    const keys = { BRAINTRUST_API_KEY: apiKey, BRAINTRUST_SERVICE_TOKEN: TOKEN };
    return start([...command, ...target, "--yes", ...args], projectDir, {
      ...this.snow.environment,
      ...keys,
      TMPDIR: this.folder,
    });
  }

  /** Every text file that the commands have left, by its path. */
  public async files(): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for (const dir of [this.folder, this.stack.target.workDir]) {
      for (const entry of await fs.readdir(dir, { recursive: true, withFileTypes: true })) {
        const file = path.join(entry.parentPath, entry.name);
        if (entry.isFile()) found.set(file, await fs.readFile(file, "latin1"));
      }
    }
    return found;
  }

  public async remove(): Promise<void> {
    this.over.abort();
    await this.braintrust.close();
    await this.snow.remove();
    await fs.rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Runs what is scheduled until the scene ends, in one layout after the other. */
  private async exportAll(): Promise<void> {
    const { signal } = this.over;
    const settings = (service: string) => clientSettings(this.stack.file, service);
    const s3 = { ...settings("s3"), forcePathStyle: true };
    const exporter = new Exporter(this.braintrust, { sts: settings("sts"), s3 });
    for (let run = 0; !signal.aborted; run += 1) {
      const layout = run % 2 === 0 ? "byRun" : "partitioned";
      for (const id of this.braintrust.schedules.keys()) {
        await exporter.run(id, layout, [{ id: `row-${run}` }]);
      }
      await sleep(EXPORT_EVERY_MS, undefined, { signal }).catch(() => {});
    }
  }
}

/** Command lines of all processes until a command has ended, as anyone on the machine sees them. */
export async function commandLinesDuring({ ended }: Running): Promise<Set<string>> {
  const seen = new Set<string>();
  const over = new AbortController();
  const end = ended.finally(() => over.abort());
  while (!over.signal.aborted) {
    const { stdout } = await promisify(execFile)("ps", ["-A", "-ww", "-o", "args="]);
    for (const line of stdout.split("\n")) seen.add(line);
    await Promise.race([end, sleep(400)]);
  }
  return seen;
}
