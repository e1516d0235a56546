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

  it("takes no longer for each of many queues than for one", () => {
    const names = Array.from({ length: 8_000 }, (_, index) => `team-${index}`);
    const streams = names.map((name) => ({ name }));
    const many = { ...file, values: { ...file.values, "braintrust-snowflake:streams": streams } };
    const begun = process.cpuUsage();
    refuseUnwritable(many, names.map(channel));
    const { user, system } = process.cpuUsage(begun);
    assert.ok(user + system < 3_000_000, `${(user + system) / 1e6} s`);
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
