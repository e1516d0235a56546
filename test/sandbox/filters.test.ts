import assert from "node:assert/strict";
import type { QueueConfiguration } from "@aws-sdk/client-s3";
import { receiveEvents } from "../../automation/sandbox/third-parties";
import { EventsMode } from "../../components/arguments";
import { notifications } from "../../components/events/snowpipe-events";
import { decodeFilters } from "./decoded-filters";
import { type Aws, createChannel, type SandboxStack, useSandbox } from "./harness";

const QUEUE = "filters";
const BUCKET = "hive-layouts";
const ANNOUNCED = ["lake/dt=2024-01-01/hour=03/a.b_c-v=1.jsonl", "team=data/env=prod/logs-v=1.jsonl"];
const OTHERS = [
  "team=data/env=dev/logs-v=1.jsonl",
  "team%3Ddata/env%3Dprod/logs-v=1.jsonl",
  "lake/dt=2024-01-01/hour=03/a.b_c-v=2.jsonl",
  "lake/dt=2024-01-02/hour=03/a.b_c-v=1.jsonl",
];

describe("the notification of streams in Hive layouts, in an S3 that compares keys with decoded filters", () => {
  const sandbox = useSandbox();
  let stack: SandboxStack;
  let aws: Aws;
  let notificationQueueUrl: string;

  before(async () => {
    stack = await sandbox.stack("dev");
    aws = stack.clients();
    notificationQueueUrl = await createChannel(aws, QUEUE);
    await aws.s3.createBucket({ Bucket: BUCKET });
  });

  it("announces the files below the prefixes and with the suffix, and no others", async () => {
    const { queues } = notifications(
      [
        { name: "logs", prefix: "team=data/env=prod/" },
        { name: "spans", prefix: "lake/dt=2024-01-01/hour=03/" },
      ],
      { mode: EventsMode.Queue, fileEvents: ["s3:ObjectCreated:*"], fileSuffix: "v=1.jsonl" },
      { queueArn: `arn:aws:sqs:us-east-1:000000000000:${QUEUE}` },
    );
    await aws.s3.putBucketNotificationConfiguration({
      Bucket: BUCKET,
      NotificationConfiguration: { QueueConfigurations: queues.map(asRequest) },
    });
    await decodeFilters(aws.s3, BUCKET);
    // The others come first, so that an event of theirs is in the queue before the last one that is awaited.
    for (const Key of [...OTHERS, ...ANNOUNCED]) await aws.s3.putObject({ Bucket: BUCKET, Key, Body: "{}" });
    const announced = await receiveEvents(stack.file, { notificationQueueUrl }, ANNOUNCED);
    assert.deepEqual(announced.sort(), ANNOUNCED);
  });
});

/** As the provider puts it to S3. */
function asRequest({
  id,
  queueArn,
  events,
  filterPrefix,
  filterSuffix,
}: ReturnType<typeof notifications>["queues"][number]): QueueConfiguration {
  return {
    Id: String(id),
    QueueArn: String(queueArn),
    Events: events as QueueConfiguration["Events"],
    Filter: {
      Key: {
        FilterRules: [
          { Name: "prefix", Value: String(filterPrefix) },
          { Name: "suffix", Value: String(filterSuffix) },
        ],
      },
    },
  };
}
