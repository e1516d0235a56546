import type { EventSource } from "../../../components/events/event-queue";
import { topicStatements } from "../../../components/events/event-topic";
import { type Check, judge } from "../check";
import type { Aws } from "../clients";
import { askedStatements, comparePolicies, differenceWords, parsePolicy } from "../policies";
import { accountOf, repair, type Subject } from "../subject";

/** A topic of the stack's own. */
export interface OwnTopic {
  /** Subject of its checks' ids. */
  readonly group: "events" | "errors";
  /** What its policy is meant to say. */
  readonly title: string;
  readonly topicArn: string;
  /** AWS service that publishes. @default none: roles of the account alone */
  readonly publisher?: EventSource;
  /** Who of another account may subscribe. @default nobody */
  readonly subscriberArn?: string | undefined;
  /** The stack's own queue that receives its messages. @default none */
  readonly queueArn?: string | undefined;
}

/** Who may use a topic, and whether the stack's own queue receives its messages. */
export function topicChecks(subject: Subject, aws: Aws, topic: OwnTopic): Check[] {
  const policy = topicPolicyCheck(subject, aws, topic);
  const { queueArn } = topic;
  return queueArn === undefined ? [policy] : [policy, subscriptionCheck(subject, aws, topic, queueArn)];
}

function topicPolicyCheck(subject: Subject, { sns }: Aws, topic: OwnTopic): Check {
  return {
    id: `${topic.group}/topic-policy`,
    title: topic.title,
    needs: ["sns:GetTopicAttributes"],
    run: async () => {
      const { Attributes } = await sns.getTopicAttributes({ TopicArn: topic.topicArn });
      const asked = await askedStatements(
        topicStatements(topic.topicArn, { ...topic, account: accountOf(subject) }),
      );
      return judge(
        differenceWords(comparePolicies(parsePolicy(Attributes?.Policy), asked)),
        `the ${asked.length} expected statements, and no other`,
        repair(subject),
      );
    },
  };
}

function subscriptionCheck(
  subject: Subject,
  { sns }: Aws,
  { group, topicArn }: OwnTopic,
  queueArn: string,
): Check {
  return {
    id: `${group}/subscription`,
    title: "The stack's own queue receives the topic's messages",
    needs: ["sns:ListSubscriptionsByTopic", "sns:GetSubscriptionAttributes"],
    run: async () => {
      const { Subscriptions = [] } = await sns.listSubscriptionsByTopic({ TopicArn: topicArn });
      const others = Subscriptions.filter(({ Endpoint }) => Endpoint !== queueArn).map(
        ({ Endpoint, Owner }) => `${Endpoint ?? "an endpoint"} of ${Owner ?? "somebody"}`,
      );
      const elsewhere = others.length === 0 ? "nobody else" : others.join(", ");
      const ours = Subscriptions.find(({ Endpoint }) => Endpoint === queueArn);
      if (ours?.SubscriptionArn === undefined) {
        return judge([`not subscribed; subscribed: ${elsewhere}`], "", repair(subject));
      }
      const { Attributes } = await sns.getSubscriptionAttributes({ SubscriptionArn: ours.SubscriptionArn });
      const filtered = Attributes?.FilterPolicy;
      return judge(
        [
          ...(Attributes?.RawMessageDelivery === "true" ? [] : ["messages arrive wrapped by SNS, not raw"]),
          ...(filtered === undefined || filtered === "" ? [] : [`a filter lets only ${filtered} through`]),
        ],
        `subscribed, raw; also: ${elsewhere}`,
        repair(subject),
      );
    },
  };
}
