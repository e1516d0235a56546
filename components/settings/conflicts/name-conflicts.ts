import { deadLetterName } from "../../physical-names";
import { namesOf } from "../names";
import { type Problem, showValue } from "../problems";
import { trailNameRule } from "../rules/text-rules";
import { ENCRYPTED } from "../schema";
import { hasOwnAlertTopic, hasOwnTrail, type Settings } from "../settings";
import { storedName } from "../snowflake-names";

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
    ...invalidTrailName(settings),
    ...repeatedPrincipals(settings),
    ...sameIntegrations(settings),
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

function invalidTrailName(settings: Settings): Problem[] {
  const { auditTrail: name } = namesOf(settings);
  if (!hasOwnTrail(settings) || settings.auditTrail.name !== undefined || trailNameRule.holds(name))
    return [];
  return [
    {
      key: "auditTrail.name",
      value: "(unset)",
      rule: `must be set, since the default, ${name}, is not the name of a trail: it ${trailNameRule.rule}`,
      fix: "choose a name such as braintrust-exports",
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
