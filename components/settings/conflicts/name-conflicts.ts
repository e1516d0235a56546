import { deadLetterName } from "../../physical-names";
import { namesOf } from "../names";
import { type Problem, showValue } from "../problems";
import { roleNameRule, type TextRule, trailNameRule } from "../rules/text-rules";
import { hasOwnAlertTopic, hasOwnTrail, type Settings } from "../settings";
import { storedName } from "../snowflake-names";
import { ENCRYPTED } from "../values";

/** A name that AWS takes once an account, or once an account and region. */
interface Name {
  readonly name: string | undefined;
  /** What has it, as messages call it. */
  readonly of: string;
  /** The setting that gives it, and the value there. @default none gives it */
  readonly key?: string;
  readonly given?: string | undefined;
}

/** Names that AWS would refuse half-way through an update: two alike, and a default that the stack's name makes invalid. */
export function nameConflicts(settings: Settings): Problem[] {
  // IAM: "Names are not distinguished by case", docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
  const folded = (name: string) => name.toLowerCase();
  const whole = (name: string) => name;
  return [
    ...namedAlike(roles(settings), folded),
    ...namedAlike(policies(settings), folded),
    // One setting gives the names of the queue and its dead-letter queue.
    ...namedAlike(queues(settings), whole).slice(0, 1),
    ...namedAlike(topics(settings), whole),
    ...invalidDefaults(settings),
    ...repeatedPrincipals(settings),
    ...sameIntegrations(settings),
    ...reservedNames(settings),
  ];
}

function roles(settings: Settings): Name[] {
  const { braintrustRole, snowflakeRole, errorRole, trailRole, replicationRole } = namesOf(settings);
  const { names } = settings.iam;
  const named = (key: keyof typeof names, name: string | undefined, of: string): Name => ({
    name,
    of,
    key: `iam.names.${key}`,
    given: names[key],
  });
  return [
    named("braintrustRole", braintrustRole, "Braintrust's role"),
    ...(settings.snowflake.access === "role"
      ? [named("snowflakeRole", snowflakeRole, "Snowflake's role")]
      : []),
    ...(settings.snowflake.errorNotifications.enabled
      ? [named("errorRole", errorRole, "the role of load errors")]
      : []),
    ...(hasOwnTrail(settings) ? [named("trailRole", trailRole, "the trail's role")] : []),
    ...(settings.replication
      ? [named("replicationRole", replicationRole, "the role of the replication")]
      : []),
  ];
}

function policies(settings: Settings): Name[] {
  const { braintrustPolicy, snowflakePolicy } = namesOf(settings);
  const { exportPolicy, readPolicy } = settings.iam.names;
  return [
    {
      name: braintrustPolicy,
      of: "Braintrust's policy",
      key: "iam.names.exportPolicy",
      given: exportPolicy,
    },
    { name: snowflakePolicy, of: "Snowflake's policy", key: "iam.names.readPolicy", given: readPolicy },
  ];
}

function queues(settings: Settings): Name[] {
  const { eventQueue, errorQueue } = namesOf(settings);
  const { mode, queueName: given } = settings.events;
  const key = "events.queueName";
  return [
    ...(mode === "queue" || mode === "sns"
      ? [
          { name: eventQueue, of: "the queue of events", key, given },
          { name: deadLetterName(eventQueue), of: "the dead-letter queue of events", key, given },
        ]
      : []),
    ...(settings.snowflake.errorNotifications.enabled
      ? [
          { name: errorQueue, of: "the queue of load errors" },
          { name: deadLetterName(errorQueue), of: "the dead-letter queue of load errors" },
        ]
      : []),
  ];
}

function topics(settings: Settings): Name[] {
  const { eventTopic, errorTopic, alertTopic } = namesOf(settings);
  const { mode, topicName: given } = settings.events;
  return [
    ...(mode === "sns"
      ? [{ name: eventTopic, of: "the topic of events", key: "events.topicName", given }]
      : []),
    ...(settings.snowflake.errorNotifications.enabled
      ? [{ name: errorTopic, of: "the topic of load errors" }]
      : []),
    ...(hasOwnAlertTopic(settings) ? [{ name: alertTopic, of: "the topic of alerts" }] : []),
  ];
}

