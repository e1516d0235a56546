import { type Check, judge } from "./check";
import type { Aws } from "./clients";
import { comparePolicies, differenceWords, parsePolicy, type Statement } from "./policies";
import { repair, type Subject } from "./subject";

/** The stack's own queue of events, where it has one, and the queue of dead letters behind it. */
export function queueChecks(subject: Subject, aws: Aws): Check[] {
  const { notificationQueueUrl: url, notificationQueueArn: arn } = subject.outputs;
  if (url === undefined || arn === undefined) return [];
  return [queuePolicyCheck(subject, aws, { url, arn }), queueSettingsCheck(subject, aws, url)];
}

function queuePolicyCheck(subject: Subject, { sqs }: Aws, { url, arn }: { url: string; arn: string }): Check {
  return {
    id: "events/queue-policy",
    title: "The queue takes events of this pipeline alone",
    needs: ["sqs:GetQueueAttributes"],
    run: async () => {
      const { Attributes } = await sqs.getQueueAttributes({ QueueUrl: url, AttributeNames: ["Policy"] });
      const difference = comparePolicies(parsePolicy(Attributes?.Policy), queueStatements(subject, arn));
      return judge(differenceWords(difference), "one sender, over TLS, and nobody else", repair(subject));
    },
  };
}

function queueStatements({ outputs, accountId }: Subject, queueArn: string): Statement[] {
  const topicArn = outputs.notificationTopicArn;
  return [
    {
      Sid: "AllowEvents",
      Effect: "Allow",
      Principal: { Service: topicArn === undefined ? "s3.amazonaws.com" : "sns.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: queueArn,
      Condition: {
        ArnEquals: { "aws:SourceArn": topicArn ?? outputs.bucketArn },
        ...(topicArn === undefined ? { StringEquals: { "aws:SourceAccount": accountId } } : {}),
      },
    },
    {
      Sid: "DenyInsecureTransport",
      Effect: "Deny",
      Principal: "*",
      Action: "sqs:*",
      Resource: queueArn,
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ];
}

/** Fourteen days, the most that SQS allows. */
const RETENTION_SECONDS = "1209600";

function queueSettingsCheck(subject: Subject, { sqs }: Aws, url: string): Check {
  return {
    id: "events/queue-settings",
    title: "The queue is encrypted, keeps messages 14 days and sets dead ones aside",
    needs: ["sqs:GetQueueAttributes"],
    run: async () => {
      const { Attributes = {} } = await sqs.getQueueAttributes({
        QueueUrl: url,
        AttributeNames: ["SqsManagedSseEnabled", "KmsMasterKeyId", "MessageRetentionPeriod", "RedrivePolicy"],
      });
      const deadLetters = redrive(Attributes.RedrivePolicy);
      const { deadLetterQueueArn } = subject.outputs;
      const retention = Attributes.MessageRetentionPeriod;
      return judge(
        [
          ...(Attributes.SqsManagedSseEnabled === "true" ? [] : ["not encrypted by SQS"]),
          ...(retention === RETENTION_SECONDS ? [] : [`keeps messages ${retention} s`]),
          ...(deadLetters === deadLetterQueueArn
            ? []
            : [`dead letters go to ${deadLetters ?? "nowhere"}, asked for ${deadLetterQueueArn}`]),
        ],
        "encrypted by SQS, 14 days, dead letters set aside",
        repair(subject),
      );
    },
  };
}

function redrive(policy: string | undefined): string | undefined {
  if (policy === undefined || policy === "") return undefined;
  const { deadLetterTargetArn } = JSON.parse(policy) as { deadLetterTargetArn?: string };
  return deadLetterTargetArn;
}
