import assert from "node:assert/strict";
import fc from "fast-check";
import { UsageError } from "../../../automation/errors";
import { type Answers, type Pipe, parseAnswers } from "../../../automation/snowflake/answers";
import {
  type HandshakePlan,
  type HandshakeStack,
  planHandshake,
  type SettingChange,
} from "../../../automation/snowflake/handshake";

const user = "arn:aws:iam::123456789001:user/abc1-b-self1234";
const subscriber = "arn:aws:iam::123456789001:user/vj4g-a-abcd1234";
const role = "arn:aws:iam::001234567890:role/SnowflakeReaderRole-dev";
const topic = "arn:aws:sns:us-east-1:001234567890:snowpipe-s3-notifications-dev";
const queue = "arn:aws:sqs:us-east-1:123456789001:sf-snowpipe-AIDAEXAMPLE-abcDEF_1234";

const stack: HandshakeStack = {
  partition: "aws",
  region: "us-east-1",
  access: "role",
  eventsMode: "snowflake-queue",
  snowflakeRoleArn: role,
  snowflakeExternalId: "bt-0123456789abcdef",
  integration: "braintrust_s3",
  errorIntegration: "braintrust_errors",
  database: "braintrust",
  schema: '"Exports"',
  streams: [
    { name: "logs", table: "LOGS", pipe: "logs_pipe", url: "s3://acme/exports/logs/" },
    { name: "spans", table: "SPANS", pipe: "my spans", url: "s3://acme/exports/spans/" },
  ],
  errorIntegrationWanted: false,
  current: { externalId: "bt-0123456789abcdef" },
};
const snsStack: HandshakeStack = { ...stack, eventsMode: "sns", notificationTopicArn: topic };
const errorStack: HandshakeStack = {
  ...stack,
  errorIntegrationWanted: true,
  errorTopicArn: "arn:aws:sns:us-east-1:001234567890:errors",
  errorRoleArn: "arn:aws:iam::001234567890:role/errors",
};

const integration = {
  ENABLED: "true",
  STORAGE_ALLOWED_LOCATIONS: "s3://acme/exports/",
  STORAGE_AWS_IAM_USER_ARN: user,
  STORAGE_AWS_ROLE_ARN: role,
  STORAGE_AWS_EXTERNAL_ID: "bt-0123456789abcdef",
};
const errorIntegration = {
  ENABLED: "true",
  AWS_SNS_TOPIC_ARN: "arn:aws:sns:us-east-1:001234567890:errors",
  AWS_SNS_ROLE_ARN: "arn:aws:iam::001234567890:role/errors",
  SF_AWS_IAM_USER_ARN: subscriber,
  SF_AWS_EXTERNAL_ID: "XX12345_SFCRole=3_err=",
};
const answers: Answers = {
  storageIntegration: integration,
  pipes: [pipe("LOGS_PIPE"), pipe("my spans")],
  snsTopicArns: [],
  unrecognised: [],
  contradictions: [],
};
const none: Answers = { pipes: [], snsTopicArns: [], unrecognised: [], contradictions: [] };

