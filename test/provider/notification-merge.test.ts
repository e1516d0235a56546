import assert from "node:assert/strict";
import type { NotificationConfiguration, QueueConfiguration } from "@aws-sdk/client-s3";
import { shareOwner } from "../../components/storage/share-names";
import {
  fittingShare,
  type NotificationShare,
  notificationProblems,
  ownConfigurations,
  ownNotification,
  splicedNotification,
} from "../../provider/notification-merge";
import { sharedNotification } from "../../provider/shared-notification";

const owner = shareOwner("123456789012", "dev");
const arn = (name: string) => `arn:aws:sqs:us-east-1:123456789012:${name}`;
const theirs = (Id: string | undefined, prefix: string): QueueConfiguration => ({
  Id,
  QueueArn: arn("theirs"),
  Events: ["s3:ObjectCreated:*"],
  Filter: { Key: { FilterRules: [{ Name: "Prefix" as "prefix", Value: prefix }] } },
});
const own = (name = "logs", queue = "ours"): NotificationShare => ({
  bucket: "lake",
  owner,
  topics: [],
  queues: [
    {
      id: `SnowpipeNotificationFor${owner}`,
      events: ["s3:ObjectCreated:*"],
      filterPrefix: `exports/${name}/`,
      queueArn: arn(queue),
    },
  ],
});
const others: NotificationConfiguration = {
  QueueConfigurations: [theirs("a", "a/"), theirs(undefined, "b/")],
  TopicConfigurations: [{ Id: "t", TopicArn: "arn:t", Events: ["s3:ObjectRemoved:*"] }],
  LambdaFunctionConfigurations: [{ Id: "l", LambdaFunctionArn: "arn:l", Events: ["s3:ObjectRestore:*"] }],
  EventBridgeConfiguration: {},
};
const isOwn = ownConfigurations(owner);
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => theirs(`n${index}`, `n${index}-`));