/** A problem of each setting that gives a name which something else has: defaults differ from each other. */
function namedAlike(names: readonly Name[], folded: (name: string) => string): Problem[] {
  const byDefault = names.filter(({ given }) => given === undefined);
  const bySetting = names.filter(({ given }) => given !== undefined && given !== ENCRYPTED);
  return bySetting.flatMap(({ key = "", given, name = "" }, index): Problem[] => {
    const others = [...byDefault, ...bySetting.slice(0, index)];
    const other = others.find((each) => each.name !== undefined && folded(each.name) === folded(name));
    if (other === undefined) return [];
    const rule = `is the name of ${other.of}, and AWS takes a name once`;
    return [{ key, value: showValue(given), rule, fix: "give each a name of its own" }];
  });
}

/** Defaults of which the stack's name makes something that AWS refuses. */
function invalidDefaults(settings: Settings): Problem[] {
  const { auditTrail, replicationRole } = namesOf(settings);
  const ofTrail = hasOwnTrail(settings) && settings.auditTrail.name === undefined;
  const ofRole = settings.replication !== undefined && settings.iam.names.replicationRole === undefined;
  return [
    ...(ofTrail ? invalidDefault("auditTrail.name", auditTrail, trailNameRule, "braintrust-exports") : []),
    ...(ofRole
      ? invalidDefault("iam.names.replicationRole", replicationRole, roleNameRule, "ReplicationRole")
      : []),
  ];
}

function invalidDefault(key: string, name: string, { holds, rule }: TextRule, example: string): Problem[] {
  if (holds(name)) return [];
  return [
    {
      key,
      value: "(unset)",
      rule: `must be set, since AWS refuses the default, ${name}: it ${rule}`,
      fix: `choose a name such as ${example}`,
    },
  ];
}

/** IAM keeps a principal once, so that the policy of the settings and the one of the account would differ for good. */
function repeatedPrincipals({ braintrust: { principalArns = [] } }: Settings): Problem[] {
  return principalArns.flatMap((arn, index): Problem[] => {
    if (arn === ENCRYPTED || principalArns.indexOf(arn) === index) return [];
    const key = `braintrust.principalArns[${index}]`;
    return [{ key, value: showValue(arn), rule: "is named twice", fix: "name each role once" }];
  });
}

/** Integrations of all types have one namespace: docs.snowflake.com/en/sql-reference/sql/create-integration */
function sameIntegrations({ snowflake }: Settings): Problem[] {
  const { access, integration, errorNotifications: errors } = snowflake;
  const name = errors.integration;
  if (access === "user" || !errors.enabled || name === undefined) return [];
  if (name === ENCRYPTED || storedName(name) !== storedName(integration)) return [];
  return [
    {
      key: "snowflake.errorNotifications.integration",
      value: showValue(name),
      rule: "is the name of the storage integration too, and a Snowflake account has an integration of a name once",
      fix: "give each a name of its own",
    },
  ];
}

const SHARED = "is a database that Snowflake shares with the account: nothing can be created in it";
const EVERYBODYS = "is a role of every user of the account, each of whom could do what this role may";

/** docs.snowflake.com/en/sql-reference/snowflake-db, .../sql-reference/info-schema, .../user-guide/sample-data-using */
const reserved = [
  ["database", "SNOWFLAKE", SHARED],
  ["database", "SNOWFLAKE_SAMPLE_DATA", SHARED],
  ["schema", "INFORMATION_SCHEMA", "is the schema of Snowflake's own views: nothing can be created in it"],
  ["adminRole", "PUBLIC", EVERYBODYS],
  ["integrationRole", "PUBLIC", EVERYBODYS],
] as const;

/** `role` may be PUBLIC: a stack that was deployed so works, and what it owns would be lost to another role. */
function reservedNames({ snowflake }: Settings): Problem[] {
  return reserved.flatMap(([key, name, rule]): Problem[] => {
    const isDefault = key === "integrationRole" && snowflake[key] === snowflake.adminRole;
    if (isDefault || snowflake[key] === ENCRYPTED || storedName(snowflake[key]) !== name) return [];
    const fix = "choose another name";
    return [{ key: `snowflake.${key}`, value: showValue(snowflake[key]), rule, fix }];
  });
}
