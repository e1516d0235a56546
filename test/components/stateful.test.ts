import assert from "node:assert/strict";
import { isStateful, lossByReplacement, lossOf } from "../../components/stateful";
import { deployProgram } from "../support";

const urn = (...types: string[]) =>
  `urn:pulumi:prod::braintrust-snowflake::${["braintrust-snowflake:index:ExportPipeline", ...types].join("$")}::it`;

describe("stateful resources", () => {
  it("are in production buckets, key, event topics, roles, user and secret", async () => {
    const { deployed } = await deployProgram(
      {
        snowflake: { access: "user", errorNotifications: { enabled: true } },
        events: { mode: "sns" },
        monitoring: { alertEmails: ["oncall@example.com"] },
      },
      { stack: "prod" },
    );
    assert.deepEqual(
      deployed.resources
        .filter(({ protect }) => protect)
        .map(({ name }) => name)
        .sort(),
      [
        "pipeline-audit-logs",
        "pipeline-braintrust",
        "pipeline-bucket",
        "pipeline-bucket-access-logs",
        "pipeline-errors-role",
        "pipeline-errors-topic",
        "pipeline-events-topic",
        "pipeline-key",
        "pipeline-snowflake-user",
        "pipeline-snowflake-user-secret",
      ],
    );
  });

  it("include an access key that is replaced, and not one that a rotation deletes", () => {
    const key = urn("braintrust-snowflake:index:SnowflakeUser", "aws:iam/accessKey:AccessKey");
    assert.match(lossByReplacement(key) ?? "", /handed over/);
    assert.equal(lossOf(key), undefined);
    assert.equal(lossByReplacement(urn("aws:iam/policy:Policy")), undefined);
    assert.equal(lossByReplacement(urn("aws:kms/key:Key")), lossOf(urn("aws:kms/key:Key")));
  });

  it("name what is lost", () => {
    assert.match(lossOf(urn("aws:kms/key:Key")) ?? "", /unreadable/);
    assert.match(lossOf(urn("aws:sns/topic:Topic")) ?? "", /Snowflake/);
  });

  it("do not include what only this stack refers to", () => {
    assert.equal(isStateful(urn("braintrust-snowflake:index:AlertTopic", "aws:sns/topic:Topic")), false);
    assert.equal(isStateful(urn("awsx:cloudtrail:Trail", "aws:iam/role:Role")), false);
    assert.equal(isStateful(urn("aws:iam/policy:Policy")), false);
    assert.equal(isStateful(urn("aws:sqs/queue:Queue")), false);
  });
});
