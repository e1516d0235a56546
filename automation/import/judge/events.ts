import { deadLetterName } from "../../../components/physical-names";
import { statementsOf } from "../../policy-document";
import type { Found, FoundQueue, FoundTopic, FoundTrail } from "../found";
import { awsPrincipals, statementName } from "./documents";
import { type Gathered, givenIn, type Target } from "./judgement";

const QUEUE = "aws:sqs/queue:Queue";

/** Queue and topic, as the mode of events has them, and the trail. */
export function judgeEvents(found: Found, target: Target, gathered: Gathered): void {
  const { queue, topic } = found;
  const mode = givenIn(target.file, ["events", "mode"]) ?? modeOf(found);
  if (mode !== undefined) gathered.fill(["events", "mode"], mode);
  if (queue !== undefined && (mode === "queue" || mode === "sns")) importQueue(queue, gathered);
  else if (queue !== undefined) left(`queue ${queue.name}`, `events.mode is ${mode}`, "queue", gathered);
  if (topic !== undefined && mode === "sns") importTopic(topic, gathered);
  else if (topic !== undefined) left(`topic ${topic.name}`, `events.mode is ${mode}`, "sns", gathered);
}

/** What the bucket sends to; without a notification, what there is. */
function modeOf({ bucket, queue, topic }: Found): "queue" | "sns" | undefined {
  const { TopicConfigurations = [], QueueConfigurations = [] } = bucket?.notification ?? {};
  if (topic !== undefined && TopicConfigurations.some(({ TopicArn }) => TopicArn === topic.arn)) return "sns";
  if (queue !== undefined && QueueConfigurations.some(({ QueueArn }) => QueueArn === queue.arn))
    return "queue";
  // Snowflake's own queue, or another's.
  if (QueueConfigurations.length + TopicConfigurations.length > 0) return undefined;
  if (topic !== undefined) return "sns";
  return queue === undefined ? undefined : "queue";
}

function left(name: string, why: string, mode: string, gathered: Gathered): void {
  gathered.say(
    "warn",
    name,
    `not imported: ${why}; it stays, and receives no events of the bucket after \`up\``,
    `to import it, set events.mode to ${mode}`,
  );
}

function importQueue(queue: FoundQueue, gathered: Gathered): void {
  const { name, url, deadLetterArn, ownDeadLetterUrl } = queue;
  gathered.import(QUEUE, "pipeline-events-queue", url);
  gathered.set(["events", "queueName"], name);
  gathered.say("ok", `queue ${name}`, "to import, with its messages");
  if (ownDeadLetterUrl !== undefined) {
    gathered.import(QUEUE, "pipeline-events-queue-dead-letters", ownDeadLetterUrl);
    gathered.say("ok", `queue ${deadLetterName(name)}`, "to import as its dead-letter queue");
  }
  if (deadLetterArn !== undefined && !deadLetterArn.endsWith(`:${deadLetterName(name)}`)) {
    gathered.say(
      "warn",
      `queue ${name}`,
      `its dead letters go to ${deadLetterArn}, and to ${deadLetterName(name)} after \`up\`; those so far stay there`,
    );
  }
  replaced(`queue ${name}`, queue.policy, gathered);
}

function importTopic({ name, arn, policy }: FoundTopic, gathered: Gathered): void {
  gathered.import("aws:sns/topic:Topic", "pipeline-events-topic", arn);
  gathered.import("aws:sns/topicPolicy:TopicPolicy", "pipeline-events-topic-policy", arn);
  gathered.set(["events", "topicName"], name);
  gathered.say("ok", `topic ${name}`, "to import, with its subscriptions");
  const [subscriber] = (statementsOf(policy) ?? [])
    .filter(({ Effect, Action }) => Effect === "Allow" && /sns:subscribe/i.test(String(Action)))
    .flatMap(awsPrincipals)
    .filter((principal) => /^arn:[^:]+:iam::\d{12}:user\//.test(principal));
  if (subscriber !== undefined) gathered.fill(["snowflake", "snsSubscriberArn"], subscriber);
  replaced(`topic ${name}`, policy, gathered, subscriber);
}

/** Statements by which others than S3 and the account use it: a queue and a topic of the program have a whole policy of their own. */
function replaced(title: string, policy: string | undefined, gathered: Gathered, kept?: string): void {
  const others = (statementsOf(policy) ?? []).filter((statement) => {
    const service = typeof statement.Principal === "object" && String(statement.Principal.Service ?? "");
    if (service === "s3.amazonaws.com" || service === "sns.amazonaws.com") return false;
    if (statement.Effect === "Deny" || statement.Sid === "__default_statement_ID") return false;
    return !awsPrincipals(statement).every((principal) => principal === kept);
  });
  if (others.length === 0) return;
  gathered.say(
    "warn",
    title,
    `\`up\` replaces its policy, ${others.map(statementName).join(", ")} among it`,
    "see that nobody else needs it: the stack allows the bucket, and Snowflake where a topic is subscribed to",
  );
}

/** Why a stack cannot have a trail for its own. */
function trailObstacle(
  { organization, homeRegion, otherDataEvents }: FoundTrail,
  region: string,
): string | undefined {
  if (organization) return "is the organization's";
  if (homeRegion !== region) return `has its home in ${homeRegion}`;
  if (otherDataEvents.length === 0) return undefined;
  return `also records ${otherDataEvents.join(", ")}, which the stack's trail would not`;
}

/** The trail, where it records nothing of others. */
export function judgeTrail(
  { trail, account, bucket }: Found,
  { settings }: Target,
  gathered: Gathered,
): void {
  if (trail === undefined) return;
  const title = `trail ${trail.name}`;
  const keep = `set auditTrail.existing to ${trail.arn}: the stack then uses it and leaves it as it is`;
  const obstacle = trailObstacle(trail, account.region);
  if (obstacle !== undefined) {
    gathered.say("fail", title, obstacle, keep);
    return;
  }
  if (settings.auditTrail.existing !== undefined) return;
  gathered.import("aws:cloudtrail/trail:Trail", "pipeline-audit-trail", trail.arn);
  gathered.set(["auditTrail", "name"], trail.name);
  if (!settings.auditTrail.enabled) gathered.set(["auditTrail", "enabled"], true);
  if (trail.logGroup === `/aws/cloudtrail/${trail.name}`) {
    gathered.import("aws:cloudwatch/logGroup:LogGroup", "pipeline-audit-group", trail.logGroup);
  }
  gathered.say(
    "warn",
    title,
    `to import; it records ${bucket?.name ?? "the bucket"} and, by auditTrail.managementEvents, the account's calls; its log files go to a bucket ` +
      `of the stack after \`up\`, and those so far stay in ${trail.bucket}`,
  );
}
