import type { NotificationConfigurationFilter } from "@aws-sdk/client-s3";

/** When a configuration of a bucket's notification applies, and where it sends to. */
export interface Rule {
  readonly id: string | undefined;
  readonly destination: string;
  readonly events: readonly string[];
  /** As S3 has it: URL-encoded. */
  readonly prefix: string;
  readonly suffix: string;
}

interface Configuration {
  readonly Id?: string | undefined;
  readonly QueueArn?: string | undefined;
  readonly TopicArn?: string | undefined;
  readonly LambdaFunctionArn?: string | undefined;
  readonly Events?: readonly string[] | undefined;
  readonly Filter?: NotificationConfigurationFilter | undefined;
}

/** The rule of a configuration as S3 answers it: it writes the names of filters as it likes. */
export function ruleOf(configuration: object): Rule {
  const { Id, QueueArn, TopicArn, LambdaFunctionArn, Events, Filter } = configuration as Configuration;
  const value = (name: string) =>
    Filter?.Key?.FilterRules?.find((rule) => rule.Name?.toLowerCase() === name)?.Value ?? "";
  return {
    id: Id,
    destination: QueueArn ?? TopicArn ?? LambdaFunctionArn ?? "",
    events: [...(Events ?? [])],
    prefix: value("prefix"),
    suffix: value("suffix"),
  };
}

/**
 * Whether S3 takes two configurations for ambiguous: they have an event in common, the prefix of one begins with that of the
 * other, and the suffix of one ends with that of the other. Whatever they send to; EventBridge has no filter and overlaps none.
 * docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
 */
export function overlap(one: Rule, other: Rule): boolean {
  const [prefix, otherPrefix, suffix, otherSuffix] = [one.prefix, other.prefix, one.suffix, other.suffix].map(
    decoded,
  ) as [string, string, string, string];
  return (
    one.events.some((event) => other.events.some((each) => covers(event, each) || covers(each, event))) &&
    (prefix.startsWith(otherPrefix) || otherPrefix.startsWith(prefix)) &&
    (suffix.endsWith(otherSuffix) || otherSuffix.endsWith(suffix))
  );
}

/** A rule in words. */
export function ruleWords({ id, destination, events, prefix, suffix }: Rule): string {
  return `${id ?? "one without an Id"} (${events.join(", ")} of ${decoded(prefix)}*${decoded(suffix)} to ${destination})`;
}

/** `s3:ObjectCreated:*` covers `s3:ObjectCreated:Put`. */
function covers(event: string, other: string): boolean {
  return event === other || (event.endsWith(":*") && other.startsWith(event.slice(0, -1)));
}

/** Filters are URL-encoded, with `+` for a blank; what was not written so stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
