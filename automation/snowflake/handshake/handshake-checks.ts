import { queueArnRule } from "../../../components/settings/rules/arn-rules";
import type { TextRule } from "../../../components/settings/rules/text-rules";
import { type IntegrationAnswer, type Pipe, quote } from "../answers/answers";
import { literal } from "../sql/identifiers";
import { storageIn } from "../sql/names";
import type { HandshakeStack } from "./handshake-stack";

/** A pipe's history goes with it: without the truncation, its files would be loaded a second time. */
const RELOAD =
  'drop the pipe, truncate its table, and run "sql --part load", which loads every file of the bucket again';

/**
 * What is wrong with a pipe's notification channel for this stack.
 *
 * @param known the pipe's queue by the settings, which mode `snowflake-queue` needed.
 */
export function channelProblems(
  stack: HandshakeStack,
  { name, notificationChannel, invalidReason }: Pipe,
  known: string | undefined,
): string[] {
  const { notificationTopicArn: topic, eventsMode } = stack;
  if (invalidReason !== undefined) {
    return [
      `the pipe ${quote(name)} loads nothing, by its invalid_reason: ${quote(invalidReason)}; run "sql --part setup", ` +
        `then ${RELOAD}`,
    ];
  }
  const what = `notification_channel of the pipe ${quote(name)}`;
  if (notificationChannel === undefined) {
    return [`${what} is empty, so it was created without AUTO_INGEST = TRUE; ${RELOAD}`];
  }
  if (eventsMode === "sns" && notificationChannel === topic) return [];
  // Snowflake's page does not say whether a pipe with a topic names that or a queue; this one had its queue before the mode was sns.
  if (eventsMode === "sns" && notificationChannel === known) {
    return [
      `${what} is the queue of events.notificationChannels, from when events.mode was snowflake-queue, and no ALTER gives ` +
        `the pipe a topic; ${RELOAD}, after you have taken the queue out of events.notificationChannels`,
    ];
  }
  if (eventsMode !== "sns" && notificationChannel.split(":")[2] === "sns") {
    return [
      `${what} is the topic ${quote(notificationChannel)}, and events.mode is ${eventsMode}; ` +
        `${RELOAD}, or set events.mode to sns`,
    ];
  }
  // A topic reaches queues of other regions, a bucket does not.
  return arnProblems(
    what,
    notificationChannel,
    queueArnRule,
    stack,
    eventsMode === "sns" ? undefined : stack.region,
  );
}

/** A provider cannot be altered. DESC INTEGRATION does not always tell it. */
export function providerProblems(
  { partition }: HandshakeStack,
  { STORAGE_PROVIDER: theirs }: IntegrationAnswer,
): string[] {
  const { provider } = storageIn(partition);
  if (theirs === undefined || theirs === provider) return [];
  return [
    `STORAGE_PROVIDER is ${quote(theirs)} and has to be ${quote(provider)}, which no ALTER changes; ` +
      "name another integration in snowflake.integration, since this one may be another's",
  ];
}

/** Whether a stage may be put on every stream's folder. Gov and China buckets have protocols of their own. */
export function locationProblems(stack: HandshakeStack, name: string, answer: IntegrationAnswer): string[] {
  const { STORAGE_ALLOWED_LOCATIONS: allowed, STORAGE_BLOCKED_LOCATIONS: blocked } = answer;
  const { protocol } = storageIn(stack.partition);
  const urls = stack.streams.map(({ url }) => url.replace(/^s3:/, `${protocol}:`));
  const problems: string[] = [];

  const allowedLocations = locationsOf(allowed);
  const outside = urls.filter((url) => !allowedLocations.some((location) => covers(location, url)));
  if (allowed !== undefined && outside.length > 0) {
    const all = [...allowedLocations, ...outside].map(literal).join(", ");
    problems.push(
      `STORAGE_ALLOWED_LOCATIONS is ${quote(allowed)}, without ${outside.join(", ")}; ` +
        `run ALTER STORAGE INTEGRATION ${name} SET STORAGE_ALLOWED_LOCATIONS = (${all})`,
    );
  }
  const refused = locationsOf(blocked).filter((location) =>
    urls.some((url) => covers(location, url) || covers(url, location)),
  );
  if (refused.length > 0) {
    problems.push(
      `STORAGE_BLOCKED_LOCATIONS has ${refused.map(quote).join(", ")}, which shuts out files of a stream; ` +
        `take it out, or run ALTER STORAGE INTEGRATION ${name} UNSET STORAGE_BLOCKED_LOCATIONS`,
    );
  }
  return problems;
}

function locationsOf(list: string | undefined): string[] {
  return (list ?? "").split(",").flatMap((location) => location.replace(/[[\]"'\s]/g, "") || []);
}

function covers(location: string, url: string): boolean {
  if (location === "*") return true;
  const [outer, inner] = [location, url].map(
    (text) => `${text.replace(/^s3(gov|china)?:\/\//, "").replace(/\/$/, "")}/`,
  );
  return inner?.startsWith(outer ?? "") ?? false;
}

/** What a value of an answer lacks by the rule of its setting. */
export function ruleProblems(
  what: string,
  value: string | undefined,
  { holds, rule, fix }: TextRule,
): string[] {
  return value === undefined || holds(value) ? [] : [`${what} is ${quote(value)}: it ${rule}; ${fix}`];
}

/** What an ARN of an answer lacks by the rule of its setting and the stack's partition. */
export function arnProblems(
  what: string,
  arn: string | undefined,
  rule: TextRule,
  { partition }: HandshakeStack,
  region?: string | undefined,
): string[] {
  if (arn === undefined || !rule.holds(arn)) return ruleProblems(what, arn, rule);
  const [, itsPartition, , itsRegion] = arn.split(":");
  if (itsPartition !== partition) {
    return [
      `${what} is ${quote(arn)}, in the partition ${itsPartition}; this stack is in ${partition}: use a Snowflake account there`,
    ];
  }
  if (region !== undefined && itsRegion !== region) {
    return [
      `${what} is ${quote(arn)}, in ${itsRegion}; the bucket is in ${region}, and S3 notifies queues of its own region alone: is this another stack's pipe?`,
    ];
  }
  return [];
}
