import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { doctor as command, doctorText } from "../../../automation/commands/doctor";
import { doctor } from "../../../automation/doctor/doctor";
import { PipelineError, UsageError } from "../../../automation/errors";
import { captured, withVariable } from "../commands/captured";

describe("doctor", () => {
  let dir: string;
  beforeEach(async () => {
    dir = await fs.mkdtemp(path.join(os.tmpdir(), "doctor-"));
    await fs.mkdir(path.join(dir, "state"));
    const project = "name: braintrust-snowflake\nruntime: nodejs\nbackend:\n  url: file://./state\n";
    await fs.writeFile(path.join(dir, "Pulumi.yaml"), project);
    await fs.writeFile(path.join(dir, "Pulumi.dev.yaml"), "config:\n  aws:region: eu-west-1\n");
  });
  afterEach(() => fs.rm(dir, { recursive: true, force: true }));

  const tree = async () => (await fs.readdir(dir, { recursive: true })).sort();

  /** Neither AWS nor Snowflake nor a Pulumi CLI is there. */
  function alone<T>(work: () => Promise<T>): Promise<T> {
    const environment: Record<string, string | undefined> = {
      PATH: path.join(dir, "nothing"),
      PULUMI_HOME: path.join(dir, "nothing"),
      PULUMI_CONFIG_PASSPHRASE: undefined,
      PULUMI_BACKEND_URL: undefined,
      BRAINTRUST_API_KEY: undefined,
      AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "canary-secret",
      AWS_ENDPOINT_URL: "http://127.0.0.1:9",
    };
    return Object.entries(environment).reduce<() => Promise<T>>(
      (inner, [name, value]) =>
        () =>
          withVariable(name, value, inner),
      work,
    )();
  }

  it("looks at everything, with a fix for whatever is not ok, and changes nothing", async () => {
    const before = await tree();
    const report = await alone(() => doctor({ stack: "dev", workDir: dir }));
    assert.deepEqual(
      report.checks.map(({ id }) => id),
      [
        "node",
        "pulumi",
        "plugins",
        "proxies",
        "region",
        "credentials",
        "secrets",
        "state",
        "braintrust",
        "snowflake",
      ],
    );
    for (const { id, verdict, fix } of report.checks) {
      assert.equal(verdict === "ok", fix === undefined, id);
    }
    const verdicts = Object.fromEntries(report.checks.map(({ id, verdict }) => [id, verdict]));
    assert.equal(verdicts.secrets, "fail");
    assert.equal(verdicts.credentials, "fail");
    assert.equal(verdicts.region, "ok");
    assert.equal(verdicts.state, "ok");
    assert.deepEqual(await tree(), before);
    assert.ok(!JSON.stringify(report).includes("canary-secret"));
  });

  it("works without a stack, as far as it can", async () => {
    const report = await alone(() => doctor({ workDir: dir }));
    assert.equal(report.stack, undefined);
    assert.equal(report.checks.length, 10);
    assert.match(doctorText(report, { color: false, width: 100 }), /^no stack: pass --stack/);
  });

  it("prints JSON and fails where something has to be fixed", async () => {
    const { out, error } = await alone(() => captured(() => command({ stack: "dev", cwd: dir, json: true })));
    const { stack, summary } = JSON.parse(out);
    assert.equal(stack, "dev");
    assert.ok(summary.fail >= 2);
    assert.ok(error instanceof PipelineError);
    assert.match(error.message, /^not ready: .*AWS credentials/);
  });

  const refused: readonly (readonly [string, Parameters<typeof command>[0], RegExp])[] = [
    ["a stack without settings", { stack: "nope" }, /there is no Pulumi\.nope\.yaml/],
    ["a URL that would send the key in the clear", { apiUrl: "http://braintrust.example" }, /https:\/\//],
  ];
  for (const [title, options, message] of refused) {
    it(`refuses ${title}, and looks at nothing`, async () => {
      const { out, error } = await alone(() => captured(() => command({ ...options, cwd: dir })));
      assert.ok(error instanceof UsageError);
      assert.match(error.message, message);
      assert.equal(out, "");
    });
  }

  it("refuses invalid settings", async () => {
    await fs.appendFile(path.join(dir, "Pulumi.dev.yaml"), "  braintrust-snowflake:exportPrefix: exports\n");
    await assert.rejects(
      alone(() => doctor({ stack: "dev", workDir: dir })),
      UsageError,
    );
  });
});
