import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { Context } from "mocha";
import { parse, stringify } from "yaml";
import { preview } from "../../automation";
import { readStackFile, settingsOf } from "../../automation/project/stack-file";
import { packageDir } from "../../components/package";
import { toArgs } from "../../components/to-args";
import { FakeS3 } from "./fake-s3";
import { filledIn, TestProject } from "./harness";
import { needHost } from "./node-host";
import type { Ended } from "./processes";
import { assertNames, assertOthers, BUCKET, editPlugins, othersAlone, reachFakeS3 } from "./shared-bucket";

type Args = Readonly<Record<string, unknown>>;

/** As the SDK that `pulumi package add` generates has it. */
const python = `
import json
import pulumi

class ExportPipeline(pulumi.ComponentResource):
    bucketName: pulumi.Output[str]

    def __init__(self, name, args, opts=None):
        outputs = dict.fromkeys(["bucketName"])
        super().__init__("braintrust-snowflake:index:ExportPipeline", name, {**outputs, **args}, opts, remote=True)

with open("arguments.json") as file:
    pipeline = ExportPipeline("pipeline", json.load(file))
pulumi.export("bucket", pipeline.bucketName)
`;

const languages = {
  yaml: async (project: TestProject, args: Args) => {
    await describeProgram(project, {
      runtime: "yaml",
      resources: { pipeline: { type: "braintrust-snowflake:index:ExportPipeline", properties: args } },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of Pulumi YAML
      outputs: { bucket: "${pipeline.bucketName}" },
    });
  },
  python: async (project: TestProject, args: Args) => {
    await describeProgram(project, { runtime: "python" });
    await fs.writeFile(path.join(project.dir, "__main__.py"), python);
    await fs.writeFile(path.join(project.dir, "arguments.json"), JSON.stringify(args));
  },
} as const;
type Language = keyof typeof languages;

async function describeProgram(project: TestProject, program: object): Promise<void> {
  const file = path.join(project.dir, "Pulumi.yaml");
  const description = parse(await fs.readFile(file, "utf8"));
  await fs.writeFile(file, stringify({ ...description, ...program }));
}

/** What index.ts gives to its pipeline. */
async function argumentsOf(project: TestProject): Promise<Args> {
  return JSON.parse(JSON.stringify(toArgs(settingsOf(await readStackFile(project.stack, project.dir)))));
}

