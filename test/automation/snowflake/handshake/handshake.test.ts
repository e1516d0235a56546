import assert from "node:assert/strict";
import fc from "fast-check";
import { UsageError } from "../../../../automation/errors";
import { parseAnswers } from "../../../../automation/snowflake/answers/answers";
import {
  type HandshakeChange,
  type HandshakePlan,
  planHandshake,
} from "../../../../automation/snowflake/handshake/handshake";
import type { HandshakeStack } from "../../../../automation/snowflake/handshake/handshake-stack";
import { anyText } from "../../../any-text";
import {
  answers,
  errorIntegration,
  errorStack,
  integration,
  none,
  pipe,
  queue,
  snsStack,
  stack,
  subscriber,
  topic,
  user,
  withIntegration,
} from "./handshake-samples";

describe("planHandshake", () => {
  it("writes the user and every stream's queue, and nothing when the same answers come again", () => {
    const plan = planHandshake(stack, answers);
    assert.deepEqual(plan, {
      changes: [
        { path: ["snowflake", "iamUserArn"], to: user },
        { path: ["events", "notificationChannels", "logs"], to: queue },
        { path: ["events", "notificationChannels", "spans"], to: queue },
      ],
      incomplete: [],
      awaited: [],
      problems: [],
    });
    assert.deepEqual(planHandshake(connected(stack, plan), answers).changes, []);
  });

  it("saves the VPCs of Snowflake in every mode, and nothing where they are the same", () => {
    const vpcIds = ["vpc-0a1b2c3d4e5f67890", "vpc-c1c234a5"];
    for (const before of [stack, snsStack, { ...stack, access: "user" } as const]) {
      const plan = planHandshake(before, { ...none, vpcIds });
      assert.deepEqual(plan.changes, [{ path: ["snowflake", "network", "vpcIds"], to: vpcIds }]);
      assert.deepEqual(planHandshake(connected(before, plan), { ...none, vpcIds }).changes, []);
    }
    const current = { ...stack.current, vpcIds: ["vpc-c1c234a5"] };
    assert.deepEqual(planHandshake({ ...stack, current }, { ...none, vpcIds }).changes, [
      { path: ["snowflake", "network", "vpcIds"], from: ["vpc-c1c234a5"], to: vpcIds },
    ]);
  });

  it("adds no VPC to endpoints that the settings name alone, and refuses answers without a VPC", () => {
    const current = { ...stack.current, vpcEndpointIds: ["vpce-1a2b3c4d"] };
    assert.deepEqual(planHandshake({ ...stack, current }, { ...none, vpcIds: ["vpc-c1c234a5"] }).changes, []);
    const [azure] = planHandshake(stack, { ...none, vpcIds: [] }).problems;
    assert.match(azure ?? "", /names no VPC: .* not on AWS.*leave out snowflake\.network/);
    const strange = planHandshake(stack, { ...none, vpcIds: ["subnet-1"] });
    assert.deepEqual(strange.changes, []);
    assert.match(strange.problems.join(), /"subnet-1".*one VPC/);
  });

  it("shows what a setting was before", () => {
    const before = { ...stack, current: { ...stack.current, iamUserArn: subscriber } };
    assert.deepEqual(planHandshake(before, { ...none, storageIntegration: integration }).changes, [
      { path: ["snowflake", "iamUserArn"], from: subscriber, to: user },
    ]);
  });

  it("saves Snowflake's external id where the stack has none", () => {
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
        incomplete: [],
        awaited: [],
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

  it("says what is not known yet, and which statement of which part shows it", () => {
    assert.deepEqual(planHandshake(errorStack, none), {
      changes: [],
      incomplete: [],
      awaited: [
        { text: 'Snowflake\'s IAM user and external id: DESC INTEGRATION "BRAINTRUST_S3"', part: "setup" },
        {
          text:
            "the pipes logs_pipe of the stream logs, my spans of the stream spans: " +
            'SHOW PIPES IN SCHEMA "BRAINTRUST"."Exports"',
          part: "load",
        },
        {
          text: 'Snowflake\'s IAM user and external id: DESC INTEGRATION "BRAINTRUST_ERRORS"',
          part: "setup",
        },
      ],
      problems: [],
    });
    assert.deepEqual(
      planHandshake(snsStack, none).awaited.map(({ text, part }) => `${part}: ${text}`),
      [
        'setup: Snowflake\'s IAM user and external id: DESC INTEGRATION "BRAINTRUST_S3"',
        `setup: who subscribes to the topic for Snowflake: SELECT SYSTEM$GET_AWS_SNS_IAM_POLICY('${topic}')`,
      ],
    );
  });

  it("takes an integration alone for a whole answer, since pipes come later", () => {
    const plan = planHandshake(stack, { ...none, storageIntegration: integration });
    assert.deepEqual([plan.changes.length, plan.incomplete.length, plan.awaited.length], [1, 0, 1]);
  });

  it("changes nothing while half of an answer is missing", () => {
    const { STORAGE_AWS_ROLE_ARN: _, ...half } = integration;
    assert.deepEqual(planHandshake(stack, { ...answers, storageIntegration: half }), {
      changes: [],
      incomplete: ['STORAGE_AWS_ROLE_ARN: give the answer of DESC INTEGRATION "BRAINTRUST_S3" whole'],
      awaited: [],
      problems: [],
    });
  });

  it("changes nothing while some of the pipes are missing", () => {
    for (const ours of [stack, snsStack]) {
      const plan = planHandshake(ours, {
        ...answers,
        pipes: [pipe("LOGS_PIPE", ours === snsStack ? topic : queue)],
      });
      assert.deepEqual(plan.changes, []);
      assert.deepEqual(plan.incomplete, [
        'the pipes my spans of the stream spans: SHOW PIPES IN SCHEMA "BRAINTRUST"."Exports"; ' +
          `the answer has there "LOGS_PIPE"`,
      ]);
    }
  });

  it("says whose pipes an answer has where ours are not among them", () => {
    const { incomplete } = planHandshake(stack, {
      ...none,
      pipes: ["A", "B", "C", "C"].map((schema) => pipe("LOGS_PIPE", queue, "OTHER", schema)),
    });
    assert.match(incomplete[0] ?? "", /pipes of "OTHER\.A", "OTHER\.B", "OTHER\.C"$/);
  });

  it("refuses a pipe that Snowflake calls invalid, with the reason", () => {
    const [logs = pipe(""), ...others] = answers.pipes;
    const { changes, problems } = planHandshake(stack, {
      ...answers,
      pipes: [{ ...logs, invalidReason: "Stage dropped" }, ...others],
    });
    assert.deepEqual(changes, []);
    assert.match(problems.join(), /"LOGS_PIPE" loads nothing.*"Stage dropped".*truncate/);
  });

  it("says of 1,000 pipes of another region's account what is wrong with the first, and how many more there are", () => {
    const streams = Array.from({ length: 1000 }, (_, at) => ({
      name: `team-${at}`,
      table: `TEAM_${at}`,
      pipe: `TEAM_${at}_PIPE`,
      url: `s3://acme/exports/team-${at}/`,
    }));
    const channel = "arn:aws:sqs:ap-southeast-2:905418112233:sf-snowpipe-AIDA5CBGTHXX7EXAMPLE-Qz_1";
    const pipes = streams.map((stream) => pipe(stream.pipe, channel));
    const { problems } = planHandshake({ ...stack, streams }, { ...none, pipes });
    assert.equal(problems.length, 11);
    assert.match(problems[0] ?? "", /"TEAM_0_PIPE" is .* in ap-southeast-2; /);
    assert.equal(problems[10], "and 990 more of this kind");
  });

  it("asks for nothing that the settings have already", () => {
    const plan = planHandshake(connected(stack, planHandshake(stack, answers)), none);
    assert.deepEqual(plan, { changes: [], incomplete: [], awaited: [], problems: [] });
  });

  it("wants no integration for a user with keys, and no pipe where files are not reported to Snowflake", () => {
    for (const eventsMode of ["queue", "none"] as const) {
      const plan = planHandshake({ ...stack, access: "user", eventsMode }, none);
      assert.deepEqual(plan, { changes: [], incomplete: [], awaited: [], problems: [] });
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
    assert.match(plan.incomplete.join(), /logs_pipe of the stream logs, my spans of the stream spans/);
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
    const text = anyText();
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

/** The stack once the plan's settings are written. */
function connected(before: HandshakeStack, { changes }: HandshakePlan): HandshakeStack {
  const names: Readonly<Record<string, string>> = {
    "snowflake.iamUserArn": "iamUserArn",
    "snowflake.externalId": "externalId",
    "snowflake.snsSubscriberArn": "snsSubscriberArn",
    "snowflake.errorNotifications.iamUserArn": "errorIamUserArn",
    "snowflake.errorNotifications.externalId": "errorExternalId",
    "snowflake.network.vpcIds": "vpcIds",
  };
  const channels = changes.filter(({ path }) => path[1] === "notificationChannels");
  const others = changes.filter((change) => !channels.includes(change));
  return {
    ...before,
    current: {
      ...before.current,
      ...Object.fromEntries(others.map(({ path, to }) => [names[path.join(".")] ?? "", to])),
      notificationChannels: Object.fromEntries(channels.map(({ path, to }) => [path[2] ?? "", String(to)])),
    },
  };
}

const key = ({ path, to }: HandshakeChange) => `${path.join(".")}=${to}`;

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}