describe("planHandshake", () => {
  it("writes the user and every stream's queue, and nothing when the same answers come again", () => {
    const plan = planHandshake(stack, answers);
    assert.deepEqual(plan, {
      changes: [
        { path: ["snowflake", "iamUserArn"], to: user },
        { path: ["events", "notificationChannels", "logs"], to: queue },
        { path: ["events", "notificationChannels", "spans"], to: queue },
      ],
      missing: [],
      problems: [],
    });
    assert.deepEqual(planHandshake(connected(stack, plan), answers).changes, []);
  });

  it("shows what a setting was before", () => {
    const before = { ...stack, current: { ...stack.current, iamUserArn: subscriber } };
    assert.deepEqual(planHandshake(before, { ...none, storageIntegration: integration }).changes, [
      { path: ["snowflake", "iamUserArn"], from: subscriber, to: user },
    ]);
  });

  it("takes over Snowflake's external id where the stack has none", () => {
    const { snowflakeExternalId: _, ...withoutId } = { ...stack, current: {} };
    const generated = "XX12345_SFCRole=2_a123456/s0aBCDEfGHIJklmNoPq=";
    const plan = planHandshake(withoutId, withIntegration({ STORAGE_AWS_EXTERNAL_ID: generated }));
    assert.deepEqual(plan.problems, []);
    assert.deepEqual(plan.changes[1], { path: ["snowflake", "externalId"], to: generated });
  });

  it("lets the topic's subscriber in and writes no channel in mode sns", () => {
    for (const channel of [topic, queue, queue.replace("us-east-1", "us-west-2")]) {
      const plan = planHandshake(snsStack, {
        ...answers,
        pipes: [pipe("LOGS_PIPE", channel), pipe("my spans", channel)],
        snsSubscriberArn: subscriber,
        snsTopicArns: [topic],
      });
      assert.deepEqual(plan, {
        changes: [
          { path: ["snowflake", "iamUserArn"], to: user },
          { path: ["snowflake", "snsSubscriberArn"], to: subscriber },
        ],
        missing: [],
        problems: [],
      });
    }
  });

  it("writes the third pair, that of the error integration", () => {
    const plan = planHandshake(errorStack, { ...answers, errorIntegration });
    assert.deepEqual(plan.problems, []);
    assert.deepEqual(plan.changes.slice(-2), [
      { path: ["snowflake", "errorNotifications", "iamUserArn"], to: subscriber },
      { path: ["snowflake", "errorNotifications", "externalId"], to: "XX12345_SFCRole=3_err=" },
    ]);
    assert.deepEqual(
      planHandshake(connected(errorStack, plan), { ...answers, errorIntegration }).changes,
      [],
    );
  });

  it("says what is missing and which statement shows it", () => {
    const user = { ...errorStack, eventsMode: "sns", notificationTopicArn: topic } as const;
    assert.deepEqual(planHandshake(user, none), {
      changes: [],
      missing: [
        'Snowflake\'s IAM user and external id: run DESC INTEGRATION "BRAINTRUST_S3"',
        "the pipes logs_pipe of the stream logs, my spans of the stream spans: " +
          'run SHOW PIPES IN SCHEMA "BRAINTRUST"."Exports"',
        `who subscribes to the topic for Snowflake: run SELECT SYSTEM$GET_AWS_SNS_IAM_POLICY('${topic}')`,
        'Snowflake\'s IAM user and external id: run DESC INTEGRATION "BRAINTRUST_ERRORS"',
      ],
      problems: [],
    });
  });

  it("leaves the pair alone while half of an answer is missing, and goes on with the rest", () => {
    const { STORAGE_AWS_ROLE_ARN: _, ...half } = integration;
    const plan = planHandshake(stack, { ...answers, storageIntegration: half });
    assert.deepEqual(plan.missing, [
      'STORAGE_AWS_ROLE_ARN: give the answer of DESC INTEGRATION "BRAINTRUST_S3" whole',
    ]);
    assert.deepEqual(
      plan.changes.map(({ path }) => path.join(".")),
      ["events.notificationChannels.logs", "events.notificationChannels.spans"],
    );
  });

  it("asks for nothing that the settings have already", () => {
    const plan = planHandshake(connected(stack, planHandshake(stack, answers)), none);
    assert.deepEqual(plan, { changes: [], missing: [], problems: [] });
  });

  it("wants no integration for a user with keys, and no pipe where Snowflake is not told of files", () => {
    for (const eventsMode of ["queue", "none"] as const) {
      const plan = planHandshake({ ...stack, access: "user", eventsMode }, none);
      assert.deepEqual(plan, { changes: [], missing: [], problems: [] });
    }
  });

  it("ignores pipes of other databases and schemas, and folds names as Snowflake does", () => {
    const pipes = [
      pipe("LOGS_PIPE", queue, "braintrust"),
      pipe("LOGS_PIPE", queue, "BRAINTRUST", "EXPORTS"),
      pipe("logs_pipe"),
      pipe("MY SPANS"),
    ];
    const plan = planHandshake(stack, { ...none, pipes });
    assert.deepEqual(plan.changes, []);
    assert.match(plan.missing.join(), /logs_pipe of the stream logs, my spans of the stream spans/);
  });

  const faults: Record<string, readonly [HandshakeStack, Answers, RegExp]> = {
    "an external id that is not ours": [
      stack,
      withIntegration({ STORAGE_AWS_EXTERNAL_ID: "XX12345_SFCRole=2_a=" }),
      /ALTER STORAGE INTEGRATION "BRAINTRUST_S3" SET STORAGE_AWS_EXTERNAL_ID = 'bt-0123456789abcdef'$/,
    ],
    "an external id with a wildcard": [
      stack,
      withIntegration({ STORAGE_AWS_EXTERNAL_ID: "*" }),
      /STORAGE_AWS_EXTERNAL_ID is "\*": it must be/,
    ],
    "another role": [
      stack,
      withIntegration({ STORAGE_AWS_ROLE_ARN: `${role}2` }),
      /SET STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::001234567890:role\/SnowflakeReaderRole-dev'$/,
    ],
    "a role where a user belongs": [
      stack,
      withIntegration({ STORAGE_AWS_IAM_USER_ARN: role }),
      /must be the ARN of one IAM user/,
    ],
    "an account of eleven digits": [
      stack,
      withIntegration({ STORAGE_AWS_IAM_USER_ARN: "arn:aws:iam::12345678901:user/x" }),
      /must be the ARN of one IAM user/,
    ],
    "a user of another partition": [
      stack,
      withIntegration({ STORAGE_AWS_IAM_USER_ARN: user.replace("aws", "aws-cn") }),
      /in the partition aws-cn; this stack is in aws/,
    ],
    "an integration that is off": [stack, withIntegration({ ENABLED: "false" }), /SET ENABLED = TRUE$/],
    "locations without a stream": [
      stack,
      withIntegration({ STORAGE_ALLOWED_LOCATIONS: "s3://acme/exports/logs,s3://acme/exports/span" }),
      /without s3:\/\/acme\/exports\/spans\/; run .* = \('s3:\/\/acme\/exports\/logs', 's3:\/\/acme\/exports\/span', 's3:\/\/acme\/exports\/spans\/'\)$/,
    ],
    "a blocked location within a stream": [
      stack,
      withIntegration({ STORAGE_BLOCKED_LOCATIONS: "s3://acme/exports/logs/a/" }),
      /has "s3:\/\/acme\/exports\/logs\/a\/", which shuts out/,
    ],
    "a pipe without a channel": [
      stack,
      { ...answers, pipes: [{ name: "LOGS_PIPE", database: "BRAINTRUST", schema: "Exports" }] },
      /"LOGS_PIPE" is empty, so it was made without AUTO_INGEST/,
    ],
    "a queue of another region": [
      stack,
      { ...answers, pipes: [pipe("LOGS_PIPE", queue.replace("us-east-1", "us-west-2"))] },
      /in us-west-2; the bucket is in us-east-1/,
    ],
    "a topic where a queue belongs": [
      stack,
      { ...answers, pipes: [pipe("LOGS_PIPE", topic)] },
      /is the topic .* and events.mode is snowflake-queue/,
    ],
    "another topic": [
      snsStack,
      { ...answers, pipes: [pipe("LOGS_PIPE", `${topic}2`)] },
      /must be the ARN of one SQS queue/,
    ],
    "the policy of another topic": [
      snsStack,
      { ...answers, snsSubscriberArn: subscriber, snsTopicArns: [`${topic}2`] },
      /policy is for the topic .*dev2" and this stack's is/,
    ],
    "a subscriber who is everyone": [
      snsStack,
      { ...answers, snsSubscriberArn: "*" },
      /principal is "\*": it must be the ARN of one IAM user/,
    ],
    "another error topic": [
      errorStack,
      { ...answers, errorIntegration: { ...errorIntegration, AWS_SNS_TOPIC_ARN: topic } },
      /ALTER NOTIFICATION INTEGRATION "BRAINTRUST_ERRORS" SET AWS_SNS_TOPIC_ARN = 'arn:aws:sns:us-east-1:001234567890:errors'$/,
    ],
    "answers that contradict each other": [
      stack,
      { ...answers, contradictions: ["this and that"] },
      /this and that/,
    ],
  };
  for (const [fault, [ours, theirs, problem]] of Object.entries(faults)) {
    it(`changes nothing at all for ${fault}`, () => {
      const plan = planHandshake(ours, theirs);
      assert.deepEqual(plan.changes, []);
      assert.equal(plan.problems.length > 0, true);
      assert.match(plan.problems.join("\n"), new RegExp(problem, "m"));
    });
  }

  it("knows the protocols of the other partitions", () => {
    const gov: HandshakeStack = { ...stack, partition: "aws-us-gov", access: "role", eventsMode: "none" };
    const { problems } = planHandshake(
      gov,
      withIntegration({ STORAGE_ALLOWED_LOCATIONS: "s3gov://acme/exports/" }),
    );
    assert.doesNotMatch(problems.join("\n"), /LOCATIONS/);
    const lacking = planHandshake(
      gov,
      withIntegration({ STORAGE_ALLOWED_LOCATIONS: "s3gov://acme/exports/logs/" }),
    );
    assert.match(lacking.problems.join("\n"), /'s3gov:\/\/acme\/exports\/spans\/'\)/);
  });

  it("never writes anything that whole answers would not, however lines are lost, doubled or mixed", () => {
    const properties = Object.entries({ ...integration }).map(([property, property_value]) => ({
      property,
      property_value,
    }));
    const pipeRows = answers.pipes.map(({ name, database, schema, notificationChannel }) => ({
      name,
      database_name: database,
      schema_name: schema,
      notification_channel: notificationChannel,
    }));
    const json = [...properties, ...pipeRows].map((row) => JSON.stringify(row));
    const csv = [properties, pipeRows].flatMap((rows) => [
      Object.keys(rows[0] ?? {}).join(","),
      ...rows.map((row) => Object.values(row).join(",")),
      "",
    ]);
    const noise = ["", "2 Row(s) produced", "property,property_value", "[", "{}", "| a |", '"', "name"];
    const right = new Set(planHandshake(stack, answers).changes.map(key));
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...json, ...csv, ...noise), { maxLength: 30 }), (lines) => {
        const read = attempt(() => parseAnswers(lines.join("\n")));
        if (read === undefined) return;
        const { changes, problems } = planHandshake(stack, read);
        assert.deepEqual(
          changes.map(key).filter((change) => !right.has(change)),
          [],
        );
        assert.equal(problems.length === 0 || changes.length === 0, true);
      }),
      { numRuns: 300 },
    );
  });

  it("changes nothing on any answers of the wrong kind", () => {
    const text = fc.string({ unit: "binary" });
    const properties = fc.dictionary(
      fc.constantFrom(...Object.keys(integration), ...Object.keys(errorIntegration)),
      text,
    );
    const garbage = fc.record({
      storageIntegration: properties,
      errorIntegration: properties,
      pipes: fc.array(
        fc.record({
          name: fc.constantFrom("LOGS_PIPE", "my spans"),
          database: fc.constant("BRAINTRUST"),
          schema: fc.constant("Exports"),
          notificationChannel: text,
        }),
      ),
      snsSubscriberArn: text,
      snsTopicArns: fc.array(text),
      unrecognised: fc.constant([]),
      contradictions: fc.constant([]),
    });
    const stacks = fc.constantFrom(stack, snsStack, errorStack);
    fc.assert(
      fc.property(stacks, garbage, (ours, theirs) =>
        assert.deepEqual(planHandshake(ours, theirs).changes, []),
      ),
    );
  });
});

