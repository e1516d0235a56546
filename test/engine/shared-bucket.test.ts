import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { destroy, preview, up } from "../../automation";
import { FakeS3 } from "./fake-s3";
import { filledIn, TestProject } from "./harness";
import { needNodeHost } from "./node-host";
import {
  assertNames,
  assertOthers,
  assertShared,
  BUCKET,
  configurations,
  deployedByEarlierVersion,
  editPlugins,
  othersAlone,
  statements,
} from "./shared-bucket";

describe("an existing bucket that others use too", () => {
  let s3: FakeS3;
  let project: TestProject;

  beforeEach(async () => {
    s3 = await FakeS3.start(BUCKET);
    project = await deployedByEarlierVersion(s3);
  });
  afterEach(async () => {
    await project.remove();
    s3.stop();
  });

  it("keeps what others have there by update, change and refresh, and never lacks its own", async () => {
    await up(project.options);
    assertShared(s3.history);
    assertNames(
      s3.now,
      /SnowpipeNotificationFor123456789012prod/,
      /DenyInsecureTransportFor123456789012prod/,
    );
    assert.deepEqual(await preview(project.options), []);

    await project.set({ exportPrefix: "braintrust/", crossAccountReaders: undefined });
    await up(project.options);
    assertNames(s3.now, /<Value>braintrust\/logs\/</, /"Resource":"[^"]*\/braintrust\/\*"/);
    assert.doesNotMatch(s3.now.policy ?? "", /AllowSnowflakeAccess/);
    assertShared(s3.history);
    const kept = s3.now;
    assert.deepEqual((await up({ ...project.options, refresh: true })).changes, []);
    assert.deepEqual(s3.now, kept);
  });

  it("keeps what others have there by repair and destroy, which takes its own away alone", async () => {
    await project.set({ protect: false });
    await up(project.options);
    s3.change(othersAlone());
    const { changes } = await up({ ...project.options, refresh: true });
    assert.deepEqual(changes.map(({ type }) => type).sort(), [
      "braintrust-snowflake:s3:SharedNotification",
      "braintrust-snowflake:s3:SharedPolicy",
    ]);
    assertOthers(s3.now);
    assertNames(s3.now, /SnowpipeNotificationFor/, /DenyTlsBelow12For/);

    await destroy(project.options);
    assertOthers(s3.now);
    assert.doesNotMatch(`${s3.now.policy}${s3.now.notification}`, /For123456789012prod/);
  });

  it("keeps what others change between its preview and its write", async () => {
    const added = statements[1]?.replace("{", '{"Sid":"Late",') ?? "";
    s3.beforeWrite = () => {
      s3.beforeWrite = undefined;
      // Another writer's document, made of what it has read before: this pipeline's part of it is of then.
      const { policy = "" } = s3.now;
      setTimeout(() => s3.change({ policy: policy.replace(/\]\}$/, `,${added}]}`) }), 300);
    };
    await up(project.options);
    assertNames(s3.now, /SnowpipeNotificationFor/, /DenyTlsBelow12For123456789012prod.*|"Late"/);
    assert.match(s3.now.policy ?? "", /"Sid":"Late"/);
    assert.match(s3.now.policy ?? "", /DenyTlsBelow12For123456789012prod/);
    assertOthers(s3.now);
  });

  it("takes its notification away where the migration finds no event to send", async () => {
    await project.set({ events: { mode: "none" } });
    await up(project.options);
    assertOthers(s3.now);
    assert.doesNotMatch(s3.now.notification, /SnowpipeNotification/);
  });

  it("is neither destroyed nor left for another bucket before it is migrated", async () => {
    const { history } = s3;
    const before = history.length;
    for (const existingBucket of ["acme-other", undefined]) {
      await project.set({ existingBucket });
      await assert.rejects(
        up(project.options),
        /acme-shared-exports, .*run `npm run pipeline -- up --stack prod`/,
      );
    }
    await project.pulumi("state", "unprotect", "--all", "--yes", "--stack", project.stack);
    await assert.rejects(
      destroy(project.options),
      /acme-shared-exports, .*run `npm run pipeline -- up --stack prod`/,
    );
    assert.equal(history.length, before);
  });

  it("is refused where filters overlap, with both rules named and nothing changed", async () => {
    const overlapping = configurations[0]?.replace("finance/", "braintrust%2Dexports/logs/2026") ?? "";
    const before = s3.now;
    s3.change({ notification: before.notification.replace(configurations[0] ?? "", overlapping) });
    const length = s3.history.length;
    await assert.rejects(up(project.options), ({ message }: Error) => {
      assert.match(message, /finance \(s3:ObjectCreated:\* of braintrust-exports\/logs\/2026\*/);
      assert.match(message, /SnowpipeNotificationFor123456789012prod \(s3:ObjectCreated:\*/);
      return true;
    });
    assert.equal(s3.history.length, length);
  });

  it("is kept by pulumi itself", async function () {
    await needNodeHost(this);
    await project.linkProgram();
    const stack = ["--stack", project.stack];
    await project.pulumi("up", "--yes", "--skip-preview", ...stack);
    assertShared(s3.history);
    await project.pulumi("preview", "--expect-no-changes", ...stack);
    await project.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes", ...stack);
    await project.set({ protect: false });
    await project.pulumi("up", "--yes", "--skip-preview", ...stack);
    await project.pulumi("destroy", "--yes", "--skip-preview", ...stack);
    assertOthers(s3.now);
    assert.doesNotMatch(`${s3.now.policy}${s3.now.notification}`, /For123456789012prod/);
  });

  it("is found by the command line in a project that names no plugin", async () => {
    await editPlugins(project, (plugins) => plugins.slice(0, 2));
    const { code, stderr } = await project.run(["up", "--yes"]);
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /\$PATH/);
    assertShared(s3.history);
  });

  it("keeps the provider's keys secret in the state", async () => {
    await up(project.options);
    const { resources = [] } = (await project.state()) ?? {};
    const provider = resources.find(({ type }) => type === "pulumi:providers:braintrust-snowflake");
    assert.match(JSON.stringify(provider), /"secretKey":/);
    assert.doesNotMatch(JSON.stringify(provider), /canary-secret-key/);
  });
});

describe("the provider of shared buckets", () => {
  it("is not started for a stack that has a bucket of its own", async () => {
    const project = await TestProject.create("dev", filledIn);
    try {
      const folder = path.join(project.dir, "plugin");
      const started = path.join(folder, "started");
      await fs.mkdir(folder);
      const script = `#!/bin/sh\ntouch ${started}\nexit 1\n`;
      await fs.writeFile(path.join(folder, "pulumi-resource-braintrust-snowflake"), script, { mode: 0o755 });
      await editPlugins(project, (plugins) => [
        ...plugins.slice(0, 2),
        { name: "braintrust-snowflake", path: folder },
      ]);
      await preview({ ...project.options, create: true });
      await assert.rejects(fs.stat(started), /ENOENT/);
      await project.set({ existingBucket: BUCKET, forceDestroy: undefined });
      await assert.rejects(preview(project.options));
      await fs.stat(started);
    } finally {
      await project.remove();
    }
  });
});
