import { isDeepStrictEqual } from "node:util";
import { userArnRule } from "../../../components/settings/rules/arn-rules";
import { vpcIdRule } from "../../../components/settings/rules/network-rules";
import { externalIdRule } from "../../../components/settings/rules/text-rules";
import { listed } from "../../terminal/counted";
import { type Answers, type IntegrationAnswer, type Pipe, quote } from "../answers/answers";
import { canonicalName, literal, qualifiedName, quoteIdentifier } from "../sql/identifiers";
import {
  arnProblems,
  channelProblems,
  locationProblems,
  providerProblems,
  ruleProblems,
} from "./handshake-checks";
import type { HandshakeStack } from "./handshake-stack";

/** One setting that is to change, by its path below the project's name. */
export interface HandshakeChange {
  readonly path: readonly string[];
  readonly from?: string | readonly string[];
  readonly to: string | readonly string[];
}

/** A value of a change as it is printed. */
export function shown(value: HandshakeChange["to"]): string {
  return [value].flat().join(", ");
}

/** What Snowflake has not been asked yet, as far as one can tell. */
export interface Question {
  /** What it is, and the statement that shows it. */
  readonly text: string;
  /** Part of the SQL that ends with this statement. */
  readonly part: "setup" | "load";
}

/** What to do with Snowflake's answers. */
export interface HandshakePlan {
  /** Settings to write; empty where they are right already, and whenever an answer is incomplete or a problem. */
  readonly changes: readonly HandshakeChange[];
  /** What is missing from answers that came in part. While there is something, change nothing. */
  readonly incomplete: readonly string[];
  /** What the settings still lack and no answer speaks of: for the next time. */
  readonly awaited: readonly Question[];
  /** Answers that do not fit the stack or each other, each with its fix. While there is one, change nothing. */
  readonly problems: readonly string[];
}

/**
 * Compares Snowflake's answers with the stack. The same answers again yield no changes; an answer that is not there
 * leaves its settings as they are: DESC INTEGRATION may come alone, and the pipes later. Half an answer changes nothing.
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
  parts.push(networkPart(stack, answers));

  const problems = parts.flatMap((part) => part.problems ?? []);
  const incomplete = parts.flatMap((part) => part.incomplete ?? []);
  const changes = parts
    .flatMap((part) => part.changes ?? [])
    .filter(({ from, to }) => !isDeepStrictEqual(from, to));
  return {
    changes: problems.length + incomplete.length > 0 ? [] : changes,
    incomplete,
    awaited: parts.flatMap((part) => part.awaited ?? []),
    problems,
  };
}

interface Part {
  readonly changes?: readonly HandshakeChange[];
  readonly incomplete?: readonly string[];
  readonly awaited?: readonly Question[];
  readonly problems?: readonly string[];
}

function storagePart(stack: HandshakeStack, { storageIntegration }: Answers): Part {
  const { current } = stack;
  const name = quoteIdentifier(canonicalName(stack.integration));
  return integrationPart(stack, storageIntegration, {
    name,
    nameSetting: "snowflake.integration",
    alter: `ALTER STORAGE INTEGRATION ${name}`,
    role: "STORAGE_AWS_ROLE_ARN",
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
    furtherProblems(answer) {
      const provider = providerProblems(stack, answer);
      return provider.length > 0 ? provider : locationProblems(stack, name, answer);
    },
  });
}

function errorPart(stack: HandshakeStack, answers: Answers): Part {
  const { current, errorIntegration } = stack;
  const name = errorIntegration === undefined ? "<name>" : quoteIdentifier(canonicalName(errorIntegration));
  return integrationPart(stack, answers.errorIntegration, {
    name,
    nameSetting: "snowflake.errorNotifications.integration",
    alter: `ALTER NOTIFICATION INTEGRATION ${name}`,
    role: "AWS_SNS_ROLE_ARN",
    iamUserArn: "SF_AWS_IAM_USER_ARN",
    externalId: "SF_AWS_EXTERNAL_ID",
    wanted: {
      ENABLED: "true",
      AWS_SNS_TOPIC_ARN: stack.errorTopicArn,
      AWS_SNS_ROLE_ARN: stack.errorRoleArn,
    },
    settings: ["snowflake", "errorNotifications"],
    current: { iamUserArn: current.errorIamUserArn, externalId: current.errorExternalId },
  });
}

interface Integration {
  readonly name: string;
  /** The setting that names it. */
  readonly nameSetting: string;
  readonly alter: string;
  /** Properties that name this stack's role, Snowflake's user and its external id. */
  readonly role: string;
  readonly iamUserArn: string;
  readonly externalId: string;
  /** Properties the answer must have, with what the stack needs them to be where it matters. */
  readonly wanted: Readonly<Record<string, string | undefined>>;
  /** Where the pair is among the settings, and what they say. */
  readonly settings: readonly string[];
  readonly current: { readonly iamUserArn?: string | undefined; readonly externalId?: string | undefined };
  readonly furtherProblems?: (answer: IntegrationAnswer) => string[];
}

/** An integration with another role may be somebody else's: no ALTER of it is advised, and nothing else is said of it. */
function foreignProblem(
  answer: IntegrationAnswer,
  { name, nameSetting, role, wanted }: Integration,
): string | undefined {
  const theirs = answer[role];
  const ours = wanted[role];
  if (theirs === undefined || ours === undefined || theirs === ours) return undefined;
  return (
    `${role} is ${quote(theirs)} and this stack's role is ${quote(ours)}: the integration ${name} is another's, or ` +
    `was made before the role had this name; run the SQL of setup, which alters none but this stack's, or choose another name in ${nameSetting}`
  );
}

