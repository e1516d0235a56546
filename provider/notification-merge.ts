import type { NotificationConfiguration, QueueConfiguration, TopicConfiguration } from "@aws-sdk/client-s3";
import { z } from "zod";
import { awsLimits } from "../components/aws-limits";
import { isEarlierName, isOwnedBy, ownedName } from "../components/storage/share-names";
import { mergedFilters } from "../components/streams";
import { equivalent } from "./equivalence";
import { overlap, type Rule, ruleOf, ruleWords } from "./overlap";
import type { Problem } from "./resource-kind";

const entry = z.object({
  id: z.string(),
  events: z.array(z.string()),
  filterPrefix: z.string().optional(),
  filterSuffix: z.string().optional(),
});
const queue = entry.extend({ queueArn: z.string() });
const topic = entry.extend({ topicArn: z.string() });

/** What of a bucket's notification is one pipeline's, as the resource has it. */
export const notificationShare = z.object({
  bucket: z.string(),
  owner: z.string().min(1),
  queues: z.array(queue).default([]),
  topics: z.array(topic).default([]),
});
/** A pipeline's share of a bucket's notification. */
export type NotificationShare = z.output<typeof notificationShare>;

/** What the state of an earlier version, or of this one, lists. */
const listed = z.object({
  queues: z.array(z.object({ id: z.string().nullish(), queueArn: z.string().nullish() })).nullish(),
  topics: z.array(z.object({ id: z.string().nullish(), topicArn: z.string().nullish() })).nullish(),
});

/** Any configuration of a bucket's notification, whatever it sends to. */
type Configuration = QueueConfiguration & TopicConfiguration & { readonly LambdaFunctionArn?: string };

/** Of which configurations a pipeline may dispose. */
export type IsOwn = (configuration: Partial<Configuration>) => boolean;

/**
 * Those with the owner's mark, and those that an earlier version has written by the state that it left: its outputs may list
 * those of others too.
 */
export function ownConfigurations(owner: string, olds: unknown = {}): IsOwn {
  const { queues, topics } = listed.safeParse(olds).data ?? {};
  const earlier = [
    ...(queues ?? []).map(({ id, queueArn }) => ({ id, arn: queueArn })),
    ...(topics ?? []).map(({ id, topicArn }) => ({ id, arn: topicArn })),
  ].filter(({ id }) => isEarlierName(id ?? undefined));
  return ({ Id, QueueArn, TopicArn }) =>
    isOwnedBy(Id, owner) || earlier.some(({ id, arn }) => id === Id && arn === (QueueArn ?? TopicArn));
}

/**
 * A bucket's notification with the pipeline's configurations replacing those that it has there. Those of others stay, in
 * their order.
 *
 * @param own `undefined` takes the pipeline's away.
 */
export function splicedNotification(
  live: NotificationConfiguration,
  isOwn: IsOwn,
  own: NotificationShare | undefined,
): NotificationConfiguration {
  const queues = own?.queues.map(({ queueArn, ...rest }) => ({ QueueArn: queueArn, ...written(rest) })) ?? [];
  const topics = own?.topics.map(({ topicArn, ...rest }) => ({ TopicArn: topicArn, ...written(rest) })) ?? [];
  return {
    ...live,
    QueueConfigurations: splicedList(live.QueueConfigurations, isOwn, queues),
    TopicConfigurations: splicedList(live.TopicConfigurations, isOwn, topics),
  };
}

/**
 * The pipeline's configurations: those that it asks for, and where S3 has no room for them beside those of others, one for each
 * destination.
 */
export function fittingShare(
  live: NotificationConfiguration,
  isOwn: IsOwn,
  own: NotificationShare,
): NotificationShare {
  const others = everyConfiguration(live).filter((one) => !isOwn(one));
  if (countOf(own) + others.length <= MOST_CONFIGURATIONS) return own;
  const merged = mergedShare(own);
  const rules = rulesOf(merged);
  // S3 takes no two whose folders overlap, of whomever.
  const theirs = others.map(ruleOf);
  const overlaps = rules.some((rule, index) =>
    [...rules.slice(index + 1), ...theirs].some((other) => overlap(rule, other)),
  );
  return overlaps ? own : merged;
}

/** As a pipeline of more than a hundred streams has them. */
function mergedShare(own: NotificationShare): NotificationShare {
  const { owner } = own;
  const merged = <One extends z.output<typeof entry>>(
    configurations: readonly One[],
    arnOf: (one: One) => string,
  ): One[] =>
    mergedFilters(
      configurations.map((one) => ({ prefix: one.filterPrefix ?? "", destination: arnOf(one) })),
    ).flatMap(({ key, prefix, destination }) =>
      configurations
        .filter((one) => arnOf(one) === destination)
        .slice(0, 1)
        .map((one) => ({
          ...one,
          id: ownedName(key === undefined ? "SnowpipeNotification" : `SnowpipeNotification-${key}`, owner),
          filterPrefix: prefix,
        })),
    );
  return {
    ...own,
    queues: merged(own.queues, ({ queueArn }) => queueArn),
    topics: merged(own.topics, ({ topicArn }) => topicArn),
  };
}

