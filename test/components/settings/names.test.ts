import assert from "node:assert/strict";
import { trustPolicyLength } from "../../../components/settings/limits";
import { ACCOUNT_ID, deployProgram, problemsOf, settingsFor } from "../../support";

const errors = { errorNotifications: { enabled: true } };
const role = (name: string, path = "") => `arn:aws:iam::777788889999:role/${path}${name}`;

type Given = Readonly<Record<string, unknown>>;

/** Keys of what is refused. */
const refused = (given: Given, stack?: string) =>
  problemsOf(given, stack === undefined ? {} : { stack }).map(({ key }) => key);

describe("the names of a queue and a topic", () => {
  const modes = ["snowflake-queue", "sns", "queue", "none"];
  for (const [key, name, accepted] of [
    ["events.queueName", "queueName", ["sns", "queue"]],
    ["events.topicName", "topicName", ["sns"]],
  ] as const) {
    it(`are refused in a mode without one: ${key}`, () => {
      for (const mode of [...modes, undefined]) {
        const problems = problemsOf({ events: { ...(mode && { mode }), [name]: "acme-files" } });
        const isAccepted = accepted.some((each) => each === mode);
        assert.deepEqual(
          problems.map((each) => each.key),
          isAccepted ? [] : [key],
          mode,
        );
        for (const { value, rule, fix } of problems) {
          assert.equal(value, '"acme-files"');
          assert.match(
            `${rule}; ${fix}`,
            new RegExp(`events.mode ${mode ?? "snowflake-queue"} .*set events.mode to`),
          );
        }
      }
    });
  }
});

describe("names in Snowflake", () => {
  it("of a table are refused where the name of an object beside it could not be written", () => {
    const keys = (table: string) => refused({ streams: [{ name: "logs", table }] });
    for (const table of ["R&", '"R&"', "a && b&", "x".repeat(248)])
      assert.deepEqual(keys(table), ["streams[0].table"], table);
    for (const table of ["R & D", '"& "', "&1", "\u00E9".repeat(247)])
      assert.deepEqual(keys(table), [], table);
    assert.deepEqual(refused({ snowflake: { database: "R&" } }), []);
  });

  for (const [key, reserved, own] of [
    [
      "database",
      ["SNOWFLAKE", "snowflake", '"SNOWFLAKE"', "Snowflake_Sample_Data"],
      ['"snowflake"', "SNOWFLAKES"],
    ],
    ["schema", ["information_schema", '"INFORMATION_SCHEMA"'], ["PUBLIC", '"information_schema"']],
    ["adminRole", ["public"], ["SECURITYADMIN"]],
    ["integrationRole", ["PUBLIC", '"PUBLIC"'], ["SYSADMIN", '"public"']],
    // Whoever has deployed so owns the objects by it.
    ["role", [], ["PUBLIC", "SYSADMIN"]],
    ["readerRole", [], ["PUBLIC"]],
  ] as const) {
    it(`are refused where Snowflake has its own: snowflake.${key}`, () => {
      for (const name of reserved) {
        const [problem, ...others] = problemsOf({ snowflake: { [key]: name } });
        assert.deepEqual([problem?.key, problem?.value], [`snowflake.${key}`, JSON.stringify(name)]);
        assert.match(`${problem?.rule}; ${problem?.fix}`, /^is .*; choose another name$/);
        assert.deepEqual(others, []);
      }
      for (const name of own) assert.deepEqual(refused({ snowflake: { [key]: name } }), [], name);
    });
  }

  it("are refused where two integrations would have the same", () => {
    const named = (integration: string, errorsName: string, enabled = true) => ({
      snowflake: { integration, errorNotifications: { enabled, integration: errorsName } },
    });
    const key = "snowflake.errorNotifications.integration";
    for (const given of [named("acme_s3", '"ACME_S3"'), named("Acme events", "Acme events")]) {
      assert.deepEqual(refused(given), [key]);
      assert.deepEqual(refused({ snowflake: { ...given.snowflake, access: "user" } }), []);
    }
    assert.deepEqual(refused({ snowflake: { integration: "braintrust_dev_errors", ...errors } }), [key]);
    assert.deepEqual(refused(named("acme_s3", '"acme_s3"')), []);
    assert.deepEqual(refused(named("acme_s3", "acme_s3", false)), []);
  });
});

