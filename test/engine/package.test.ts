import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { DeployedStack } from "../policy/deployed-stack";
import { FakeS3 } from "./fake-s3";
import { filledIn, type TestProject } from "./harness";
import { InstalledPackage, nodes, npx, pulumi, succeed } from "./installed-package";
import { needNodeHost } from "./node-host";
import { assertNames, assertOthers, BUCKET, editPlugins, othersAlone, reachFakeS3 } from "./shared-bucket";

/** A user's own: the component beside what else the program has. */
const program = (imports: string) => `
${imports}

const pipeline = new ExportPipeline("exports", {
  suffix: "acme",
  exportPrefix: "traces/",
  streams: [{ name: "spans", prefix: "traces/spans/" }],
  eventsMode: EventsMode.Sns,
  protect: false,
});
exports.bucket = pipeline.bucketName;
exports.topic = pipeline.notificationTopicArn;
`;
const component = program('const { EventsMode, ExportPipeline } = require("braintrust-snowflake-pipeline");');

/** The whole of it, by the stack's settings. */
const settings = 'module.exports = require("braintrust-snowflake-pipeline").deployPipeline();';

describe("the npm package", () => {
  let installed: InstalledPackage;

  before(async () => {
    installed = await InstalledPackage.create();
  });
  after(() => installed.remove());

  it("has compiled code and no test, and is smaller than 1 MB", () => {
    const { files, size } = installed.tarball;
    const names = files.map(({ path: name }) => name);
    assert.ok(names.includes("bin/braintrust-snowflake.js") && names.includes("dist/components/index.js"));
    const refused = /(^|\/)(tests?|bench|examples)\/|\.test\.|(?<!\.d)\.ts$/;
    assert.deepEqual(
      names.filter((name) => refused.test(name)),
      [],
    );
    assert.ok(size < 1_000_000, `${size} bytes`);
  });

  it("has types of the component and of the typed functions, by which a wrong argument is an error", async () => {
    const typed = program(`
      import { EventsMode, ExportPipeline } from "braintrust-snowflake-pipeline";
      import { type UpResult, up } from "braintrust-snowflake-pipeline/automation";
      export const deployed: Promise<UpResult> = up({ stack: "dev", create: true });
    `);
    const file = path.join(installed.dir, "index.ts");
    const compile = [require.resolve("typescript/bin/tsc"), "--noEmit", "--strict", "--skipLibCheck"];
    const check = [process.execPath, ...compile, "--module", "nodenext", "--types", "node", "index.ts"];
    await fs.writeFile(file, typed);
    await succeed(check, installed.dir);
    await fs.writeFile(file, typed.replace("exportPrefix", "exportPrefixes"));
    await assert.rejects(succeed(check, installed.dir), /'exportPrefixes' does not exist/);
  });

  it("has the policy pack", async () => {
    const stack = DeployedStack.read("prod");
    const analyze = async () => {
      const file = path.join(installed.dir, "state.json");
      await fs.writeFile(file, stack.exported());
      const pack = "node_modules/braintrust-snowflake-pipeline/policy/pulumi-analyzer-braintrust-snowflake";
      return succeed(["pulumi", "policy", "analyze", "--file", file, "--policy-pack", pack], installed.dir);
    };
    await analyze();
    stack.set("pipeline-key", "Key", { enableKeyRotation: false });
    await assert.rejects(analyze(), /key-rotation/);
  });

  describe("in a project that depends on it", () => {
    const [node = assert.fail()] = nodes;
    let project: TestProject;

    beforeEach(async function () {
      await needNodeHost(this);
    });
    afterEach(() => project?.remove());

    it("lets a program of ten lines deploy the component, on each version of Node", async () => {
      project = await installed.project(component);
      await pulumi(project, node, "stack", "init");
      for (const version of nodes) {
        await pulumi(project, version, "up", "--yes", "--skip-preview");
        const { stdout } = await pulumi(project, version, "stack", "output", "--json");
        assert.deepEqual(JSON.parse(stdout), {
          bucket: "braintrust-exports-acme-123456789012-us-east-1",
          topic: "arn:aws:sns:us-east-1:123456789012:snowpipe-s3-notifications-acme",
        });
        await pulumi(project, version, "preview", "--expect-no-changes");
      }
      await project.assertSettled();
    });

    it("runs its command line on the project of the working directory, which `pulumi` deploys as well", async () => {
      project = await installed.project(settings, filledIn);
      for (const version of nodes) {
        const { stdout } = await npx(project, version, "plan");
        assert.match(stdout, /^ {2}braintrust-snowflake up --stack dev --create/m);
        await npx(project, version, "up", "--create", "--yes", "--skip-preflight");
        await pulumi(project, version, "preview", "--expect-no-changes");
      }
    });

    it("has the plugin by which a bucket is shared with others", async () => {
      const s3 = await FakeS3.start(BUCKET);
      try {
        s3.change(othersAlone());
        project = await installed.project(settings, { existingBucket: BUCKET, events: { mode: "sns" } });
        const plugin = path.join("node_modules", "braintrust-snowflake-pipeline", "provider", "plugin");
        await reachFakeS3(project, s3, plugin);
        await pulumi(project, node, "stack", "init");
        await pulumi(project, node, "up", "--yes", "--skip-preview");
        assertOthers(s3.now);
        assertNames(s3.now, /SnowpipeNotificationFor123456789012dev/, /DenyTlsBelow12For123456789012dev/);

        // The command line finds it without Pulumi.yaml.
        await editPlugins(project, (plugins) => plugins.slice(0, 2));
        await project.set({ exportPrefix: "acme/" });
        await npx(project, node, "up", "--yes", "--skip-preflight");
        assertOthers(s3.now);
        assert.match(s3.now.policy ?? "", /acme-shared-exports\/acme\/\*/);
      } finally {
        s3.stop();
      }
    });
  });
});
