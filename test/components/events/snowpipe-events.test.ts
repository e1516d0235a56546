import assert from "node:assert/strict";
import {
  filterText,
  SnowpipeEvents,
  type SnowpipeEventsArgs,
} from "../../../components/events/snowpipe-events";
import { physicalNames } from "../../../components/physical-names";
import { complete } from "../../../components/pipeline/pipeline-args";
import { SHARED_NOTIFICATION } from "../../../components/storage/share-names";
import { toArgs } from "../../../components/to-args";
import { account, deploy, settingsFor } from "../../support";

const bucketArn = "arn:aws:s3:::acme-exports";
const queueArn = "arn:aws:sqs:us-east-1:123456789012:snowpipe-s3-notifications-dev";
const topicArn = "arn:aws:sns:us-east-1:123456789012:snowpipe-s3-notifications-dev";
const channel = "arn:aws:sqs:us-east-1:444455556666:sf-snowpipe-AIDA";
const QUEUE = "aws:sqs/queue:Queue";
const NOTIFICATION = "aws:s3/bucketNotification:BucketNotification";

describe("SnowpipeEvents", () => {
  const build = async (
    given: Readonly<Record<string, unknown>>,
    args: Partial<SnowpipeEventsArgs> = {},
    secretKeys: readonly string[] = [],
  ) => {
    const settings = { ...settingsFor(given), secretKeys: new Set(secretKeys) };
    const { deployed, result } = await deploy(() => {
      const { streams, eventsMode, fileEvents, fileSuffix } = complete(toArgs(settings));
      return new SnowpipeEvents("events", {
        names: physicalNames("dev"),
        streams,
        mode: eventsMode,
        fileEvents,
        fileSuffix,
        bucketName: "acme-exports",
        bucketArn,
        account: account(),
        dependsOn: [],
        ...args,
      });
    });
    return { deployed, result };
  };
  const streamsNamed = (...names: string[]) => names.map((name) => ({ name }));

  describe("in mode snowflake-queue", () => {
    it("has a notification without a target while no queue is known, so that none can slip in", async () => {
      const { deployed, result } = await build({});
      assert.deepEqual(deployed.only(NOTIFICATION).inputs, { bucket: "acme-exports" });
      assert.equal(result.queue, undefined);
      assert.equal(result.topicArn, undefined);
      assert.deepEqual(deployed.of("aws:sqs/queue:Queue"), []);
      assert.deepEqual(deployed.of("aws:sns/topic:Topic"), []);
    });

    it("tells the pipe's queue of the stream's files", async () => {
      const { deployed } = await build({ events: { notificationChannels: { logs: channel } } });
      assert.deepEqual(deployed.only(NOTIFICATION).inputs, {
        bucket: "acme-exports",
        queues: [
          {
            id: "SnowpipeNotification",
            events: ["s3:ObjectCreated:*"],
            filterPrefix: "braintrust-exports/logs/",
            queueArn: channel,
          },
        ],
      });
    });

    it("tells of those streams alone whose queue is known", async () => {
      const { deployed } = await build({
        streams: streamsNamed("logs", "spans", "scores"),
        events: { notificationChannels: { scores: `${channel}2`, logs: channel } },
      });
      const { queues } = deployed.only(NOTIFICATION).inputs;
      assert.deepEqual(queues, [
        {
          id: "SnowpipeNotification-logs",
          events: ["s3:ObjectCreated:*"],
          filterPrefix: "braintrust-exports/logs/",
          queueArn: channel,
        },
        {
          id: "SnowpipeNotification-scores",
          events: ["s3:ObjectCreated:*"],
          filterPrefix: "braintrust-exports/scores/",
          queueArn: `${channel}2`,
        },
      ]);
    });

    it("passes on the suffix and the kinds of events", async () => {
      const fileEvents = ["s3:ObjectCreated:CompleteMultipartUpload", "s3:ObjectCreated:Put"];
      const { deployed } = await build({
        events: { notificationChannels: { logs: channel }, suffix: ".parquet", fileEvents },
      });
      assert.deepEqual(deployed.only(NOTIFICATION).inputs.queues, [
        {
          id: "SnowpipeNotification",
          events: fileEvents,
          filterPrefix: "braintrust-exports/logs/",
          filterSuffix: ".parquet",
          queueArn: channel,
        },
      ]);
    });

    it("encodes prefixes and suffixes for S3's filters, and nothing else of them", async () => {
      const { deployed } = await build({
        exportPrefix: "env=prod/",
        streams: [{ name: "logs", prefix: "dt=2024-01-01/a_b.c-d/" }],
        events: { notificationChannels: { logs: channel }, suffix: "=final.jsonl" },
      });
      const { queues } = deployed.only(NOTIFICATION).inputs;
      const [filter] = queues as { filterPrefix: string; filterSuffix: string }[];
      assert.equal(filter?.filterPrefix, "env%3Dprod/dt%3D2024-01-01/a_b.c-d/");
      assert.equal(filter?.filterSuffix, "%3Dfinal.jsonl");
    });

    it("takes 100 streams, each with an id and a prefix of its own", async () => {
      const names = Array.from({ length: 100 }, (_, index) => `stream${index}`);
      const notificationChannels = Object.fromEntries(names.map((name) => [name, channel]));
      const { deployed } = await build({ streams: streamsNamed(...names), events: { notificationChannels } });
      const queues = deployed.only(NOTIFICATION).inputs.queues as { id: string; filterPrefix: string }[];
      assert.equal(queues.length, 100);
      assert.equal(new Set(queues.map(({ id }) => id)).size, 100);
      assert.equal(new Set(queues.map(({ filterPrefix }) => filterPrefix)).size, 100);
    });

    it("has one of the folder that 101 streams share, for pipes of one account", async () => {
      const names = Array.from({ length: 101 }, (_, index) => `stream${index}`);
      const streams = names.map((name) => ({ name, prefix: `eu=west/${name}/` }));
      const notificationChannels = Object.fromEntries(names.slice(1).map((name) => [name, channel]));
      for (const secretKeys of [[], ["events"]]) {
        const { deployed } = await build({ streams, events: { notificationChannels } }, {}, secretKeys);
        assert.deepEqual(deployed.only(NOTIFICATION).inputs.queues, [
          {
            id: "SnowpipeNotification",
            events: ["s3:ObjectCreated:*"],
            filterPrefix: "braintrust-exports/eu%3Dwest/",
            queueArn: channel,
          },
        ]);
      }
    });

    it("has one for each of two accounts whose 101 streams lie in folders apart", async () => {
      const streams = Array.from({ length: 101 }, (_, index) => ({
        name: `stream${index}`,
        prefix: `${index < 60 ? "emea" : "amer"}/stream${index}/`,
      }));
      const notificationChannels = Object.fromEntries(
        streams.map(({ name, prefix }) => [name, prefix.startsWith("emea") ? channel : `${channel}-2`]),
      );
      const { deployed } = await build({ streams, events: { notificationChannels } });
      const queues = deployed.only(NOTIFICATION).inputs.queues as Record<string, unknown>[];
      assert.deepEqual(queues.map(({ id, filterPrefix, queueArn }) => [id, filterPrefix, queueArn]).sort(), [
        ["SnowpipeNotification-1", "braintrust-exports/emea/", channel],
        ["SnowpipeNotification-2", "braintrust-exports/amer/", `${channel}-2`],
      ]);
    });

    it("has its part alone of a bucket that others use too, under Ids of its own", async () => {
      const owner = "123456789012dev";
      const { deployed } = await build({}, { owner });
      assert.deepEqual(deployed.of(NOTIFICATION), []);
      assert.deepEqual(deployed.only(SHARED_NOTIFICATION).inputs, {
        bucket: "acme-exports",
        owner,
        queues: [],
        topics: [],
      });
      const told = await build({ events: { notificationChannels: { logs: channel } } }, { owner });
      const { queues } = told.deployed.only(SHARED_NOTIFICATION).inputs;
      assert.deepEqual(
        (queues as { id: string }[]).map(({ id }) => id),
        ["SnowpipeNotificationFor123456789012dev"],
      );
    });
  });

  for (const [mode, list, arn] of [
    ["queue", "queues", queueArn],
    ["sns", "topics", topicArn],
  ] as const) {
    it(`has one configuration for all of 1000 streams in mode ${mode}`, async () => {
      const streams = Array.from({ length: 1_000 }, (_, index) => ({ name: `stream${index}` }));
      const { deployed } = await build({ events: { mode }, streams });
      const [only, ...others] = deployed.only(NOTIFICATION).inputs[list] as Record<string, unknown>[];
      assert.deepEqual(others, []);
      assert.deepEqual([only?.filterPrefix, only?.queueArn ?? only?.topicArn], ["braintrust-exports/", arn]);
    });
  }

  it("tells its own queue in mode queue, once the queue takes events", async () => {
    const { deployed, result } = await build({ events: { mode: "queue" }, streams: streamsNamed("a", "b") });
    const notification = deployed.only(NOTIFICATION);
    assert.deepEqual(notification.inputs, {
      bucket: "acme-exports",
      queues: ["a", "b"].map((name) => ({
        id: `SnowpipeNotification-${name}`,
        events: ["s3:ObjectCreated:*"],
        filterPrefix: `braintrust-exports/${name}/`,
        queueArn,
      })),
    });
    assert.ok(deployed.waits(notification, deployed.named("events-queue", QUEUE)));
    const [sending] = deployed.statements(deployed.named("events-queue", QUEUE));
    assert.deepEqual(sending?.Principal, { Service: "s3.amazonaws.com" });
    assert.deepEqual(sending?.Condition, {
      ArnEquals: { "aws:SourceArn": bucketArn },
      StringEquals: { "aws:SourceAccount": "123456789012" },
    });
    assert.ok(result.queue !== undefined && result.topicArn === undefined);
  });

  it("tells the topic in mode sns, once it takes events, and the topic its queue", async () => {
    const { deployed, result } = await build(
      { events: { mode: "sns" } },
      { kmsKeyArn: "arn:key", subscriberArn: "arn:aws:iam::444455556666:user/snow" },
    );
    const notification = deployed.only(NOTIFICATION);
    assert.deepEqual(notification.inputs, {
      bucket: "acme-exports",
      topics: [
        {
          id: "SnowpipeNotification",
          events: ["s3:ObjectCreated:*"],
          filterPrefix: "braintrust-exports/logs/",
          topicArn,
        },
      ],
    });
    assert.ok(deployed.waits(notification, deployed.only("aws:sns/topicPolicy:TopicPolicy")));
    assert.equal(deployed.only("aws:sns/topic:Topic").inputs.kmsMasterKeyId, "arn:key");
    const subscription = deployed.only("aws:sns/topicSubscription:TopicSubscription");
    assert.deepEqual(subscription.inputs, {
      topic: topicArn,
      protocol: "sqs",
      endpoint: queueArn,
      rawMessageDelivery: true,
    });
    assert.ok(deployed.waits(subscription, deployed.named("events-queue", QUEUE)));
    const [sending] = deployed.statements(deployed.named("events-queue", QUEUE));
    assert.deepEqual(sending?.Principal, { Service: "sns.amazonaws.com" });
    assert.deepEqual(sending?.Condition, { ArnEquals: { "aws:SourceArn": topicArn } });
    assert.ok(result.queue !== undefined && result.topicArn !== undefined);
  });

  it("makes nothing in mode none", async () => {
    const { deployed } = await build({ events: { mode: "none", notificationChannels: { logs: channel } } });
    assert.deepEqual(
      deployed.resources.filter(({ type }) => type.startsWith("aws:")),
      [],
    );
  });
});

/** S3 as its pages describe it: a filter's text is decoded, a blank being "+", and then compared with the key. Not run against S3. */
function s3Matches(filterPrefix: string, key: string): boolean {
  return key.startsWith(decodeURIComponent(filterPrefix.replaceAll("+", "%20")));
}

describe("filterText", () => {
  for (const prefix of [
    "env=prod/",
    "braintrust-exports/team=data/dt=2024-01-01/",
    "a_b.c-d/",
    "a b/",
    "a+b/ü/",
  ]) {
    it(`matches the keys below ${prefix}, once S3 has decoded it`, () => {
      assert.ok(s3Matches(filterText(prefix), `${prefix}file.jsonl`));
      assert.ok(!s3Matches(filterText(prefix), "other/file.jsonl"));
    });
  }
});
