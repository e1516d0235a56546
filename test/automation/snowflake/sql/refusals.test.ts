import assert from "node:assert/strict";
import { PipelineError, UsageError } from "../../../../automation/errors";
import { snowflakeSql } from "../../../../automation/snowflake/sql/sql";
import { sampleOutputs } from "./sample-outputs";

describe("snowflakeSql refuses", () => {
  for (const [what, change, missing] of [
    ["role mode without a role", { snowflakeRoleArn: undefined }, "snowflakeRoleArn"],
    ["role mode without an external id", { snowflakeExternalId: undefined }, "snowflakeExternalId"],
    ["mode sns without a topic", { eventsMode: "sns" as const }, "notificationTopicArn"],
    ["a partition Snowflake does not reach", { bucketArn: "arn:aws-iso:s3:::exports" }, "aws-iso"],
  ] as const) {
    it(what, () =>
      assert.throws(
        () => snowflakeSql({ ...sampleOutputs(), ...change }),
        (error) => error instanceof PipelineError && error.message.includes(missing),
      ),
    );
  }

  it("an error integration without its topic", () =>
    assert.throws(
      () => snowflakeSql(sampleOutputs({ snowflake: { errorIntegration: "errors" } }), "setup"),
      (error) => error instanceof PipelineError && error.message.includes("errorTopicArn"),
    ));

  for (const [what, change] of [
    ["one table for two streams", { table: "LOGS_0" }],
    ["a table named as another's view", { table: "logs_0_latest" }],
    ["a table named as another's view of files", { table: "logs_0_files" }],
    ["one pipe for two streams", { pipe: '"LOGS_PIPE_0"' }],
  ] as const) {
    it(what, () => {
      const outputs = sampleOutputs({ streams: 2 });
      const streams = outputs.streams.map((stream, index) =>
        index === 1 ? { ...stream, ...change } : stream,
      );
      assert.throws(
        () => snowflakeSql({ ...outputs, streams }),
        (error) => error instanceof UsageError && /"stream-0" and "stream-1"/.test(error.message),
      );
    });
  }
});