/** The pipeline's configurations as the bucket has them; `undefined` where it lacks all that there should be. */
export function ownNotification(
  live: NotificationConfiguration,
  state: NotificationShare,
): NotificationShare | undefined {
  const isOwn = ({ Id }: { Id?: string | undefined }) => isOwnedBy(Id, state.owner);
  const queues = (live.QueueConfigurations ?? []).filter(isOwn);
  const topics = (live.TopicConfigurations ?? []).filter(isOwn);
  if (countOf(state) > 0 && queues.length + topics.length === 0) return undefined;
  const found = {
    ...state,
    queues: queues.map((one) => ({ ...read(one), queueArn: one.QueueArn ?? "" })),
    topics: topics.map((one) => ({ ...read(one), topicArn: one.TopicArn ?? "" })),
  };
  // Which of both it is depends on what others have there.
  return [state, mergedShare(state)].some((share) => equivalent(found, share)) ? state : found;
}

/** What S3 would refuse about the pipeline's configurations beside those of others, each pair by both. */
export function notificationProblems(
  live: NotificationConfiguration,
  isOwn: IsOwn,
  own: NotificationShare,
): Problem[] {
  const others = everyConfiguration(live).filter((one) => !isOwn(one));
  const rules = rulesOf(fittingShare(live, isOwn, own));
  const overlaps = rules.flatMap((rule) =>
    others
      .map(ruleOf)
      .filter((other) => overlap(rule, other))
      .map((other) => conflict(own.bucket, rule, other)),
  );
  const count = rules.length + others.length;
  return count > MOST_CONFIGURATIONS ? [...overlaps, tooMany(own.bucket, count, others.length)] : overlaps;
}

const MOST_CONFIGURATIONS = awsLimits.notificationConfigurations.most;

function conflict(bucket: string, rule: Rule, other: Rule): Problem {
  return {
    message: `the notification of ${bucket} has ${ruleWords(other)}, which overlaps this stack's ${ruleWords(rule)}: S3 takes one configuration for an event of a file`,
    fix: "choose another exportPrefix, stream prefix or events.suffix, or have the owner of the other narrow it",
  };
}

function tooMany(bucket: string, count: number, others: number): Problem {
  return {
    message: `the notification of ${bucket} would have ${count} configurations, ${others} of them of others, and S3 takes at most ${MOST_CONFIGURATIONS}`,
    fix: "use fewer streams, or a bucket of the stack's own",
  };
}

function countOf({ queues, topics }: NotificationShare): number {
  return queues.length + topics.length;
}

function rulesOf(own: NotificationShare): Rule[] {
  const { QueueConfigurations, TopicConfigurations } = splicedNotification({}, () => false, own);
  return everyConfiguration({ QueueConfigurations, TopicConfigurations }).map(ruleOf);
}

function everyConfiguration(live: NotificationConfiguration): Configuration[] {
  const { QueueConfigurations = [], TopicConfigurations = [], LambdaFunctionConfigurations = [] } = live;
  return [
    ...QueueConfigurations,
    ...TopicConfigurations,
    ...LambdaFunctionConfigurations,
  ] as readonly object[] as Configuration[];
}

function splicedList<One extends QueueConfiguration | TopicConfiguration>(
  live: readonly One[] = [],
  isOwn: IsOwn,
  wanted: readonly One[],
): One[] {
  const kept = live.flatMap((one) => {
    if (!isOwn(one)) return [one];
    const now = wanted.find(({ Id }) => Id === one.Id);
    if (now === undefined) return [];
    return [equivalent(ruleOf(now), ruleOf(one)) ? one : now];
  });
  return [...kept, ...wanted.filter(({ Id }) => !kept.some((one) => one.Id === Id))];
}

function written({ id, events, filterPrefix, filterSuffix }: z.output<typeof entry>) {
  const rules = [
    ...(filterPrefix === undefined ? [] : [{ Name: "prefix" as const, Value: filterPrefix }]),
    ...(filterSuffix === undefined ? [] : [{ Name: "suffix" as const, Value: filterSuffix }]),
  ];
  return {
    Id: id,
    Events: events as QueueConfiguration["Events"],
    ...(rules.length === 0 ? {} : { Filter: { Key: { FilterRules: rules } } }),
  };
}

function read(one: QueueConfiguration | TopicConfiguration): z.output<typeof entry> {
  const { prefix, suffix } = ruleOf(one);
  return {
    id: one.Id ?? "",
    events: [...(one.Events ?? [])],
    ...(prefix === "" ? {} : { filterPrefix: prefix }),
    ...(suffix === "" ? {} : { filterSuffix: suffix }),
  };
}
