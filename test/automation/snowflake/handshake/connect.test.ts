import assert from "node:assert/strict";
import { UsageError } from "../../../../automation/errors";
import type { StackFile } from "../../../../automation/project/stack-file";
import { refuseUnwritable } from "../../../../automation/snowflake/handshake/connect";

const iamUserArn = "arn:aws:iam::444455556666:user/a";
const queue = "arn:aws:sqs:us-east-1:444455556666:sf-snowpipe-A";
const file: StackFile = {
  stack: "dev",
  values: { "aws:region": "us-east-1", "braintrust-snowflake:snowflake": { externalId: "id-0123456789" } },
  encrypted: [],
  environments: [],
};
const user = { path: ["snowflake", "iamUserArn"], to: iamUserArn };
const channel = (stream: string) => ({ path: ["events", "notificationChannels", stream], to: queue });

describe("refuseUnwritable", () => {
  it("lets what the settings can hold pass, and leaves them as they are", () => {
    const before = structuredClone(file);
    refuseUnwritable(file, [user, channel("logs")]);
    refuseUnwritable({ ...file, encrypted: ["braintrust-snowflake:snowflake.externalId"] }, [user]);
    assert.deepEqual(file, before);
  });

  it("replaces no encrypted setting with plain text", () => {
    for (const key of ["braintrust-snowflake:snowflake", "braintrust-snowflake:snowflake.iamUserArn"]) {
      assert.throws(
        () => refuseUnwritable({ ...file, encrypted: [key] }, [user]),
        (error) =>
          error instanceof UsageError &&
          error.message.startsWith(`nothing was changed: snowflake.iamUserArn has to be ${iamUserArn}`) &&
          error.message.includes("pulumi config set --secret"),
      );
    }
  });

  it("refuses what would make the settings unusable", () =>
    assert.throws(
      () => refuseUnwritable(file, [channel("gone")]),
      (error) => error instanceof UsageError && /^nothing was changed: .*gone/s.test(error.message),
    ));
});
