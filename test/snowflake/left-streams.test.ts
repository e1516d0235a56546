import assert from "node:assert/strict";
import { runSnow } from "../../automation/snowflake/handshake/snow";
import { snowflakeSql } from "../../automation/snowflake/sql/sql";
import { type Sample, sampleOutputs } from "../automation/snowflake/sql/sample-outputs";
import { needSnow, RealSnow } from "./real-snow";

const snowflake = { schema: "it's raw", currentLagMinutes: 60 };
const schema = `"ANALYTICS"."it's raw"`;

describe("sql --part teardown --left-streams, run by the Snowflake CLI itself", function () {
  this.timeout(120_000);
  let snow: RealSnow;

  before(function () {
    needSnow(this);
  });
  beforeEach(async () => {
    const yes = () => true;
    snow = await RealSnow.connect({ assumes: yes, subscribes: yes, knowsKey: yes });
    snow.account.ignoresCase = true;
  });
  afterEach(() => snow.remove());

  /** Its name has what LIKE reads as a wildcard. */
  const stack = (sample: Sample) => {
    const outputs = sampleOutputs({ snowflake, ...sample });
    const streams = outputs.streams.map((stream) =>
      stream.name === "stream-1" ? { ...stream, table: '"ev""als"', pipe: "evals pipe" } : stream,
    );
    return { ...outputs, stack: "dev_1", streams };
  };
  const objects = () =>
    snow.account
      .everything()
      .filter(({ parts }) => parts.length === 3)
      .map(({ kind, parts }) => `${kind} ${parts[2]}`);
  async function statementsOf(outputs: ReturnType<typeof stack>): Promise<string[]> {
    const text = snowflakeSql(outputs, "teardown", { leftStreams: true });
    const answered = JSON.parse(await runSnow(text, { environment: snow.environment }));
    return answered.flat().flatMap(({ STATEMENT }: { STATEMENT?: string }) => STATEMENT ?? []);
  }
  async function deploy(sample: Sample): Promise<void> {
    for (const part of ["setup", "load"] as const) await snow.runByHand(snowflakeSql(stack(sample), part));
  }

  it("drops nothing, and answers with what drops the objects of the streams that have left", async () => {
    await deploy({ streams: 1 });
    const first = objects();
    await deploy({ streams: 2 });
    await snow.byHand(
      'USE ROLE "LOADER"',
      `CREATE TABLE ${schema}."OTHER" (X VARIANT) COMMENT = 'Braintrust exports: project braintrust-snowflake, stack dev-1, stream other'`,
      `CREATE TABLE ${schema}."LAKE" (X VARIANT)`,
    );
    const both = objects();

    assert.deepEqual(await statementsOf(stack({ streams: 2 })), [session]);
    const statements = await statementsOf(stack({ streams: 1 }));
    assert.deepEqual(objects(), both);
    assert.equal(statements[0], session);
    assert.deepEqual(
      statements.slice(1),
      [
        ["PIPE", "evals pipe"],
        ["VIEW", 'ev""als_LATEST'],
        ["VIEW", 'ev""als_FILES'],
        ["STAGE", 'ev""als_STAGE'],
        ["FILE FORMAT", 'ev""als_FORMAT'],
        ["DYNAMIC TABLE", 'ev""als_CURRENT'],
        ["TABLE", 'ev""als'],
        // Gone by then: SHOW TABLES has dynamic tables as well.
        ["TABLE", 'ev""als_CURRENT'],
      ].map(([kind, name]) => `DROP ${kind} IF EXISTS ${schema}."${name}";`),
    );
    const asOwner = `USE ROLE "LOADER";\n${statements.join("\n")}\n`;
    await runSnow(asOwner, { environment: snow.environment });
    assert.deepEqual(objects(), [...first, "TABLE OTHER", "TABLE LAKE"]);
  });

  it("names the loader of a former mode", async () => {
    await deploy({ streams: 1, mode: "queue" });
    const [, ...statements] = await statementsOf(stack({ streams: 1, mode: "sns" }));
    assert.deepEqual(statements, [`DROP TASK IF EXISTS ${schema}."LOGS_0_LOAD";`]);
  });
});

const session = "ALTER SESSION SET QUOTED_IDENTIFIERS_IGNORE_CASE = FALSE;";
