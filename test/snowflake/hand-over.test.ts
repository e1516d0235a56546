import assert from "node:assert/strict";
import type { Answers } from "../../automation/snowflake/answers/answers";
import type { ConnectResult } from "../../automation/snowflake/handshake/connect";
import { handOver } from "../../automation/snowflake/handshake/connect-run";
import { runSnow } from "../../automation/snowflake/handshake/snow";
import { type Mode, sampleOutputs } from "../automation/snowflake/sql/sample-outputs";
import { needSnow, RealSnow } from "./real-snow";

/** In small letters, and so long that the CLI folds the message about it between "does" and "not exist". */
const integration = "All exports of Braintrust, read by Snowflake's user";
const schema = "braintrust logs";
const unchanged: ConnectResult = {
  outcome: "unchanged",
  phase: "connected",
  changes: [],
  awaited: [],
  behind: false,
};

describe("the hand-over by the Snowflake CLI itself, in an account that ignores the case of quoted names", function () {
  this.timeout(240_000);
  let snow: RealSnow;
  /** What the stack's policies say of Snowflake, once it has the answers. */
  let known: Answers | undefined;
  let notes: string[];

  before(function () {
    needSnow(this);
  });
  beforeEach(async () => {
    known = undefined;
    notes = [];
    snow = await RealSnow.connect({
      assumes: (roleArn, user, externalId) =>
        roleArn === "arn:aws:iam::111122223333:role/Reader-dev" &&
        user === known?.storageIntegration?.STORAGE_AWS_IAM_USER_ARN &&
        externalId === known.storageIntegration.STORAGE_AWS_EXTERNAL_ID,
      subscribes: (_topic, user) => user === known?.snsSubscriberArn,
      knowsKey: () => false,
    });
    snow.account.ignoresCase = true;
  });
  afterEach(() => snow.remove());

  function run(mode: Mode): Promise<ConnectResult> {
    const outputs = sampleOutputs({
      mode,
      errors: true,
      streams: 2,
      formats: ["jsonl", "parquet"],
      snowflake: { integration: `"${integration}"`, schema: `"${schema}"` },
    });
    return handOver({
      outputs: async () => ({ ...outputs, stack: "dev" }),
      look: async () => unchanged,
      connect: async (answers) => {
        known = { ...known, ...answers };
        return unchanged;
      },
      up: async () => assert.fail("nothing is behind"),
      run: (sql, secrets) => runSnow(sql, { environment: snow.environment, secrets }),
      wait: async (milliseconds) => notes.push(`waited ${milliseconds} ms`),
      note: (message) => notes.push(message),
    });
  }

  it("stops before any change for a user without the role, and for another's integration", async () => {
    snow.account.userRoles = ["SYSADMIN"];
    await assert.rejects(
      run("sns"),
      /Requested role\s+'ACCOUNTADMIN' is not assigned to the executing\s+user/,
    );
    snow.account.userRoles = ["ACCOUNTADMIN"];
    await snow.byHand(
      `CREATE STORAGE INTEGRATION "${integration}" TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE ` +
        "STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::999988887777:role/lake' STORAGE_ALLOWED_LOCATIONS = ('s3://lake/') " +
        "COMMENT = 'the lake'",
    );
    await assert.rejects(run("sns"), /nothing was changed: the integration ".*user" exists .*role\/lake/);
    const [lake, ...others] = snow.account.all("INTEGRATION");
    assert.deepEqual([lake?.properties.get("COMMENT"), others], ["the lake", []]);
    assert.deepEqual(snow.account.all("WAREHOUSE"), []);
  });

  it("waits for AWS to trust Snowflake, and loads by pipes on the topic", async () => {
    snow.account.distrust = 1;
    assert.deepEqual(await run("sns"), unchanged);
    assert.deepEqual(
      notes.filter((note) => /waited|trust/.test(note)),
      ["AWS does not trust Snowflake yet: retrying in 15 s (attempt 2 of 8)", "waited 15000 ms"],
    );
    const [table, ...tables] = snow.account.all("TABLE").map(({ parts }) => parts.slice(0, 2).join("."));
    assert.deepEqual([table, tables], [`ANALYTICS.${schema}`, [`ANALYTICS.${schema}`]]);
    assert.equal(snow.account.all("PIPE").length, 2);
    assert.ok(snow.account.find("INTEGRATION", `"${integration}"`));
    assert.equal(known?.pipes.length, 2);
  });
});