/** A user without its external id, or both without the rest of the answer, are not worth a trust policy. */
function integrationPart(
  stack: HandshakeStack,
  answer: IntegrationAnswer | undefined,
  integration: Integration,
): Part {
  const { name, alter, wanted, settings, current } = integration;
  const describe = `DESC INTEGRATION ${name}`;
  if (answer === undefined) {
    const known = current.iamUserArn !== undefined && current.externalId !== undefined;
    return known
      ? {}
      : { awaited: [{ text: `Snowflake's IAM user and external id: ${describe}`, part: "setup" }] };
  }
  const foreign = foreignProblem(answer, integration);
  if (foreign !== undefined) return { problems: [foreign] };
  const iamUserArn = answer[integration.iamUserArn];
  const externalId = answer[integration.externalId];
  const problems = [
    ...arnProblems(integration.iamUserArn, iamUserArn, userArnRule, stack),
    ...ruleProblems(integration.externalId, externalId, externalIdRule),
  ];
  for (const [property, ours] of Object.entries(wanted)) {
    const theirs = answer[property];
    if (theirs === undefined || ours === undefined || theirs === ours) continue;
    const value = property === "ENABLED" ? "TRUE" : literal(ours);
    problems.push(
      `${property} is ${quote(theirs)} and has to be ${quote(ours)}; run ${alter} SET ${property} = ${value}`,
    );
  }
  problems.push(...(integration.furtherProblems?.(answer) ?? []));
  const required = new Set([...Object.keys(wanted), integration.iamUserArn, integration.externalId]);
  const absent = [...required].filter((property) => answer[property] === undefined);
  if (absent.length > 0) {
    return { incomplete: [`${absent.join(", ")}: give the answer of ${describe} whole`], problems };
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
      ? { awaited: [{ text: `who subscribes to the topic for Snowflake: ${ask}`, part: "setup" }] }
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

/** Endpoints that the settings name alone are somebody's decision: VPCs beside them would let more in. */
function networkPart({ current }: HandshakeStack, { vpcIds }: Answers): Part {
  if (vpcIds === undefined) return {};
  const source = "SYSTEM$GET_SNOWFLAKE_PLATFORM_INFO";
  if (vpcIds.length === 0) {
    return {
      problems: [
        `${source} names no VPC: this account of Snowflake's is not on AWS, or has none to name; leave out snowflake.network`,
      ],
    };
  }
  if (current.vpcIds === undefined && current.vpcEndpointIds !== undefined) return {};
  return {
    changes: change(["snowflake", "network", "vpcIds"], current.vpcIds, vpcIds),
    problems: vpcIds.flatMap((id) => ruleProblems(source, id, vpcIdRule)),
  };
}

/** A topic tells every pipe that subscribes to it, so that mode sns needs no pipe's answer, and checks those that come. */
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
    known: stack.current.notificationChannels?.[name],
    answer: ours.get(canonicalName(pipe)),
  }));
  const all = found.flatMap(({ answer, known }) => (answer ? channelProblems(stack, answer, known) : []));
  const more = all.length - MOST_PROBLEMS;
  const problems = [...all.slice(0, MOST_PROBLEMS), ...(more > 0 ? [`and ${more} more of this kind`] : [])];
  const untold = found.filter(({ known, answer }) => answer === undefined && known === undefined);
  const names = listed(untold.map(({ name, pipe }) => `${pipe} of the stream ${name}`));
  const lacking = `the pipes ${names}: SHOW PIPES IN SCHEMA ${qualifiedName(...path)}`;
  if (untold.length > 0 && pipes.length > 0) {
    return { incomplete: [`${lacking}; ${foundInstead([...ours.keys()], pipes)}`], problems };
  }
  if (stack.eventsMode === "sns") return { problems };
  return {
    changes: found.flatMap(({ name, known, answer }) =>
      change(["events", "notificationChannels", name], known, answer?.notificationChannel),
    ),
    awaited: untold.length > 0 ? [{ text: lacking, part: "load" }] : [],
    problems,
  };
}

/** Pipes of the stack's schema, or else where those of an answer are: usually one is missing since it is another stack's answer. */
function foundInstead(there: readonly string[], pipes: readonly Pipe[]): string {
  if (there.length > 0) return `the answer has there ${listed(there.map(quote))}`;
  const schemas = [...new Set(pipes.map(({ database, schema }) => quote(`${database}.${schema}`)))];
  const further = schemas.length > SHOWN_SCHEMAS ? ` and ${schemas.length - SHOWN_SCHEMAS} more` : "";
  return `the answer has pipes of ${schemas.slice(0, SHOWN_SCHEMAS).join(", ")}${further}`;
}

const SHOWN_SCHEMAS = 5;

/** Pipes whose problems are said: of a thousand they are mostly the same. */
const MOST_PROBLEMS = 10;

function change(
  path: readonly string[],
  from: HandshakeChange["from"],
  to: HandshakeChange["from"],
): HandshakeChange[] {
  if (to === undefined) return [];
  return [{ path, ...(from !== undefined && { from }), to }];
}