describe("the component package", () => {
  const { PYTHON_WITH_PULUMI } = process.env;
  let project: TestProject;
  let PATH: string | undefined;

  before(() => {
    ({ PATH } = process.env);
    if (PYTHON_WITH_PULUMI === undefined) return;
    process.env.PATH = [path.dirname(PYTHON_WITH_PULUMI), process.env.PATH].join(path.delimiter);
  });
  after(() => {
    process.env.PATH = PATH;
  });
  afterEach(() => project?.remove());

  async function need(context: Context, language: Language): Promise<void> {
    if (language === "python" && PYTHON_WITH_PULUMI === undefined) context.skip();
    await needHost(context, language, `build:${language}-host`);
  }

  async function create(stack: string, settings: Args = {}): Promise<void> {
    project = await TestProject.create(stack, settings);
    const plugin = { name: "braintrust-snowflake", path: path.join(packageDir, "provider", "plugin") };
    await editPlugins(project, (plugins) => [...plugins.slice(0, 2), plugin]);
    await project.pulumi("stack", "init", stack);
  }

  function run(command: string, ...options: readonly string[]): Promise<Ended> {
    return project.startPulumi(command, "--stack", project.stack, ...options).ended;
  }

  async function succeeds(command: string, ...options: readonly string[]): Promise<void> {
    const { code, stdout, stderr } = await run(command, ...options);
    assert.equal(code, 0, stdout + stderr);
  }

  const cases: readonly [Language, string, string, Args][] = [
    ["yaml", "production", "prod", filledIn],
    [
      "yaml",
      "a queue and Snowflake's user",
      "dev",
      { snowflake: { access: "user" }, events: { mode: "queue" } },
    ],
    ["python", "production with a topic", "prod", { ...filledIn, events: { mode: "sns" } }],
  ];
  for (const [language, what, stack, settings] of cases) {
    it(`deploys ${what} by a program in ${language}, and index.ts finds nothing to change`, async function () {
      await need(this, language);
      await create(stack, settings);
      const description = path.join(project.dir, "Pulumi.yaml");
      const own = await fs.readFile(description, "utf8");
      await languages[language](project, await argumentsOf(project));
      await succeeds("up", "--yes", "--skip-preview");
      await fs.writeFile(description, own);
      assert.deepEqual(await preview(project.options), []);
    });
  }

  for (const language of ["yaml", "python"] as const) {
    it(`refuses each wrong or missing input of a program in ${language} by name, and creates nothing`, async function () {
      await need(this, language);
      await create("dev");
      await languages[language](project, {
        exportPrefix: "traces",
        accessLogDays: 0,
        streams: [{ name: "spans", prefix: "/spans" }],
        crossAccountReaders: [{ arn: "everybody" }],
        lifecycle: { profile: "instant", glacierIrDays: 5 },
      });
      const { code, stdout } = await run("up", "--yes", "--skip-preview");
      assert.notEqual(code, 0);
      for (const problem of [
        'exportPrefix = "traces": must end in "/", ',
        "accessLogDays = 0: must be at least 1; ",
        'streams[0].prefix = "/spans": must be a key prefix that ends in "/"; ',
        'crossAccountReaders[0].arn = "everybody": must be ',
        "lifecycle.glacierIrDays = 5: must be at least 60; ",
      ]) {
        assert.ok(stdout.includes(problem), `${problem}: ${stdout}`);
      }

      // The host of YAML has the schema, and refuses these in words of its own.
      const unknown = { exportPrefixes: "traces/", eventsMode: "sqs", streams: [{ name: "spans" }] };
      await languages[language](project, unknown);
      const refused = await run("up", "--yes", "--skip-preview");
      assert.notEqual(refused.code, 0);
      assert.match(refused.stdout, /exportPrefixes/);
      assert.match(refused.stdout, /eventsMode[\s\S]*snowflake-queue/);
      assert.match(refused.stdout, /streams\[0\]\.prefix = \(unset\)|Missing required property 'prefix'/);
      assert.deepEqual(project.world.things(), []);
    });
  }

  it("creates two pipelines of a program in yaml, and refuses them in the preview with the same suffix", async function () {
    await need(this, "yaml");
    await create("dev");
    const type = "braintrust-snowflake:index:ExportPipeline";
    const write = (suffixes: readonly string[]) =>
      describeProgram(project, {
        runtime: "yaml",
        resources: Object.fromEntries(
          suffixes.map((suffix, index) => [
            `p${index}`,
            { type, properties: { suffix, auditTrail: false, monitoring: false } },
          ]),
        ),
      });
    await write(["acme", "acme"]);
    const { code, stdout } = await run("preview");
    assert.notEqual(code, 0);
    assert.match(stdout, /suffix = "acme": is the suffix of ExportPipeline "p[01]" too, /);
    await write(["support", "research"]);
    await succeeds("up", "--yes");
  });

  it("keeps a secret input secret in the state", async function () {
    await need(this, "yaml");
    await create("dev");
    const secret = (value: string) => ({ "fn::secret": value });
    await languages.yaml(project, {
      protect: false,
      snowflakeIamUserArn: "arn:aws:iam::444455556666:user/abc",
      snowflakeExternalId: secret("canary-external-id"),
      braintrustAccountId: secret("999988887777"),
      braintrustExternalIds: ["bt:org-1:*"],
    });
    await succeeds("up", "--yes", "--skip-preview");
    const state = await fs.readFile(project.stateFile, "utf8");
    assert.doesNotMatch(state, /canary-external-id|999988887777/);
    assert.ok(
      project.world.things().some(({ inputs }) => JSON.stringify(inputs).includes("canary-external-id")),
    );
  });

  it("shares an existing bucket with others", async function () {
    await need(this, "yaml");
    const s3 = await FakeS3.start(BUCKET);
    try {
      s3.change(othersAlone());
      await create("dev");
      await reachFakeS3(project, s3);
      await languages.yaml(project, { existingBucket: BUCKET, eventsMode: "sns", protect: false });
      await succeeds("up", "--yes", "--skip-preview");
      assertOthers(s3.now);
      assertNames(s3.now, /SnowpipeNotificationFor123456789012dev/, /DenyTlsBelow12For123456789012dev/);
      await succeeds("preview", "--expect-no-changes");
      await succeeds("destroy", "--yes", "--skip-preview");
      assertOthers(s3.now);
      assert.doesNotMatch(`${s3.now.policy}${s3.now.notification}`, /For123456789012dev/);
    } finally {
      s3.stop();
    }
  });
});
