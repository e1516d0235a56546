import assert from "node:assert/strict";
import { snowflakeSql } from "../../../../automation/snowflake/sql/sql";
import { modes, sampleOutputs } from "./sample-outputs";

describe("integrations in the SQL for Snowflake", () => {
  it("allows a hundred streams' folders each, and of more the folder of all", () => {
    const locations = (streams: number, sample = {}) => {
      const setup = snowflakeSql({ ...sampleOutputs({ streams }), ...sample }, "admin");
      return [...setup.matchAll(/STORAGE_ALLOWED_LOCATIONS = \(([^)]*)\)/g)].map(([, list = ""]) =>
        list.split(",").map((each) => each.trim()),
      );
    };
    for (const list of locations(100)) assert.equal(list.length, 100);
    assert.ok(locations(101).length > 0);
    for (const list of locations(101)) assert.deepEqual(list, ["'s3://exports/braintrust/'"]);
    const china = { bucketArn: "arn:aws-cn:s3:::exports" };
    for (const list of locations(1_000, china)) assert.deepEqual(list, ["'s3china://exports/braintrust/'"]);
  });

  it("gives the storage integration our role, our external id and the streams' folders, and alters ours alone", () => {
    const setup = snowflakeSql(sampleOutputs({ streams: 2 }), "setup");
    const settings = (blanks: string) =>
      [
        "ENABLED = TRUE",
        "STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::111122223333:role/Reader-dev'",
        "STORAGE_AWS_EXTERNAL_ID = 'external-id'",
        "STORAGE_ALLOWED_LOCATIONS = (",
        "  's3://exports/braintrust/stream-0/',",
        "  's3://exports/braintrust/stream-1/'",
        ")",
      ]
        .map((line) => `${blanks}${line}\n`)
        .join("");
    const create = `CREATE STORAGE INTEGRATION IF NOT EXISTS "EXPORTS_S3"\n      TYPE = EXTERNAL_STAGE\n      STORAGE_PROVIDER = 'S3'\n${settings("      ")}`;
    const guard = [
      'DESC INTEGRATION "EXPORTS_S3";',
      "\"property\" = 'STORAGE_AWS_ROLE_ARN' AND \"property_value\" = 'arn:aws:iam::111122223333:role/Reader-dev'",
      "RAISE not_ours;",
    ];
    const alter = `ALTER STORAGE INTEGRATION "EXPORTS_S3" SET\n${settings("    ")}`;
    const places = [create, ...guard, alter].map((text) => setup.indexOf(text));
    assert.ok(
      places.every((place, at) => place > (places[at - 1] ?? 0)),
      String(places),
    );
    assert.equal(setup.split("STORAGE INTEGRATION").length, 3);
    assert.match(setup, /EXPORTS_S3 exists and is not of this stack.*snowflake\.integration'/);
  });

  it("drops an integration where it is the stack's alone", () => {
    const teardown = snowflakeSql(sampleOutputs({ errors: true }), "teardown");
    for (const [name, property] of [
      ["EXPORTS_S3", "STORAGE_AWS_ROLE_ARN"],
      ["EXPORTS_ERRORS", "AWS_SNS_ROLE_ARN"],
    ] as const) {
      const guarded = `DESC INTEGRATION "${name}";[^$]*'${property}'[^$]*'left alone[^$]*DROP INTEGRATION IF EXISTS "${name}"`;
      assert.match(teardown, new RegExp(guarded));
      assert.equal(teardown.split(`DROP INTEGRATION IF EXISTS "${name}"`).length, 2);
    }
  });

  for (const [partition, provider, protocol] of [
    ["aws", "S3", "s3"],
    ["aws-us-gov", "S3GOV", "s3gov"],
    ["aws-cn", "S3CHINA", "s3china"],
  ] as const) {
    it(`uses ${provider} and ${protocol}:// in partition ${partition}`, () => {
      const text = snowflakeSql({ ...sampleOutputs(), bucketArn: `arn:${partition}:s3:::exports` });
      assert.ok(text.includes(`STORAGE_PROVIDER = '${provider}'`));
      const urls = text.match(/'\w+:\/\/[^']*'/g) ?? [];
      assert.ok(urls.length >= 4);
      assert.deepEqual([...new Set(urls)], [`'${protocol}://exports/braintrust/stream-0/'`]);
    });
  }

  it("wires the error integration through setup, pipe or task, answers and teardown, and only where it is set", () => {
    for (const mode of ["sns", "none"] as const) {
      const outputs = sampleOutputs({ mode, errors: true });
      const text = snowflakeSql(outputs);
      assert.match(text, /CREATE NOTIFICATION INTEGRATION IF NOT EXISTS "EXPORTS_ERRORS"/);
      assert.match(
        text,
        /ALTER NOTIFICATION INTEGRATION "EXPORTS_ERRORS" SET\n {4}ENABLED = TRUE\n {4}AWS_SNS_TOPIC_ARN = /,
      );
      assert.match(text, /GRANT USAGE ON INTEGRATION "EXPORTS_ERRORS" TO ROLE "LOADER"/);
      assert.match(text, /CREATE (?:PIPE|OR ALTER TASK)[^;]*ERROR_INTEGRATION = "EXPORTS_ERRORS"/);
      assert.match(text, /DESC INTEGRATION "EXPORTS_ERRORS"/);
      assert.match(snowflakeSql(outputs, "teardown"), /DROP INTEGRATION IF EXISTS "EXPORTS_ERRORS"/);
    }
    assert.doesNotMatch(snowflakeSql(sampleOutputs()), /ERROR_INTEGRATION|NOTIFICATION INTEGRATION/);
  });

  it("asks who subscribes to the topic at the end of setup and in check, in mode sns alone", () => {
    for (const mode of modes) {
      for (const part of ["setup", "check"] as const) {
        const asks = snowflakeSql(sampleOutputs({ mode }), part).includes(
          "SYSTEM$GET_AWS_SNS_IAM_POLICY('arn:aws:sns:",
        );
        assert.equal(asks, mode === "sns");
      }
    }
  });
});