function pipe(name: string, channel = queue, database = "BRAINTRUST", schema = "Exports"): Pipe {
  return { name, database, schema, notificationChannel: channel };
}

function withIntegration(
  properties: Partial<typeof integration> & { STORAGE_BLOCKED_LOCATIONS?: string },
): Answers {
  return { ...answers, storageIntegration: { ...integration, ...properties } };
}

/** The stack once the plan's settings are written. */
function connected(before: HandshakeStack, { changes }: HandshakePlan): HandshakeStack {
  const names: Readonly<Record<string, string>> = {
    "snowflake.iamUserArn": "iamUserArn",
    "snowflake.externalId": "externalId",
    "snowflake.snsSubscriberArn": "snsSubscriberArn",
    "snowflake.errorNotifications.iamUserArn": "errorIamUserArn",
    "snowflake.errorNotifications.externalId": "errorExternalId",
  };
  const channels = changes.filter(({ path }) => path[1] === "notificationChannels");
  const others = changes.filter((change) => !channels.includes(change));
  return {
    ...before,
    current: {
      ...before.current,
      ...Object.fromEntries(others.map(({ path, to }) => [names[path.join(".")] ?? "", to])),
      notificationChannels: Object.fromEntries(channels.map(({ path, to }) => [path[2] ?? "", to])),
    },
  };
}

const key = ({ path, to }: SettingChange) => `${path.join(".")}=${to}`;

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}
