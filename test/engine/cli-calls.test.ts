import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { filledIn, TestProject } from "./harness";
import { LoggedCli } from "./logged-cli";

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
