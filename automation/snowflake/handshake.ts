import {
  externalIdRule,
  type Partition,
  queueArnRule,
  type TextRule,
  userArnRule,
} from "../../components/rules";
import { type Answers, type IntegrationAnswer, type Pipe, quote } from "./answers";
import { canonicalName, literal, qualifiedName, quoteIdentifier } from "./identifiers";

/** What the hand-over has to know of a stack: its outputs, and what its settings say already. */
export interface HandshakeStack {
  readonly partition: Partition;
  readonly region: string;
  readonly access: "role" | "user";
  readonly eventsMode: "snowflake-queue" | "sns" | "queue" | "none";
  /** Role that Snowflake assumes, in access `role`. */
  readonly snowflakeRoleArn?: string;
  /** External id of our own choice. Absent: Snowflake's is taken over. */
  readonly snowflakeExternalId?: string;
  /** Names of Snowflake objects, as the settings spell them. */
  readonly integration: string;
  readonly errorIntegration?: string;
  readonly database: string;
  readonly schema: string;
  readonly streams: readonly {
    readonly name: string;
    readonly table: string;
    readonly pipe: string;
    /** `s3://bucket/prefix/` */
    readonly url: string;
  }[];
  readonly notificationTopicArn?: string;
  readonly errorIntegrationWanted: boolean;
  readonly errorTopicArn?: string;
  readonly errorRoleArn?: string;
  readonly current: {
    readonly iamUserArn?: string;
    readonly externalId?: string;
    readonly snsSubscriberArn?: string;
    /** Stream -> queue. */
    readonly notificationChannels?: Readonly<Record<string, string>>;
    readonly errorIamUserArn?: string;
    readonly errorExternalId?: string;
  };
}

/** One setting that is to change, by its path below the project's name. */
export interface SettingChange {
  readonly path: readonly string[];
  readonly from?: string;
  readonly to: string;
}

/** What to do with Snowflake's answers. */
export interface HandshakePlan {
  /** Settings to write; empty where they are right already, and whenever there is a problem. */
  readonly changes: readonly SettingChange[];
  /** What Snowflake has yet to tell, each with the statement that shows it. */
  readonly missing: readonly string[];
  /** Answers that do not fit the stack or each other, each with its mend. While there is one, change nothing. */
  readonly problems: readonly string[];
}

/**
 * Compares Snowflake's answers with the stack. The same answers again yield no changes; an answer that is not there
 * leaves its settings as they are.
 *
 * @throws UsageError if a setting is no Snowflake identifier.
 */
export function planHandshake(stack: HandshakeStack, answers: Answers): HandshakePlan {
  const parts: Part[] = [{ problems: answers.contradictions }];
  if (stack.access === "role") parts.push(storagePart(stack, answers));
  if (stack.eventsMode === "snowflake-queue" || stack.eventsMode === "sns")
    parts.push(pipePart(stack, answers));
  if (stack.eventsMode === "sns") parts.push(subscriberPart(stack, answers));
  if (stack.errorIntegrationWanted) parts.push(errorPart(stack, answers));

  const problems = parts.flatMap((part) => part.problems ?? []);
  const changes = parts.flatMap((part) => part.changes ?? []).filter(({ from, to }) => from !== to);
  return {
    changes: problems.length > 0 ? [] : changes,
    missing: parts.flatMap((part) => part.missing ?? []),
    problems,
  };
}

interface Part {
  readonly changes?: readonly SettingChange[];
  readonly missing?: readonly string[];
  readonly problems?: readonly string[];
}