describe("configurations in a notification that others write too", () => {
  it("come and go, and others stay in their order", () => {
    const beside = splicedNotification(others, isOwn, own());
    assert.deepEqual(
      beside.QueueConfigurations?.map(({ Id }) => Id),
      ["a", undefined, `SnowpipeNotificationFor${owner}`],
    );
    const { QueueConfigurations = [] } = beside;
    const mixed = { ...beside, QueueConfigurations: [...QueueConfigurations].reverse() };
    const changed = splicedNotification(mixed, isOwn, own("spans"));
    assert.deepEqual(
      changed.QueueConfigurations?.map(({ Filter }) => Filter?.Key?.FilterRules?.[0]?.Value),
      ["exports/spans/", "b/", "a/"],
    );
    assert.deepEqual(splicedNotification(beside, isOwn, undefined), others);
  });

  it("are refused where they overlap one of others, or would be more than S3 takes", () => {
    assert.deepEqual(notificationProblems(others, isOwn, own()), []);
    const [problem] = notificationProblems({ QueueConfigurations: [theirs("x", "exp")] }, isOwn, own());
    assert.match(
      problem?.message ?? "",
      /x \(.*exp\*.*SnowpipeNotificationFor123456789012dev \(.*exports\/logs\/\*/,
    );
    assert.deepEqual(notificationProblems({ QueueConfigurations: many(99) }, isOwn, own()), []);
    const [tooMany] = notificationProblems({ QueueConfigurations: many(100) }, isOwn, own());
    assert.match(tooMany?.message ?? "", /101 configurations, 100 of them of others/);
  });

  it("are merged by destination where others leave no room for one of each stream, and separate again where they do", () => {
    const queues = Array.from({ length: 40 }, (_, index) => own(`s${index}`).queues[0] ?? assert.fail()).map(
      (queue, index) => ({ ...queue, id: `SnowpipeNotification-s${index}For${owner}` }),
    );
    const share = { ...own(), queues };
    const beside = (count: number, share_ = share) => {
      const live = { QueueConfigurations: many(count) };
      assert.deepEqual(notificationProblems(live, isOwn, share_), []);
      return splicedNotification(live, isOwn, fittingShare(live, isOwn, share_)).QueueConfigurations ?? [];
    };
    assert.equal(beside(60).length, 100);
    const merged = beside(61);
    assert.deepEqual(merged.slice(0, 61), many(61));
    assert.deepEqual(merged.slice(61), [
      {
        Id: `SnowpipeNotificationFor${owner}`,
        QueueArn: arn("ours"),
        Events: ["s3:ObjectCreated:*"],
        Filter: { Key: { FilterRules: [{ Name: "prefix", Value: "exports/" }] } },
      },
    ]);
    // What the bucket has then is what the state says.
    assert.deepEqual(ownNotification({ QueueConfigurations: merged }, share), share);
    const fewer = { QueueConfigurations: merged.slice(1) };
    assert.equal(
      splicedNotification(fewer, isOwn, fittingShare(fewer, isOwn, share)).QueueConfigurations?.length,
      100,
    );
    const folders = ["a", "b"].flatMap((name) =>
      [1, 2].flatMap((index) => own(`${name}/${index}`, name).queues),
    );
    const two = { ...own(), queues: folders };
    assert.deepEqual(
      beside(98, two)
        .slice(98)
        .map(({ Id, QueueArn, Filter }) => [Id, QueueArn, Filter?.Key?.FilterRules?.[0]?.Value]),
      ["a", "b"].map((name, index) => [
        `SnowpipeNotification-${index + 1}For${owner}`,
        arn(name),
        `exports/${name}/`,
      ]),
    );
  });

  it("are refused where others leave no room for one of each destination either, or their folders overlap", () => {
    const { queues } = own();
    const mixed = [...queues, ...own("spans", "other").queues, ...own("evals").queues];
    for (const [count, share] of [
      [100, own()],
      [98, { ...own(), queues: mixed }],
    ] as const) {
      const [problem] = notificationProblems({ QueueConfigurations: many(count) }, isOwn, share);
      assert.match(problem?.message ?? "", /would have 101 configurations, \d+ of them of others/);
    }
  });

  it("are refused where there is no room and others have a folder within the one that they share", () => {
    const live = { QueueConfigurations: [...many(98), theirs("x", "exports/x/")] };
    const share = { ...own(), queues: [...own("a").queues, ...own("b").queues] };
    const [problem, ...more] = notificationProblems(live, isOwn, share);
    assert.match(problem?.message ?? "", /would have 101 configurations, 99 of them of others/);
    assert.deepEqual(more, []);
  });

  it("are an earlier version's where its state has the same destination", () => {
    const olds = {
      queues: [
        { id: "SnowpipeNotification", queueArn: arn("ours") },
        { id: "SnowpipeNotificationFor123456789012prod", queueArn: arn("ours") },
        { id: "a", queueArn: arn("theirs") },
      ],
    };
    const migrating = ownConfigurations(owner, olds);
    assert.equal(migrating({ Id: "SnowpipeNotification", QueueArn: arn("ours") }), true);
    assert.equal(migrating({ Id: "SnowpipeNotification", QueueArn: arn("theirs") }), false);
    assert.equal(migrating({ Id: "SnowpipeNotificationFor123456789012prod", QueueArn: arn("ours") }), false);
    assert.equal(migrating({ Id: "a", QueueArn: arn("theirs") }), false);
    assert.equal(isOwn({ Id: "SnowpipeNotification", QueueArn: arn("ours") }), false);
  });

  it("are read back alone, and are gone where the bucket has none", () => {
    const live = splicedNotification(others, isOwn, own());
    assert.deepEqual(ownNotification(live, own()), own());
    assert.deepEqual(ownNotification(live, own("spans"))?.queues, own("logs").queues);
    assert.equal(ownNotification(others, own()), undefined);
  });

  it("of stacks whose names differ in a hyphen alone have Ids of their own", () => {
    const owners = ["dev-eu", "dev_eu", "deveu", "devX2Deu"].map((suffix) =>
      shareOwner("123456789012", suffix),
    );
    assert.equal(new Set(owners).size, owners.length);
    for (const each of owners) assert.match(each, /^[A-Za-z0-9]+$/);
  });

  it("are written again where another writer has undone them, and given up where that does not end", async () => {
    let live: NotificationConfiguration = others;
    let undone = 0;
    const client = (times: number) => ({
      getBucketNotificationConfiguration: async () => ({ ...live, $metadata: {} }),
      putBucketNotificationConfiguration: async ({
        NotificationConfiguration = {},
      }: {
        NotificationConfiguration: NotificationConfiguration | undefined;
      }) => {
        undone += 1;
        live =
          undone > times ? NotificationConfiguration : { ...others, EventBridgeConfiguration: undefined };
        return { $metadata: {} };
      },
    });
    await sharedNotification(client(2) as never, 1).write(own());
    assert.equal(undone, 3);
    assert.deepEqual(ownNotification(live, own()), own());
    // What the other writer has changed meanwhile is kept.
    assert.equal(live.EventBridgeConfiguration, undefined);
    live = others;
    undone = 0;
    await assert.rejects(sharedNotification(client(99) as never, 1).write(own()), /others keep changing/);
    assert.equal(undone, 5);
  });
});
