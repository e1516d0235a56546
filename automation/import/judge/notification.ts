import type { QueueConfiguration, TopicConfiguration } from "@aws-sdk/client-s3";
import { isEarlierName } from "../../../components/storage/share-names";
import { type Rule, ruleOf, ruleWords } from "../../../provider/overlap";
import type { Found, FoundBucket } from "../found";
import { type Gathered, givenIn, type Target } from "./judgement";

const NOTIFICATION = "aws:s3/bucketNotification:BucketNotification";

type Configuration = Partial<QueueConfiguration & TopicConfiguration>;
type Destinations = Pick<Found, "queue" | "topic">;

/** Whose configurations the bucket's one notification has: those of others stand in the way, since the stack's replaces all. */
export function judgeNotification(
  bucket: FoundBucket,
  destinations: Destinations,
  target: Target,
  gathered: Gathered,
): void {
  const { name, notification } = bucket;
  const {
    QueueConfigurations = [],
    TopicConfigurations = [],
    LambdaFunctionConfigurations = [],
  } = notification;
  const sent: Configuration[] = [...QueueConfigurations, ...TopicConfigurations];
  const own = sent.filter((one) => isOwn(one, destinations));
  const others = [...sent.filter((one) => !own.includes(one)), ...LambdaFunctionConfigurations].map((one) =>
    ruleWords(ruleOf(one)),
  );
  if (notification.EventBridgeConfiguration !== undefined) others.push("EventBridge");
  for (const other of others) {
    gathered.say(
      "fail",
      `notification of ${name}`,
      `${other} is none of this pipeline's, and the stack's notification would replace it`,
      `set existingBucket to ${name}, which keeps what others have there, or move it to another bucket`,
    );
  }
  keepPrefix(bucket, own.map(ruleOf), target, gathered);
  if (own.length === 0 || target.settings.events.mode === "none") return;
  gathered.import(NOTIFICATION, "pipeline-events-notification", name);
  const [first] = own;
  const evidence = `${own.map((one) => ruleWords(ruleOf(one))).join("; ")}: to import`;
  gathered.say("ok", `notification of ${name}`, evidence);
  keepChannel(first, target, gathered);
}

/** On a bucket that stays its owner's the stack has configurations of its own, and S3 takes one for an event of a file. */
export function judgeSharedNotification(
  { name, notification }: FoundBucket,
  destinations: Destinations,
  gathered: Gathered,
): void {
  const { QueueConfigurations = [], TopicConfigurations = [] } = notification;
  const sent: Configuration[] = [...QueueConfigurations, ...TopicConfigurations];
  for (const one of sent.filter((each) => isOwn(each, destinations))) {
    gathered.say(
      "fail",
      `notification of ${name}`,
      `${ruleWords(ruleOf(one))} is this pipeline's, and on an existingBucket the stack adds its own beside it`,
      "remove it from the bucket's notification, and keep the others there",
    );
  }
}

/** What sends to the pipeline's own queue or topic, or to a queue of Snowflake's, or has the guide's name. */
function isOwn({ Id, QueueArn, TopicArn }: Configuration, to: Destinations): boolean {
  const arn = QueueArn ?? TopicArn;
  if (arn !== undefined && (arn === to.queue?.arn || arn === to.topic?.arn)) return true;
  return isEarlierName(Id) || isSnowflakes(arn);
}

/** As Snowflake names the queue of a pipe: docs.snowflake.com/en/user-guide/data-load-snowpipe-auto-s3 */
function isSnowflakes(arn: string | undefined): boolean {
  return arn !== undefined && /:sf-snowpipe-[^:]+$/.test(arn);
}

/** The queue of the pipe, where one stream has it. */
function keepChannel(one: Configuration | undefined, { settings }: Target, gathered: Gathered): void {
  const QueueArn = one?.QueueArn;
  const [stream, ...others] = settings.streams;
  if (!isSnowflakes(QueueArn) || stream === undefined || others.length > 0) return;
  gathered.fill(["events", "notificationChannels"], { [stream.name]: QueueArn });
}

/**
 * Where the exports are: Braintrust cannot change the path of an export, so that the settings take the one that the notification
 * has, or the only folder.
 */
function keepPrefix(
  { name, folders }: FoundBucket,
  rules: readonly Rule[],
  { file, settings }: Target,
  gathered: Gathered,
): void {
  const [folder, ...otherFolders] = folders;
  const [rule] = rules;
  const found = rule?.prefix
    ? decodeURIComponent(rule.prefix)
    : otherFolders.length === 0
      ? folder
      : undefined;
  const { streams } = settings;
  let prefix = settings.exportPrefix;
  if (found?.endsWith("/") && givenIn(file, ["exportPrefix"]) === undefined) {
    if (found !== prefix) gathered.fill(["exportPrefix"], found);
    prefix = found;
  }
  const [stream, ...others] = streams;
  const given = givenIn(file, ["streams"]);
  const [written] = Array.isArray(given) ? (given as readonly Readonly<Record<string, unknown>>[]) : [];
  const single = stream !== undefined && others.length === 0 && written?.prefix === undefined;
  if (single && found?.startsWith(prefix) && found !== stream.prefix) {
    const { name: streamName, format } = stream;
    gathered.set(["streams"], [{ ...(written ?? { name: streamName, format }), prefix: found }]);
  }
  const outside = folders.filter((one) => !one.startsWith(prefix) && !prefix.startsWith(one));
  if (outside.length === 0) return;
  gathered.say(
    "warn",
    `bucket ${name}`,
    `neither role reaches ${outside.slice(0, 5).join(", ")}${outside.length > 5 ? ", ..." : ""} after \`up\`: exports are below ${prefix}`,
    "set exportPrefix to the folder of the exports",
  );
}
