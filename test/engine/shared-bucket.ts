import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { parseDocument } from "yaml";
import { packageDir } from "../../components/package";
import { pasts, projectOf } from "../past/past";
import type { Documents, FakeS3 } from "./fake-s3";
import type { TestProject } from "./harness";

export const BUCKET = "acme-shared-exports";
const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:123456789012:${name}`;

/** As others have written them, in ways that a parser would not write again. */
export const statements = [
  '{ "Sid":"Auditors", "Effect":"Allow","Principal":{"AWS":["arn:aws:iam::777788889999:root"]}, "Action":["s3:GetObject"], "Resource":"arn:aws:s3:::acme-shared-exports/*", "Condition":{"NumericLessThan":{"s3:signatureAge":600000.0}}}',
  '{"Effect":"Deny","Principal":"*","Action":"s3:DeleteBucket","Resource":"arn:aws:s3:::acme-shared-exports"}',
  '{"Sid":"D\\u00e9partement","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::777788889999:role/eu"},"Action":"s3:ListBucket","Resource":"arn:aws:s3:::acme-shared-exports"}',
  '{"Sid":"DenyInsecureTransportForFinance","Effect":"Deny","Principal":{"AWS":"*"},"Action":"s3:*","Resource":["arn:aws:s3:::acme-shared-exports/finance/*"],"Condition":{"Bool":{"aws:SecureTransport":false}}}',
];
const rest = (id: string, prefix: string) =>
  `<Event>s3:ObjectCreated:*</Event><Id>${id}</Id><Filter><S3Key><FilterRule><Name>Prefix</Name><Value>${prefix}</Value></FilterRule></S3Key></Filter>`;
export const configurations = [
  `<QueueConfiguration><Queue>${arn("sqs", "finance")}</Queue>${rest("finance", "finance/")}</QueueConfiguration>`,
  `<TopicConfiguration><Topic>${arn("sns", "audit")}</Topic>${rest("tf-s3-topic-1", "audit/")}</TopicConfiguration>`,
  `<CloudFunctionConfiguration><CloudFunction>${arn("lambda", "function:thumbs")}</CloudFunction>${rest("thumbnails", "images%2Braw/")}</CloudFunctionConfiguration>`,
  "<EventBridgeConfiguration/>",
];

type Plugins = readonly { readonly name: string; readonly path: string }[];

export async function editPlugins(project: TestProject, edit: (plugins: Plugins) => Plugins): Promise<void> {
  const file = path.join(project.dir, "Pulumi.yaml");
  const description = parseDocument(await fs.readFile(file, "utf8"));
  const { plugins } = description.toJS() as { plugins: { providers: Plugins } };
  description.setIn(["plugins", "providers"], edit(plugins.providers));
  await fs.writeFile(file, description.toString());
}

/** Every moment had all of others, and this pipeline's configuration and statement under one name or the other. */
export function assertShared(history: readonly Documents[]): void {
  for (const documents of history) {
    assertOthers(documents);
    assertNames(
      documents,
      /<Id>SnowpipeNotification/,
      /"Sid":\s*"DenyInsecureTransport(For123456789012prod)?"/,
    );
  }
}

export function assertNames({ policy = "", notification }: Documents, id: RegExp, sid: RegExp): void {
  assert.match(notification, id);
  assert.match(policy, sid);
}

/** Byte for byte, and in their order. */
export function assertOthers({ policy = "", notification }: Documents): void {
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

export function othersAlone(): Documents {
  return {
    policy: `{"Version":"2012-10-17","Id":"Ours","Statement":[${statements.join(",")}]}`,
    notification: notificationOf(configurations),
  };
}

function notificationOf(entries: readonly string[]): string {
  return `<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${entries.join("")}</NotificationConfiguration>`;
}

/** A stack of an earlier version, beside whose own others have put theirs since. */
export async function deployedByEarlierVersion(s3: FakeS3): Promise<TestProject> {
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
export async function reachFakeS3(
  project: TestProject,
  s3: FakeS3,
  plugin = path.join(packageDir, "provider", "plugin"),
): Promise<void> {
  await editPlugins(project, (plugins) => [
    ...plugins.slice(0, 2),
    { name: "braintrust-snowflake", path: plugin },
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
