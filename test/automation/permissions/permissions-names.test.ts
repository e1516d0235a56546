import assert from "node:assert/strict";
import { statements } from "./granted";

describe("the permissions for a stack with a company's own names", () => {
  const kmsKeyArn = "arn:aws:kms:eu-west-1:999988887777:key/0a1b2c3d-0000-4444-8888-123456789012";
  const own = {
    encryption: "kms",
    kmsKeyArn,
    publicAccessBlock: "account",
    braintrust: { orgId: "acme", principalArns: ["arn:aws:iam::777788889999:role/braintrust-api"] },
    snowflake: { access: "user", errorNotifications: { enabled: true } },
    events: { mode: "sns", queueName: "acme-files", topicName: "acme-announcements" },
    auditTrail: { enabled: true, name: "acme-exports" },
    replication: { bucketArn: "arn:aws:s3:::acme-replicas", kmsKeyArn },
    bucketPolicyStatements: [
      { Sid: "DenyContractors", Effect: "Deny", Principal: { AWS: "777788889999" }, Action: "s3:*" },
    ],
    iam: {
      path: "/data/",
      permissionsBoundaryArn: "arn:aws:iam::111122223333:policy/boundary",
      names: {
        ...{ braintrustRole: "acme-writer", exportPolicy: "acme-writes", readPolicy: "acme-reads" },
        ...{ snowflakeUser: "acme-reader", snowflakeGroup: "acme-readers", errorRole: "acme-errors" },
        ...{ trailRole: "acme-trail", replicationRole: "acme-copier" },
      },
    },
  };

  it("name what a company names, and nothing by the default names", async () => {
    const all = await statements(own);
    const arns = new Set(all.flatMap(({ Resource }) => Resource));
    const [iam, eu] = ["arn:aws:iam::111122223333", "eu-west-1:111122223333"];
    for (const arn of [
      ...["role/data/acme-writer", "role/data/acme-errors", "role/data/acme-trail"].map(
        (id) => `${iam}:${id}`,
      ),
      ...["role/data/acme-copier", "user/data/acme-reader", "group/data/acme-readers"].map(
        (id) => `${iam}:${id}`,
      ),
      ...["policy/data/acme-writes", "policy/data/acme-reads"].map((id) => `${iam}:${id}`),
      ...["acme-files", "acme-files-dlq"].map((name) => `arn:aws:sqs:${eu}:${name}`),
      `arn:aws:sns:${eu}:acme-announcements`,
      `arn:aws:cloudtrail:${eu}:trail/acme-exports`,
    ]) {
      assert.ok(arns.has(arn), `${arn} in ${[...arns].join(" ")}`);
    }
    const defaults =
      /BraintrustExport|SnowflakeS3|SnowflakeError|BraintrustReplication|snowpipe-s3-|braintrust-exports-qa$/;
    assert.deepEqual(
      [...arns].filter((arn) => defaults.test(arn)),
      [],
    );
  });

  it("need nothing of a key that exists, of others' principals, and of blocks that the account has", async () => {
    const actions = (await statements(own)).flatMap(({ Action }) => Action);
    for (const action of ["kms:CreateKey", "kms:PutKeyPolicy", "s3:PutBucketPublicAccessBlock"]) {
      assert.ok(!actions.includes(action), action);
    }
    assert.ok(actions.includes("iam:PutUserPermissionsBoundary"));
    const text = JSON.stringify(await statements(own));
    for (const other of ["999988887777", "777788889999", "acme-replicas"]) {
      assert.ok(!text.includes(other), other);
    }
  });

  it("let verify use the key that exists for its probes, and read the account's blocks", async () => {
    const checked = await statements(own, "verify");
    const on = (action: string) =>
      checked.filter(({ Action }) => Action.includes(action)).flatMap(({ Resource }) => Resource);
    assert.deepEqual(on("kms:GenerateDataKey"), [kmsKeyArn]);
    assert.deepEqual(on("s3:GetAccountPublicAccessBlock"), ["*"]);
    assert.ok(
      on("s3:GetReplicationConfiguration").some((arn) =>
        arn.startsWith("arn:aws:s3:::braintrust-exports-qa"),
      ),
    );
    assert.ok(on("sqs:GetQueueAttributes").includes("arn:aws:sqs:eu-west-1:111122223333:acme-files"));
    assert.deepEqual(
      checked.flatMap(({ Action }) => Action).filter((action) => action === "kms:GetKeyPolicy"),
      [],
    );
  });
});
