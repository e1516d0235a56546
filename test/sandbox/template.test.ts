import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { findEngine } from "../../automation/engine/cli/pulumi-cli";
import { packageDir } from "../../components/package";
import { builtHosts, needNodeHost } from "../engine/node-host";
import { type Ended, start } from "../engine/processes";
import { packInto } from "../packing";
import { type Aws, inventory, useSandbox } from "./harness";

/** Answers to what `pulumi new` asks; none is the default. */
const answers = {
  "aws:region": "us-east-1",
  "braintrust-snowflake:snowflakeRegion": "AWS_US_EAST_1",
  "braintrust-snowflake:format": "parquet",
};

describe("a project of the template, by pulumi alone", () => {
  const sandbox = useSandbox();
  let root: string;
  let project: string;
  let environment: NodeJS.ProcessEnv;
  let emulator: Record<string, unknown>;
  let aws: Aws;
  let empty: string[];

  const run = async (...command: readonly string[]): Promise<Ended> => {
    const ended = await start(command, project, environment).ended;
    assert.equal(ended.code, 0, `${command.join(" ")}: ${ended.stdout}${ended.stderr}`);
    return ended;
  };
  const pulumi = (...args: readonly string[]) => run("pulumi", ...args, "--non-interactive");
  const command = (...args: readonly string[]) => run("npx", "--no-install", "braintrust-snowflake", ...args);
  const outputs = async () => JSON.parse((await pulumi("stack", "output", "--json")).stdout);

  before(async function () {
    root = await fs.mkdtemp(path.join(os.tmpdir(), "template-"));
    project = path.join(root, "exports");
    const backend = path.join(root, "state");
    for (const folder of [project, backend]) await fs.mkdir(folder);
    const { command: cli } = await findEngine();
    environment = {
      PATH: [path.dirname(cli), process.env.PATH, ...builtHosts].join(path.delimiter),
      PULUMI_BACKEND_URL: `file://${backend}`,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      npm_config_prefer_offline: "true",
      // A registry that hangs is asked again before npm's own five minutes: docs.npmjs.com/cli/using-npm/config#fetch-timeout
      npm_config_fetch_timeout: "60000",
    };
    process.env.PATH = environment.PATH;
    await needNodeHost(this);
    const stack = await sandbox.stack("dev");
    emulator = Object.fromEntries(
      Object.entries(stack.file.values).filter(([key]) => /^aws:(e|s3)/.test(key)),
    );
    aws = stack.clients();
    empty = await inventory(aws);
  });
  after(() => fs.rm(root, { recursive: true, force: true, maxRetries: 5 }));

  it("is created in an empty folder with what was answered, and asks for no plugin that it does not use", async () => {
    const template = path.join(root, "template");
    await fs.cp(path.join(packageDir, "template"), template, {
      recursive: true,
      filter: (file) => !file.endsWith(".tgz"),
    });
    const packed = await packInto(template, environment);
    assert.equal(packed.code, 0, packed.stderr);
    const config = Object.entries({ ...answers, ...emulator }).flatMap(([key, value]) => [
      "--config",
      `${key}=${value}`,
    ]);
    await pulumi("new", template, "--yes", ...config);
    const { stdout } = await pulumi("config", "--json");
    const settings: Record<string, { value?: string }> = JSON.parse(stdout);
    for (const [key, value] of Object.entries(answers)) assert.equal(settings[key]?.value, value, key);
    const { stdout: plugins } = await pulumi("plugin", "ls", "--project", "--json");
    const asked: { name: string; kind: string }[] = JSON.parse(plugins);
    assert.deepEqual(
      asked.filter(({ kind }) => kind === "resource").map(({ name }) => name),
      ["aws", "awsx"],
    );
  });

  it("is deployed by `pulumi up` as it is, and says what is next", async () => {
    await pulumi(
      "config",
      "set",
      "--path",
      "braintrust-snowflake:monitoring.enabled",
      "false",
      "--type",
      "bool",
    );
    await pulumi("up", "--yes");
    const { phase, nextStep, streams } = await outputs();
    assert.equal(phase, "awaiting-braintrust");
    assert.match(nextStep, /`pulumi config set --path braintrust-snowflake:braintrust.accountId ID`/);
    assert.deepEqual(
      streams.map(({ format }: { format: string }) => format),
      ["parquet"],
    );
  });

  it("is verified by one command, after which neither tool has anything to change", async () => {
    await command("verify", "--stack", "dev");
    await command("preview", "--stack", "dev", "--expect-no-changes");
    await pulumi("preview", "--expect-no-changes");
    await pulumi("refresh", "--yes", "--expect-no-changes");
  });

  it("has nothing to change after `pulumi import` of what its state had lost", async () => {
    const { deployment } = JSON.parse((await pulumi("stack", "export")).stdout);
    const { type, urn, parent, inputs } = deployment.resources.find(
      (resource: { type: string }) => resource.type === "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    );
    await pulumi("state", "delete", urn, "--yes");
    const kept = ["--yes", "--protect=false", "--generate-code=false"];
    const id = `${inputs.role}/${inputs.policyArn}`;
    await pulumi("import", type, urn.split("::").at(-1), id, "--parent", `owner=${parent}`, ...kept);
    await pulumi("preview", "--expect-no-changes");
    await command("preview", "--stack", "dev", "--expect-no-changes");
  });

  it("comes to its next phase by the commands of nextStep", async () => {
    for (const [, key = "", id = ""] of (await outputs()).nextStep.matchAll(
      /`pulumi config set --path (\S+) (ID)`/g,
    )) {
      await pulumi(
        "config",
        "set",
        "--path",
        key,
        key.endsWith("accountId") ? "000000000000" : id.toLowerCase(),
      );
    }
    await pulumi("up", "--yes");
    const { phase, nextStep } = await outputs();
    assert.equal(phase, "awaiting-snowflake");
    assert.match(nextStep, /connect --run --stack dev/);
    await command("preview", "--stack", "dev", "--expect-no-changes");
  });

  it("is destroyed by pulumi, and leaves nothing behind", async () => {
    await pulumi("destroy", "--yes");
    await pulumi("stack", "rm", "--yes");
    assert.deepEqual(await inventory(aws), empty);
  });
});