function storagePart(stack: HandshakeStack, { storageIntegration: answer }: Answers): Part {
  const { current } = stack;
  const name = quoteIdentifier(canonicalName(stack.integration));
  const part = integrationPart(stack, answer, {
    alter: `ALTER STORAGE INTEGRATION ${name}`,
    describe: `DESC INTEGRATION ${name}`,
    iamUserArn: "STORAGE_AWS_IAM_USER_ARN",
    externalId: "STORAGE_AWS_EXTERNAL_ID",
    wanted: {
      ENABLED: "true",
      STORAGE_ALLOWED_LOCATIONS: undefined,
      STORAGE_AWS_ROLE_ARN: stack.snowflakeRoleArn,
      STORAGE_AWS_EXTERNAL_ID: stack.snowflakeExternalId ?? current.externalId,
    },
    settings: ["snowflake"],
    current,
  });
  return { ...part, problems: [...(part.problems ?? []), ...locationProblems(stack, name, answer ?? {})] };
}

function errorPart(stack: HandshakeStack, { errorIntegration: answer }: Answers): Part {
  const { current, errorIntegration } = stack;
  const name = errorIntegration === undefined ? "<name>" : quoteIdentifier(canonicalName(errorIntegration));
  return integrationPart(stack, answer, {
    alter: `ALTER NOTIFICATION INTEGRATION ${name}`,
    describe: `DESC INTEGRATION ${name}`,
    iamUserArn: "SF_AWS_IAM_USER_ARN",
    externalId: "SF_AWS_EXTERNAL_ID",
    wanted: { ENABLED: "true", AWS_SNS_TOPIC_ARN: stack.errorTopicArn, AWS_SNS_ROLE_ARN: stack.errorRoleArn },
    settings: ["snowflake", "errorNotifications"],
    current: { iamUserArn: current.errorIamUserArn, externalId: current.errorExternalId },
  });
}

interface Integration {
  readonly alter: string;
  readonly describe: string;
  /** Properties that name Snowflake's user and its external id. */
  readonly iamUserArn: string;
  readonly externalId: string;
  /** Properties the answer must have, with what the stack needs them to be where it matters. */
  readonly wanted: Readonly<Record<string, string | undefined>>;
  /** Where the pair is among the settings, and what they say. */
  readonly settings: readonly string[];
  readonly current: { readonly iamUserArn?: string | undefined; readonly externalId?: string | undefined };
}

/** A user without its external id, or both without the rest of the answer, are not worth a trust policy. */
function integrationPart(
  stack: HandshakeStack,
  answer: IntegrationAnswer | undefined,
  { alter, describe, wanted, settings, current, ...properties }: Integration,
): Part {
  if (answer === undefined) {
    const known = current.iamUserArn !== undefined && current.externalId !== undefined;
    return known ? {} : { missing: [`Snowflake's IAM user and external id: run ${describe}`] };
  }
  const iamUserArn = answer[properties.iamUserArn];
  const externalId = answer[properties.externalId];
  const problems = [
    ...arnProblems(properties.iamUserArn, iamUserArn, userArnRule, stack),
    ...ruleProblems(properties.externalId, externalId, externalIdRule),
  ];
  for (const [property, ours] of Object.entries(wanted)) {
    const theirs = answer[property];
    if (theirs === undefined || ours === undefined || theirs === ours) continue;
    const value = property === "ENABLED" ? "TRUE" : literal(ours);
    problems.push(
      `${property} is ${quote(theirs)} and has to be ${quote(ours)}; run ${alter} SET ${property} = ${value}`,
    );
  }
  const required = new Set([...Object.keys(wanted), properties.iamUserArn, properties.externalId]);
  const absent = [...required].filter((property) => answer[property] === undefined);
  if (absent.length > 0) {
    return { missing: [`${absent.join(", ")}: give the answer of ${describe} whole`], problems };
  }
  const changes = [
    ...change([...settings, "iamUserArn"], current.iamUserArn, iamUserArn),
    ...change([...settings, "externalId"], current.externalId, externalId),
  ];
  return { changes, problems };
}

