import { ACCOUNT_ID } from "../../../support";
import { NOW } from "../live-account";
import {
  allow,
  kms,
  removeStatement,
  set,
  stranger,
  topicWithKey,
  turnsRed,
  userMode,
  viaTopic,
} from "../mutation";

turnsRed("events", [
  ["no notification", ["events/notification", "data/event"], (live) => set(live, { notification: [] })],
  [
    "a notification to another queue",
    ["events/notification", "data/event"],
    (live) => Object.assign(live.notification[0] ?? {}, { QueueArn: "arn:aws:sqs:us-east-1:1:other" }),
  ],
  [
    "a notification of another prefix",
    ["events/notification", "data/event"],
    (live) => Object.assign(live.notification[0]?.Filter.Key.FilterRules[0] ?? {}, { Value: "other/" }),
  ],
  [
    "a notification of deletions alone",
    ["events/notification"],
    (live) => Object.assign(live.notification[0] ?? {}, { Events: ["s3:ObjectRemoved:*"] }),
  ],
  ["no queue policy", ["events/queue-policy"], (live) => Object.assign(live.queue, { Policy: "" })],
  [
    "a queue that anybody's bucket may fill",
    ["events/queue-policy"],
    (live) =>
      Object.assign(live.queue, { Policy: live.queue.Policy?.replace(/,"StringEquals":\{[^}]*\}/, "") }),
  ],
  [
    "a queue without encryption",
    ["events/queue-settings"],
    (live) => Object.assign(live.queue, { SqsManagedSseEnabled: "false" }),
  ],
  [
    "a queue that forgets",
    ["events/queue-settings"],
    (live) => Object.assign(live.queue, { MessageRetentionPeriod: "60" }),
  ],
  ["no redrive", ["events/queue-settings"], (live) => Object.assign(live.queue, { RedrivePolicy: "" })],
  [
    "a queue of dead letters that takes any queue's",
    ["events/dead-letter-queue"],
    (live) => Object.assign(live.deadLetterQueue, { RedriveAllowPolicy: "" }),
  ],
  [
    "a queue of dead letters that forgets",
    ["events/dead-letter-queue"],
    (live) => Object.assign(live.deadLetterQueue, { MessageRetentionPeriod: "60" }),
  ],
  [
    "a queue of dead letters open to plain HTTP",
    ["events/dead-letter-queue"],
    (live) => Object.assign(live.deadLetterQueue, { Policy: "" }),
  ],
  [
    "a notification that is not expected",
    ["events/notification"],
    (live) =>
      live.notification.push({
        Id: "theirs",
        Events: ["s3:ObjectCreated:*"],
        Filter: { Key: { FilterRules: [] } },
        QueueArn: "arn:aws:sqs:us-east-1:999900001111:theirs",
      }),
  ],
  ["events that get lost", ["data/event"], (live) => set(live, { delivers: false })],
  [
    "a stranger may subscribe",
    ["events/topic-policy"],
    (live) => Object.assign(live.topic, { Policy: live.topic.Policy?.replace(ACCOUNT_ID, "999900001111") }),
    viaTopic,
  ],
  [
    "a topic without its key",
    ["events/topic-encryption"],
    (live) => delete live.topic.KmsMasterKeyId,
    topicWithKey,
  ],
  [
    "a queue that is not subscribed to the topic",
    ["events/subscription"],
    (live) => set(live, { subscriptions: [] }),
    viaTopic,
  ],
  [
    "a subscription that filters",
    ["events/subscription"],
    (live) => Object.assign(live.subscriptions[0]?.attributes ?? {}, { FilterPolicy: '{"a":["b"]}' }),
    viaTopic,
  ],
]);

turnsRed("key", [
  ["a key about to be deleted", ["key/state"], (live) => set(live.key, { state: "PendingDeletion" }), kms],
  ["no rotation", ["key/rotation"], (live) => set(live.key, { rotates: false }), kms],
  [
    "a key for a stranger",
    ["key/policy"],
    (live) => live.key.policy.push(allow("kms:Decrypt", "*", { AWS: stranger })),
    kms,
  ],
  [
    "a key that the reader may not use",
    ["key/policy"],
    (live) => removeStatement(live.key.policy, "DecryptExports"),
    kms,
  ],
]);

turnsRed("freshness", [
  [
    "exports that stopped",
    ["fresh/logs"],
    (live) =>
      set(live, { versions: live.versions.map((each) => ({ ...each, at: new Date(NOW - 25 * 3_600_000) })) }),
  ],
  ["dead letters", ["fresh/dead-letters"], (live) => set(live, { deadLetters: 1 })],
  [
    "an alarm that fires",
    ["fresh/alarms"],
    (live) => Object.assign(live.alarms[0] ?? {}, { StateValue: "ALARM" }),
  ],
  [
    "an alarm without recipients",
    ["fresh/alarms"],
    (live) => Object.assign(live.alarms.at(-1) ?? {}, { ActionsEnabled: false }),
  ],
  [
    "an old access key",
    ["fresh/access-keys"],
    (live) => Object.assign(live.accessKeys[0] ?? {}, { CreateDate: new Date(NOW - 91 * 24 * 3_600_000) }),
    userMode,
  ],
  [
    "a key that is not expected",
    ["fresh/access-keys"],
    (live) => live.accessKeys.push({ AccessKeyId: "AKIAX", Status: "Active", CreateDate: new Date(NOW) }),
    userMode,
  ],
  [
    "a key that is off",
    ["fresh/access-keys"],
    (live) => Object.assign(live.accessKeys[0] ?? {}, { Status: "Inactive" }),
    userMode,
  ],
]);
