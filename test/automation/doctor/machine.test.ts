import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import { createServer } from "node:http";
import * as os from "node:os";
import * as path from "node:path";
import { version as awsVersion } from "@pulumi/aws/package.json";
import type { PulumiCommand } from "@pulumi/pulumi/automation";
import { type DoctorFinding, examine, type Result } from "../../../automation/doctor/finding";
import { checkPlugins, checkProxies, checkPulumi, judgeNode } from "../../../automation/doctor/machine";
import { checkSecrets, checkState } from "../../../automation/doctor/state";
import { findEngine, systemTools } from "../../../automation/engine/cli/pulumi-cli";
import type { StackFile } from "../../../automation/project/stack-file";
import { close, listen } from "../../loopback";
import { withVariable } from "../commands/captured";

const soon = () => AbortSignal.timeout(5000);
const judged = (run: () => Promise<Result>): Promise<DoctorFinding> =>
  examine({ id: "it", name: "it", fix: "the fallback", run });

function stackFile(values: Record<string, unknown> = {}, more: Partial<StackFile> = {}): StackFile {
  return { stack: "dev", values, secretKeys: [], encrypted: [], unquoted: {}, environments: [], ...more };
}

describe("doctor, on this machine", () => {
  let dir: string;
  beforeEach(async () => {
    dir = await fs.mkdtemp(path.join(os.tmpdir(), "doctor-"));
  });
  afterEach(() => fs.rm(dir, { recursive: true, force: true }));

  /** A CLI that prints `text`, or fails with it. */
  async function cli(text: string, code = 0): Promise<PulumiCommand> {
    const command = path.join(dir, "pulumi");
    await fs.writeFile(path.join(dir, "text"), text);
    const stream = code === 0 ? "" : ">&2";
    await fs.writeFile(command, `#!/bin/sh\ncat "${dir}/text" ${stream}\nexit ${code}\n`, { mode: 0o755 });
    return { command, version: null } as unknown as PulumiCommand;
  }

  it("warns of a Node older than package.json's engines, and of no other", () => {
    assert.equal(judgeNode("22.0.0").verdict, "ok");
    assert.equal(judgeNode("24.1.0").verdict, "ok");
    const { verdict, evidence, fix } = judgeNode("20.19.4");
    assert.equal(verdict, "warn");
    assert.match(evidence, /20\.19\.4 is older than 22/);
    assert.match(fix ?? "", /install Node 22/);
  });

  it("names the Pulumi CLI, and neither downloads nor builds one that is missing", async () => {
    const found = await checkPulumi(Promise.resolve(await cli("")));
    assert.deepEqual([found.verdict, found.evidence], ["ok", `null at ${dir}/pulumi`]);
    const touched: string[] = [];
    const tools = {
      ...systemTools,
      probe: () => Promise.reject(new Error("no `pulumi` there")),
      download: async () => void touched.push("download"),
      build: async () => void touched.push("build"),
    };
    const missing = await checkPulumi(
      findEngine({ install: false, tools, environment: { PULUMI_HOME: dir } }),
    );
    assert.equal(missing.verdict, "warn");
    assert.match(missing.evidence, /no Pulumi CLI 3\.259\.0 or later is installed/);
    assert.match(missing.fix ?? "", /^install Pulumi/);
    assert.deepEqual(touched, []);
  });

  it("names the plugins that are missing with the command that installs them, of awsx only where there is a trail", async () => {
    const plugins = [
      { name: "aws", kind: "resource", version: awsVersion },
      { name: "awsx", kind: "resource", version: "1.0.0" },
    ];
    const engine = Promise.resolve(await cli(JSON.stringify(plugins)));
    const without = await checkPlugins(engine, { auditTrail: false, signal: soon() });
    assert.deepEqual([without.verdict, without.evidence], ["ok", `aws ${awsVersion}`]);
    const withTrail = await checkPlugins(engine, { auditTrail: true, signal: soon() });
    assert.equal(withTrail.verdict, "warn");
    assert.match(withTrail.evidence, /^not installed: awsx 3/);
    assert.match(withTrail.fix ?? "", /^pulumi plugin install resource awsx 3/);
  });

  it("refuses a proxy that takes no connection, and shows no password of any", async () => {
    const server = createServer().unref();
    const { host } = new URL(await listen(server));
    const proxies = { HTTPS_PROXY: `http://user:hunter2@${host}`, NO_PROXY: "10.0.0.0/8" };
    const open = await checkProxies(proxies);
    assert.deepEqual([open.verdict, open.evidence], ["ok", `http://${host}, not for 10.0.0.0/8`]);
    close(server);
    const closed = await checkProxies(proxies);
    assert.equal(closed.verdict, "fail");
    assert.equal(closed.evidence, `http://${host} takes no connection: ECONNREFUSED`);
    const garbage = await checkProxies({ http_proxy: "http://user:hunter2@:80:80" });
    assert.equal(garbage.verdict, "fail");
    assert.ok(![open, closed, garbage].some((found) => JSON.stringify(found).includes("hunter2")));
    assert.equal((await checkProxies({})).evidence, "none");
  });

  it("takes a state folder that is writable, and names one that is missing", async () => {
    await fs.mkdir(path.join(dir, "state"));
    const state = (url: string) =>
      withVariable("PULUMI_BACKEND_URL", url, () =>
        judged(() => checkState(dir, Promise.reject(new Error("none")), soon())),
      );
    const before = await fs.readdir(path.join(dir, "state"));
    assert.deepEqual((await state("file://./state")).evidence, "file://./state");
    assert.deepEqual(await fs.readdir(path.join(dir, "state")), before);
    const missing = await state("file://./elsewhere");
    assert.equal(missing.verdict, "fail");
    assert.match(missing.fix ?? "", /create the folder .*elsewhere/);
    const unknown = await state("ftp://user:hunter2@host");
    assert.match(unknown.evidence, /must be the URL of a Pulumi backend/);
    assert.ok(!JSON.stringify(unknown).includes("hunter2"));
  });

  it("asks S3 for the bucket of a state, in the words of each answer", async () => {
    let status = 200;
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(status).end();
    }).unref();
    const url = `s3://team-state?region=eu-west-1&endpoint=${await listen(server)}&s3ForcePathStyle=true`;
    const state = (answer: number) => {
      status = answer;
      return withVariable("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE", () =>
        withVariable("AWS_SECRET_ACCESS_KEY", "canary", () =>
          withVariable("PULUMI_BACKEND_URL", url, () =>
            judged(() => checkState(dir, Promise.reject(new Error("none")), soon())),
          ),
        ),
      );
    };
    assert.equal((await state(200)).verdict, "ok");
    const [missing, denied, elsewhere] = [await state(404), await state(403), await state(301)];
    close(server);
    assert.match(missing.evidence, /there is no such bucket/);
    assert.match(missing.fix ?? "", /create the bucket/);
    assert.match(denied.fix ?? "", /s3:PutObject/);
    assert.match(elsewhere.fix ?? "", /s3:\/\/BUCKET\?region=REGION/);
    assert.ok(
      asked.every((request) => request.startsWith("HEAD /team-state")),
      asked.join(),
    );
  });

  it("asks Pulumi Cloud who is logged in", async () => {
    const state = (command: PulumiCommand) =>
      withVariable("PULUMI_BACKEND_URL", "https://api.pulumi.com", () =>
        judged(() => checkState(dir, Promise.resolve(command), soon())),
      );
    assert.match((await state(await cli("alice\n"))).evidence, /https:\/\/api\.pulumi\.com, as alice$/);
    const refused = await state(await cli("error: PULUMI_ACCESS_TOKEN must be set for login", 255));
    assert.equal(refused.verdict, "fail");
    assert.match(refused.evidence, /PULUMI_ACCESS_TOKEN must be set/);
    assert.match(refused.fix ?? "", /export PULUMI_ACCESS_TOKEN/);
  });

  it("demands a passphrase where nothing else encrypts, and warns of an empty one", async () => {
    const secrets = (passphrase: string | undefined, more: Partial<StackFile> = {}) =>
      withVariable("PULUMI_BACKEND_URL", `file://${dir}`, () =>
        withVariable("PULUMI_CONFIG_PASSPHRASE", passphrase, () =>
          judged(() => checkSecrets(stackFile({}, more), dir)),
        ),
      );
    const missing = await secrets(undefined);
    assert.equal(missing.verdict, "fail");
    assert.match(missing.fix ?? "", /^export it/);
    assert.equal((await secrets("")).verdict, "warn");
    const given = await secrets("hunter2");
    assert.deepEqual([given.verdict, given.evidence], ["ok", "PULUMI_CONFIG_PASSPHRASE"]);
    const key = await secrets(undefined, { secretsProvider: "awskms://alias/state?region=eu-west-1" });
    assert.deepEqual([key.verdict, key.evidence], ["ok", "awskms://alias/state"]);
  });
});
