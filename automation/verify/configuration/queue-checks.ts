import { type EventSource, queueStatements } from "../../../components/events/event-queue";
import { type Check, judge } from "../check";
import type { Aws } from "../clients";
import { askedStatements, comparePolicies, differenceWords, parsePolicy } from "../policies";
import { repair, type Subject } from "../subject";

/** A queue of the stack's own, with the queue of dead letters behind it. */
export interface OwnQueue {
  /** Subject of its checks' ids. */
  readonly group: "events" | "errors";
  readonly url: string;
  readonly arn: string;
  readonly deadLetterArn: string;
  /** Who alone may fill it. */
  readonly sender: EventSource;
}

/** Who may use a queue, and whether it keeps what it is sent. */
export function queueChecks(subject: Subject, aws: Aws, queue: OwnQueue): Check[] {
  return [
    queuePolicyCheck(subject, aws, queue),
    queueSettingsCheck(subject, aws, queue),
    deadLetterCheck(subject, aws, queue),
  ];
}

function queuePolicyCheck(subject: Subject, { sqs }: Aws, queue: OwnQueue): Check {
  return {
    id: `${queue.group}/queue-policy`,
    title: "The queue takes messages of this pipeline alone",
    needs: ["sqs:GetQueueAttributes"],
    run: async () => {
      const { Attributes } = await sqs.getQueueAttributes({
        QueueUrl: queue.url,
        AttributeNames: ["Policy"],
      });
      const asked = await askedStatements(queueStatements(queue.arn, queue.sender));
      const difference = comparePolicies(parsePolicy(Attributes?.Policy), asked);
      return judge(differenceWords(difference), "one sender, over TLS, and nobody else", repair(subject));
    },
  };
}

/** Fourteen days, the most that SQS allows. */
const RETENTION_SECONDS = "1209600";

function queueSettingsCheck(subject: Subject, { sqs }: Aws, { group, url, deadLetterArn }: OwnQueue): Check {
  return {
    id: `${group}/queue-settings`,
    title: "The queue is encrypted, keeps messages 14 days and sets dead ones aside",
    needs: ["sqs:GetQueueAttributes"],
    run: async () => {
      const { Attributes = {} } = await sqs.getQueueAttributes({
        QueueUrl: url,
        AttributeNames: ["SqsManagedSseEnabled", "KmsMasterKeyId", "MessageRetentionPeriod", "RedrivePolicy"],
      });
      const deadLetters = redrive(Attributes.RedrivePolicy);
      return judge(
        [
          ...keepingProblems(Attributes),
          ...(deadLetters === deadLetterArn
            ? []
            : [`dead letters go to ${deadLetters ?? "nowhere"}, expected ${deadLetterArn}`]),
        ],
        "encrypted by SQS, 14 days, with a dead-letter queue",
        repair(subject),
      );
    },
  };
}

function deadLetterCheck(subject: Subject, { sqs }: Aws, { group, arn, deadLetterArn }: OwnQueue): Check {
  return {
    id: `${group}/dead-letter-queue`,
    title: "The queue of dead letters is encrypted, keeps them 14 days and takes those of its queue alone",
    needs: ["sqs:GetQueueUrl", "sqs:GetQueueAttributes"],
    run: async () => {
      const { QueueUrl } = await sqs.getQueueUrl({ QueueName: deadLetterArn.split(":").at(-1) });
      const { Attributes = {} } = await sqs.getQueueAttributes({
        QueueUrl,
        AttributeNames: ["SqsManagedSseEnabled", "MessageRetentionPeriod", "Policy", "RedriveAllowPolicy"],
      });
      const asked = await askedStatements(queueStatements(deadLetterArn));
      const policy = comparePolicies(parsePolicy(Attributes.Policy), asked);
      const sources = redriveSources(Attributes.RedriveAllowPolicy);
      return judge(
        [
          ...keepingProblems(Attributes),
          ...differenceWords(policy),
          ...(sources === arn ? [] : [`takes dead letters of ${sources}, expected ${arn}`]),
        ],
        "encrypted by SQS, 14 days, no other queue's",
        repair(subject),
      );
    },
  };
}

function keepingProblems(attributes: Readonly<Record<string, string>>): string[] {
  const { SqsManagedSseEnabled, MessageRetentionPeriod } = attributes;
  return [
    ...(SqsManagedSseEnabled === "true" ? [] : ["not encrypted by SQS"]),
    ...(MessageRetentionPeriod === RETENTION_SECONDS ? [] : [`keeps messages ${MessageRetentionPeriod} s`]),
  ];
}

function redrive(policy: string | undefined): string | undefined {
  if (policy === undefined || policy === "") return undefined;
  const { deadLetterTargetArn } = JSON.parse(policy) as { deadLetterTargetArn?: string };
  return deadLetterTargetArn;
}

/** Without a policy SQS lets every queue of the account in. */
function redriveSources(policy: string | undefined): string {
  const { redrivePermission = "allowAll", sourceQueueArns = [] } = JSON.parse(policy || "{}") as {
    redrivePermission?: string;
    sourceQueueArns?: string[];
  };
  return redrivePermission === "byQueue" ? sourceQueueArns.join(", ") : redrivePermission;
}
