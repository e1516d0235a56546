import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { filledIn, TestProject } from "./harness";

/** A `pulumi` first on PATH that writes down each call before it does it. */
class LoggedCli {
  private constructor(private readonly folder: string) {}

  public static async create(): Promise<LoggedCli> {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "logged-"));
    const real = execFileSync("sh", ["-c", "command -v pulumi"], { encoding: "utf8" }).trim();
    const script = `#!/bin/sh\necho "$*" >> '${folder}/calls'\nexec '${real}' "$@"\n`;
    await fs.writeFile(path.join(folder, "pulumi"), script, { mode: 0o755 });
    return new LoggedCli(folder);
  }

  public get environment(): Record<string, string> {
    return { PATH: `${this.folder}${path.delimiter}${process.env.PATH}` };
  }

  /** The calls since the last time, without what they were given. */
  public async taken(): Promise<string[]> {
    const file = path.join(this.folder, "calls");
    const lines = (await fs.readFile(file, "utf8").catch(() => "")).split("\n").filter(Boolean);
    await fs.rm(file, { force: true });
    return lines.map((line) =>
      line
        .split(" ")
        .slice(0, /^stack/.test(line) ? 2 : 1)
        .join(" "),
    );
  }

  public remove(): Promise<void> {
    return fs.rm(this.folder, { recursive: true });
  }
}

describe("calls of the Pulumi CLI", () => {
  let cli: LoggedCli;
  let project: TestProject;

  before(async () => {
    cli = await LoggedCli.create();
    const secretId = { ...filledIn.snowflake, access: "user", iamUserArn: undefined, externalId: undefined };
    project = await TestProject.create("dev", { ...filledIn, snowflake: secretId });
  });
  after(async () => {
    await project.remove();
    await cli.remove();
  });

  async function callsOf(...args: readonly string[]): Promise<string[]> {
    const { code, stdout, stderr } = await project.run(args, cli.environment);
    assert.equal(code, 0, `${stdout}${stderr}`);
    return cli.taken();
  }

  it("are six at most for an update that creates the stack, one for a preview, and the version's once", async () => {
    const first = await callsOf("up", "--create", "--yes");
    assert.deepEqual(first.filter((call) => call === "version").length, 1);
    const rest = first.filter((call) => call !== "version");
    assert.ok(rest.length <= 6, rest.join(", "));
    assert.deepEqual(await callsOf("preview"), ["preview"]);
    const again = await callsOf("up", "--yes");
    assert.ok(again.length <= 6 && again.includes("up"), again.join(", "));
    assert.ok(!again.includes("version"));
    // A secret is decrypted by one; without, the state's file says it all.
    assert.deepEqual(await callsOf("outputs"), ["stack export"]);
  });

  it("show the same outputs as Pulumi's own", async () => {
    const { stdout } = await project.run(["outputs", "--json", "--show-secrets"], cli.environment);
    const own = await project.pulumi("stack", "output", "--json", "--show-secrets", "--stack", "dev");
    const ours: unknown = JSON.parse(stdout);
    assert.deepEqual(ours, JSON.parse(own.stdout));
    assert.match(own.stdout, /"snowflakeSecretAccessKey": "(?!\[secret\])/);
    const masked = await project.run(["outputs", "--json"], cli.environment);
    assert.match(masked.stdout, /"snowflakeSecretAccessKey": "\[secret\]"/);
  });

  it("ask a CLI that was replaced for its version", async () => {
    const file = path.join(cli.environment.PATH?.split(path.delimiter)[0] ?? "", "pulumi");
    await fs.appendFile(file, "# another\n");
    await cli.taken();
    assert.deepEqual(await callsOf("preview"), ["version", "preview"]);
    assert.deepEqual(await callsOf("preview"), ["preview"]);
  });
});