describe("names in AWS", () => {
  it("are refused where two identities, policies, queues or topics would have the same", () => {
    const same = (first: string, second: string) => ({
      iam: { names: { [first]: "Pipeline", [second]: "PIPELINE" } },
    });
    const rows: [key: string, given: Given][] = [
      ["iam.names.snowflakeRole", same("braintrustRole", "snowflakeRole")],
      ["iam.names.errorRole", { ...same("snowflakeRole", "errorRole"), snowflake: errors }],
      ["iam.names.trailRole", { ...same("braintrustRole", "trailRole"), auditTrail: { enabled: true } }],
      ["iam.names.readPolicy", same("exportPolicy", "readPolicy")],
      ["iam.names.braintrustRole", { iam: { names: { braintrustRole: "snowflakereaderrole-DEV" } } }],
      [
        "events.queueName",
        { events: { mode: "queue", queueName: "snowpipe-errors-dev" }, snowflake: errors },
      ],
      [
        "events.queueName",
        { events: { mode: "sns", queueName: "snowpipe-errors-dev-dlq" }, snowflake: errors },
      ],
      ["events.topicName", { events: { mode: "sns", topicName: "braintrust-alerts-dev" } }],
    ];
    for (const [key, given] of rows) assert.deepEqual(refused(given), [key], JSON.stringify(given));
    assert.match(
      problemsOf({ events: { mode: "sns", topicName: "braintrust-alerts-dev" } })[0]?.rule ?? "",
      /the name of the topic of alerts/,
    );
  });

  it("may be the same of what is of another kind, or not created", () => {
    for (const given of [
      { iam: { names: { braintrustRole: "exports", exportPolicy: "exports", snowflakeGroup: "exports" } } },
      { iam: { names: { braintrustRole: "one", snowflakeRole: "one" } }, snowflake: { access: "user" } },
      { events: { mode: "queue", queueName: "snowpipe-errors-dev" } },
      { events: { mode: "sns", queueName: "events", topicName: "events" } },
      { events: { mode: "sns", topicName: "braintrust-alerts-dev" }, monitoring: { enabled: false } },
      { events: { mode: "sns", topicName: "Braintrust-alerts-dev" } },
    ]) {
      assert.deepEqual(refused(given), [], JSON.stringify(given));
    }
  });

  it("are as long as AWS takes them", () => {
    const rows: [key: string, most: number, given: (name: string) => Given][] = [
      ["iam.names.errorRole", 64, (name) => ({ iam: { names: { errorRole: name } } })],
      ["iam.names.snowflakeUser", 64, (name) => ({ iam: { names: { snowflakeUser: name } } })],
      ["iam.names.snowflakeGroup", 128, (name) => ({ iam: { names: { snowflakeGroup: name } } })],
      ["iam.names.readPolicy", 128, (name) => ({ iam: { names: { readPolicy: name } } })],
      ["events.topicName", 256, (name) => ({ events: { mode: "sns", topicName: name } })],
      ["events.queueName", 76, (name) => ({ events: { mode: "queue", queueName: name } })],
      ["auditTrail.name", 128, (name) => ({ auditTrail: { enabled: true, name } })],
    ];
    for (const [key, most, given] of rows) {
      assert.deepEqual(refused(given("n".repeat(most))), [], key);
      assert.deepEqual(refused(given("n".repeat(most + 1))), [key]);
    }
  });

  it("need one for the trail where the stack's own makes the default invalid", () => {
    const trail = { auditTrail: { enabled: true } };
    for (const stack of ["acme--prod", "data-_eu"]) {
      const bucketName = "acme-exports";
      assert.deepEqual(refused({ bucketName, ...trail }, stack), ["auditTrail.name"], stack);
      assert.deepEqual(refused({ bucketName, auditTrail: { enabled: false } }, stack), [], stack);
      const named = { auditTrail: { enabled: true, name: "acme-prod" } };
      assert.deepEqual(refused({ bucketName, ...named }, stack), [], stack);
    }
    assert.deepEqual(refused(trail, "data-eu-1"), []);
  });

  it("need one for the role of a replication where the stack's own makes the default too long", () => {
    const given = { bucketName: "acme-exports", encryption: "s3" };
    const replicated = { ...given, replication: { bucketArn: "arn:aws:s3:::acme-replicas" } };
    const [fits, tooLong] = ["s".repeat(38), "s".repeat(39)];
    assert.deepEqual(refused(replicated, fits), []);
    assert.deepEqual(refused(replicated, tooLong), ["iam.names.replicationRole"]);
    assert.deepEqual(refused(given, tooLong), []);
    const iam = { names: { replicationRole: "acme-copier" } };
    assert.deepEqual(refused({ ...replicated, iam }, tooLong), []);
  });

  it("have a path that policies take as it is", () => {
    for (const path of ["/a*/", "/a?b/", "/$x/", '/"x"/', "/a\\b/", "/a//b/"]) {
      assert.deepEqual(refused({ iam: { path } }), ["iam.path"], path);
    }
    for (const path of ["/", "/acme.com/team+data=1,2@eu/", `/${"p".repeat(510)}/`]) {
      assert.deepEqual(refused({ iam: { path } }), [], path);
    }
  });
});

describe("principals of a self-hosted data plane", () => {
  const trusted = (principalArns: string[]) => ({ braintrust: { orgId: "acme", principalArns } });
  const many = (length: number) =>
    Array.from({ length: 6 }, (_, i) => role(`data-plane-${i}`, `${"p".repeat(length)}/`));

  it("are refused where the trust policy would exceed 2048 characters", async () => {
    let length = 1;
    while (refused(trusted(many(length + 1))).length === 0) length += 1;
    const given = trusted(many(length));
    const { deployed } = await deployProgram(given);
    const written = deployed.named("pipeline-braintrust", "aws:iam/role:Role").inputs.assumeRolePolicy;
    const text = typeof written === "string" ? written : JSON.stringify(written);
    assert.equal(text.length, trustPolicyLength(settingsFor(given)));
    assert.ok(text.length <= 2_048 && text.length > 2_048 - 6, `${text.length}`);
    assert.deepEqual(refused(trusted(many(length + 1))), ["braintrust.principalArns"]);
  });

  it("are the same in any order, and refused where one is named twice", async () => {
    const [first, second] = [role("api"), role("brainstore", "data/")];
    const trust = async (arns: string[]) =>
      (await deployProgram(trusted(arns))).deployed.named("pipeline-braintrust", "aws:iam/role:Role").inputs
        .assumeRolePolicy;
    assert.deepEqual(await trust([second, first]), await trust([first, second]));
    assert.deepEqual(refused(trusted([first, second, first])), ["braintrust.principalArns[2]"]);
  });
});

describe("ARNs below a path", () => {
  it("are those of the plan's outputs", async () => {
    const { outputs } = await deployProgram({
      iam: { path: "/acme/data/", names: { braintrustRole: "exporter" } },
    });
    assert.equal(outputs.braintrustRoleArn, `arn:aws:iam::${ACCOUNT_ID}:role/acme/data/exporter`);
  });
});
