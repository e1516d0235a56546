import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { parseDocument } from "yaml";
import { destroy, preview, up } from "../../automation";
import { projectDir } from "../../automation/project/stack-file";
import { pasts, projectOf } from "../past/past";
import { type Documents, FakeS3 } from "./fake-s3";
import { filledIn, TestProject } from "./harness";
import { needNodeHost } from "./node-host";

const BUCKET = "acme-shared-exports";
const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:123456789012:${name}`;

/** As others have written them, in ways that a parser would not write again. */
const statements = [
  '{ "Sid":"Auditors", "Effect":"Allow","Principal":{"AWS":["arn:aws:iam::777788889999:root"]}, "Action":["s3:GetObject"], "Resource":"arn:aws:s3:::acme-shared-exports/*", "Condition":{"NumericLessThan":{"s3:signatureAge":600000.0}}}',
  '{"Effect":"Deny","Principal":"*","Action":"s3:DeleteBucket","Resource":"arn:aws:s3:::acme-shared-exports"}',
  '{"Sid":"D\\u00e9partement","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::777788889999:role/eu"},"Action":"s3:ListBucket","Resource":"arn:aws:s3:::acme-shared-exports"}',
  '{"Sid":"DenyInsecureTransportForFinance","Effect":"Deny","Principal":{"AWS":"*"},"Action":"s3:*","Resource":["arn:aws:s3:::acme-shared-exports/finance/*"],"Condition":{"Bool":{"aws:SecureTransport":false}}}',
];
const rest = (id: string, prefix: string) =>
  `<Event>s3:ObjectCreated:*</Event><Id>${id}</Id><Filter><S3Key><FilterRule><Name>Prefix</Name><Value>${prefix}</Value></FilterRule></S3Key></Filter>`;
const configurations = [
  `<QueueConfiguration><Queue>${arn("sqs", "finance")}</Queue>${rest("finance", "finance/")}</QueueConfiguration>`,
  `<TopicConfiguration><Topic>${arn("sns", "audit")}</Topic>${rest("tf-s3-topic-1", "audit/")}</TopicConfiguration>`,
  `<CloudFunctionConfiguration><CloudFunction>${arn("lambda", "function:thumbs")}</CloudFunction>${rest("thumbnails", "images%2Braw/")}</CloudFunctionConfiguration>`,
  "<EventBridgeConfiguration/>",
];

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

  for (const document of ["policy", "notification"] as const) {
    for (const carriedOut of [false, true]) {
      it(`is migrated where the update is killed ${carriedOut ? "after" : "before"} its write of the ${document}`, async () => {
        const held = s3.held(document, carriedOut);
        const { child, ended } = project.start(["up", "--yes"]);
        await Promise.race([held, ended.then(({ stderr }) => assert.fail(stderr))]);
        process.kill(-(child.pid ?? 0), "SIGKILL");
        await ended;
        await up(project.options);
        assertShared(s3.history);
        assertNames(s3.now, /SnowpipeNotificationFor/, /DenyTlsBelow12For/);
        assert.deepEqual(await preview(project.options), []);
      });
    }
  }

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
      await assert.rejects(up(project.options), /acme-shared-exports, .*run `up --stack prod`/);
    }
    await project.pulumi("state", "unprotect", "--all", "--yes", "--stack", project.stack);
    await assert.rejects(destroy(project.options), /acme-shared-exports, .*run `up --stack prod`/);
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

type Plugins = readonly { readonly name: string; readonly path: string }[];

async function editPlugins(project: TestProject, edit: (plugins: Plugins) => Plugins): Promise<void> {
  const file = path.join(project.dir, "Pulumi.yaml");
  const description = parseDocument(await fs.readFile(file, "utf8"));
  const { plugins } = description.toJS() as { plugins: { providers: Plugins } };
  description.setIn(["plugins", "providers"], edit(plugins.providers));
  await fs.writeFile(file, description.toString());
}

/** Every moment had all of others, and this pipeline's configuration and statement under one name or the other. */
function assertShared(history: readonly Documents[]): void {
  for (const documents of history) {
    assertOthers(documents);
    assertNames(
      documents,
      /<Id>SnowpipeNotification/,
      /"Sid":\s*"DenyInsecureTransport(For123456789012prod)?"/,
    );
  }
}

function assertNames({ policy = "", notification }: Documents, id: RegExp, sid: RegExp): void {
  assert.match(notification, id);
  assert.match(policy, sid);
}

/** Byte for byte, and in their order. */
function assertOthers({ policy = "", notification }: Documents): void {
  const places = statements.map((statement) => policy.indexOf(statement));
  assert.ok(!places.includes(-1), policy);
  assert.deepEqual(
    places,
    [...places].sort((a, b) => a - b),
  );
  for (const configuration of configurations) {
    assert.ok(notification.includes(configuration), notification);
  }
}

function othersAlone(): Documents {
  return {
    policy: `{"Version":"2012-10-17","Id":"Ours","Statement":[${statements.join(",")}]}`,
    notification: notificationOf(configurations),
  };
}

function notificationOf(entries: readonly string[]): string {
  return `<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${entries.join("")}</NotificationConfiguration>`;
}

/** A stack of an earlier version, beside whose own others have put theirs since. */
async function deployedByEarlierVersion(s3: FakeS3): Promise<TestProject> {
  const past = pasts.find(({ name }) => name === "d10a475/existing-bucket");
  assert.ok(past);
  const project = await projectOf(past);
  const own = project.world.things().filter(({ type }) => /:Bucket(Policy|Notification)$/.test(type));
  const [ofBucket = assert.fail()] = own.filter(
    ({ type, inputs }) => type.endsWith("Policy") && inputs.bucket === BUCKET,
  );
  const notification = own.find(({ type }) => type.endsWith("Notification"));
  assert.ok(notification);
  for (const thing of [ofBucket, notification]) project.world.remove(thing);
  const [first = "", ...others] = statements;
  const ours: unknown[] = JSON.parse(String(ofBucket.inputs.policy)).Statement;
  const mixed = [first, ...ours.map((statement) => JSON.stringify(statement)), ...others];
  const [queue] = notification.inputs.queues as { id: string; queueArn: string; filterPrefix: string }[];
  assert.ok(queue);
  const earlier = `<QueueConfiguration><Queue>${queue.queueArn}</Queue>${rest(queue.id, queue.filterPrefix)}</QueueConfiguration>`;
  s3.change({
    policy: `{"Version":"2012-10-17","Id":"Ours","Statement":[${mixed.join(",")}]}`,
    notification: notificationOf([earlier, ...configurations]),
  });
  await reachFakeS3(project, s3);
  return project;
}

/** With the provider as it is, instead of the one that the fake account plays. */
async function reachFakeS3(project: TestProject, s3: FakeS3): Promise<void> {
  const folder = path.join(projectDir, "provider", "plugin");
  await editPlugins(project, (plugins) => [
    ...plugins.slice(0, 2),
    { name: "braintrust-snowflake", path: folder },
  ]);
  const stackFile = path.join(project.dir, `Pulumi.${project.stack}.yaml`);
  const stack = parseDocument(await fs.readFile(stackFile, "utf8"));
  const reached = {
    "aws:endpoints": [{ s3: s3.url }],
    "aws:s3UsePathStyle": true,
    "aws:accessKey": "AKIATEST",
    "aws:secretKey": "canary-secret-key",
  };
  for (const [key, value] of Object.entries(reached)) {
    stack.setIn(["config", key], stack.createNode(value));
  }
  await fs.writeFile(stackFile, stack.toString());
}