/** The topic's policy, and not the storage integration, says who subscribes: the two users may differ. */
function subscriberPart(stack: HandshakeStack, { snsSubscriberArn, snsTopicArns }: Answers): Part {
  const { current, notificationTopicArn: topic } = stack;
  const ask = `SELECT SYSTEM$GET_AWS_SNS_IAM_POLICY(${literal(topic ?? "<topic's ARN>")})`;
  if (snsSubscriberArn === undefined) {
    return current.snsSubscriberArn === undefined
      ? { missing: [`who subscribes to the topic for Snowflake: run ${ask}`] }
      : {};
  }
  const otherTopic = topic !== undefined && snsTopicArns.length > 0 && !snsTopicArns.includes(topic);
  return {
    changes: change(["snowflake", "snsSubscriberArn"], current.snsSubscriberArn, snsSubscriberArn),
    problems: [
      ...arnProblems("SYSTEM$GET_AWS_SNS_IAM_POLICY's principal", snsSubscriberArn, userArnRule, stack),
      ...(otherTopic
        ? [
            `the policy is for the topic ${snsTopicArns.map(quote).join(", ")} and this stack's is ${topic}; run ${ask}`,
          ]
        : []),
    ],
  };
}

function pipePart(stack: HandshakeStack, { pipes }: Answers): Part {
  const path = [canonicalName(stack.database), canonicalName(stack.schema)] as const;
  const ours = new Map(
    pipes
      .filter((pipe) => pipe.database === path[0] && pipe.schema === path[1])
      .map((pipe) => [pipe.name, pipe]),
  );
  const found = stack.streams.map(({ name, pipe }) => ({
    name,
    pipe,
    answer: ours.get(canonicalName(pipe)),
  }));
  const awaited = found.filter(
    ({ name, answer }) => answer === undefined && stack.current.notificationChannels?.[name] === undefined,
  );
  const names = awaited.map(({ name, pipe }) => `${pipe} of the stream ${name}`).join(", ");
  return {
    changes: found.flatMap(({ name, answer }) =>
      stack.eventsMode === "sns"
        ? []
        : change(
            ["events", "notificationChannels", name],
            stack.current.notificationChannels?.[name],
            answer?.notificationChannel,
          ),
    ),
    missing:
      awaited.length > 0 ? [`the pipes ${names}: run SHOW PIPES IN SCHEMA ${qualifiedName(...path)}`] : [],
    problems: found.flatMap(({ answer }) => (answer ? channelProblems(stack, answer) : [])),
  };
}

function channelProblems(stack: HandshakeStack, { name, notificationChannel }: Pipe): string[] {
  const { notificationTopicArn: topic, eventsMode } = stack;
  const what = `notification_channel of the pipe ${quote(name)}`;
  if (notificationChannel === undefined) {
    return [
      `${what} is empty, so it was made without AUTO_INGEST = TRUE; drop the pipe and run "sql --part load" again`,
    ];
  }
  if (eventsMode === "sns" && notificationChannel === topic) return [];
  if (eventsMode !== "sns" && notificationChannel.split(":")[2] === "sns") {
    return [
      `${what} is the topic ${quote(notificationChannel)}, and events.mode is ${eventsMode}; ` +
        'drop the pipe and run "sql --part load" again, or set events.mode to sns',
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

/** Whether a stage may be put on every stream's folder. Gov and China buckets have protocols of their own. */
function locationProblems(stack: HandshakeStack, name: string, answer: IntegrationAnswer): string[] {
  const { STORAGE_ALLOWED_LOCATIONS: allowed, STORAGE_BLOCKED_LOCATIONS: blocked } = answer;
  const protocol = { aws: "s3", "aws-us-gov": "s3gov", "aws-cn": "s3china" }[stack.partition];
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

function change(path: readonly string[], from: string | undefined, to: string | undefined): SettingChange[] {
  if (to === undefined) return [];
  return [{ path, ...(from !== undefined && { from }), to }];
}

function ruleProblems(what: string, value: string | undefined, { holds, rule, fix }: TextRule): string[] {
  return value === undefined || holds(value) ? [] : [`${what} is ${quote(value)}: it ${rule}; ${fix}`];
}

function arnProblems(
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
