/** Where the passphrase of the engine's tests begins to be a key: a new one for each recording would be a new state. */
export const SALT = "v1:lgYlA/bITRM=:v1:rtRIrO5Kdp8fpOpI:ojZ6WMNowlhz59/COP87mv8opis92A==";

/** A stack to record: settings of its own, so that no later change of the repository's files reaches it. */
export interface PastCase {
  readonly stack: "dev" | "prod";
  /** `config` of the stack's file. */
  readonly config: Readonly<Record<string, unknown>>;
}

const queue = (pipe: string) => `arn:aws:sqs:us-east-1:444455556666:sf-snowpipe-AIDA-${pipe}`;
const emails = ["oncall@example.com", "data@example.com", "security@example.com"];
const snowflake = {
  iamUserArn: "arn:aws:iam::444455556666:user/abc",
  externalId: "braintrust-test-0123456789",
};

const hundred = Array.from({ length: 100 }, (_, index) => `team-${String(index).padStart(3, "0")}`);

/** Stacks that between them have every type of resource, each of them protected in one at least. */
export const cases: Readonly<Record<string, PastCase>> = {
  dev: stack("dev", { snowflake }),
  prod: stack("prod", {
    snowflake,
    events: { notificationChannels: { logs: queue("logs") } },
    monitoring: { alertEmails: emails.slice(0, 1), storageGb: 1000 },
  }),
  user: stack("prod", {
    snowflake: {
      access: "user",
      accessKeys: [{ name: "first", status: "Inactive" }, { name: "second" }],
    },
    events: { mode: "queue" },
    monitoring: { alertEmails: emails.slice(0, 1) },
  }),
  topic: stack("prod", {
    snowflake: {
      ...snowflake,
      errorNotifications: {
        enabled: true,
        iamUserArn: snowflake.iamUserArn,
        externalId: "errors-0123456789",
      },
    },
    events: { mode: "sns" },
    auditTrail: { lock: { mode: "GOVERNANCE", days: 30 } },
  }),
  "existing-bucket": stack("prod", {
    existingBucket: "acme-shared-exports",
    snowflake,
    events: { notificationChannels: { logs: queue("logs") } },
    crossAccountReaders: [{ arn: "arn:aws:iam::777788889999:role/analyst" }],
  }),
  "two-emails": stack("prod", {
    snowflake,
    encryption: "s3",
    accessLogs: { enabled: false },
    auditTrail: { enabled: false },
    monitoring: { alertEmails: emails.slice(0, 2) },
  }),
  "three-emails": stack("prod", { snowflake, monitoring: { alertEmails: emails, monthlyBudgetUsd: 50 } }),
  streams: stack("prod", {
    snowflake,
    streams: [
      { name: "logs" },
      { name: "spans", format: "parquet" },
      { name: "evals", table: "EVALUATIONS" },
    ],
    events: { notificationChannels: { logs: queue("logs"), spans: queue("spans"), evals: queue("evals") } },
    crossAccountReaders: [
      { arn: "arn:aws:iam::777788889999:role/analyst" },
      { arn: "arn:aws:iam::777788889999:role/science", prefixes: ["braintrust-exports/evals/"] },
    ],
    objectLock: { mode: "GOVERNANCE", days: 30 },
    lifecycle: {
      profile: "instant",
      intelligentTiering: true,
      archiveAccessDays: 90,
      deepArchiveAccessDays: 180,
    },
    monitoring: {
      alertEmails: emails.slice(0, 1),
      monthlyBudgetUsd: 50,
      costAnomalyUsd: 10,
      costTag: "stack",
      activateCostTag: true,
    },
  }),
};

/** As many as have a notification each; without monitoring, whose parts the other stacks have, the recording is a tenth as long. */
export const HUNDRED_STREAMS = "hundred-streams";

export const hundredStreams = stack("dev", {
  snowflake,
  streams: hundred.map((name) => ({ name })),
  events: { notificationChannels: Object.fromEntries(hundred.map((name) => [name, queue("shared")])) },
  monitoring: { enabled: false },
});

function stack(name: PastCase["stack"], settings: Readonly<Record<string, unknown>>): PastCase {
  const ours = Object.entries({ braintrust: { accountId: "111122223333", orgId: "org-1" }, ...settings });
  return {
    stack: name,
    config: {
      "aws:region": "us-east-1",
      "aws:defaultTags": { tags: { project: "braintrust-snowflake", stack: name } },
      ...Object.fromEntries(ours.map(([key, value]) => [`braintrust-snowflake:${key}`, value])),
    },
  };
}
