import assert from "node:assert/strict";
import { ACCOUNT_ID, deployProgram, problemsOf } from "../support";

const boundary = `arn:aws:iam::${ACCOUNT_ID}:policy/org/WorkloadBoundary`;
const everything = {
  braintrust: { accountId: "872608195596", orgId: "org-1" },
  snowflake: { errorNotifications: { enabled: true } },
  auditTrail: { enabled: true },
};

describe("the setting iam", () => {
  for (const access of ["role", "user"] as const) {
    it(`gives every identity and policy the path, and roles and users the boundary: ${access}`, async () => {
      const { deployed } = await deployProgram(
        {
          ...everything,
          snowflake: { ...everything.snowflake, access },
          iam: { path: "/data-platform/", permissionsBoundaryArn: boundary },
        },
        { stack: "prod" },
      );
      const named = (kind: string) => deployed.of(`aws:iam/${kind.toLowerCase()}:${kind}`);
      const bounded = [...named("Role"), ...named("User")];
      const all = [...bounded, ...named("Group"), ...named("Policy")];
      assert.ok(all.length >= 4);
      for (const { name, inputs } of all) assert.equal(inputs.path, "/data-platform/", name);
      for (const { name, inputs } of bounded) assert.equal(inputs.permissionsBoundary, boundary, name);
    });
  }

  it("names what others know by name, and the audit trail watches these names", async () => {
    const names = {
      braintrustRole: "BraintrustExportRole",
      snowflakeRole: "acme.snowflake+reader@prod",
      exportPolicy: "BraintrustS3ExportPolicy",
      readPolicy: "SnowflakeS3AccessPolicy",
      errorRole: "snowflake-errors",
      trailRole: "trail-to-logs",
    };
    const { deployed } = await deployProgram(
      { ...everything, iam: { path: "/x/", names } },
      { stack: "prod" },
    );
    const made = [...deployed.of("aws:iam/role:Role"), ...deployed.of("aws:iam/policy:Policy")];
    const { trailRole: _, ...ofProgram } = names;
    assert.deepEqual(made.map(({ inputs }) => inputs.name).sort(), Object.values(ofProgram).sort());
    const { pattern } = deployed.named("pipeline-trail-watch-role-changes-filter").inputs;
    for (const name of Object.values(names)) assert.ok(String(pattern).includes(name), name);
  });

  it("is refused where IAM would refuse it", () => {
    for (const [key, iam] of [
      ["iam.path", { path: "data-platform/" }],
      ["iam.path", { path: "/data platform/" }],
      ["iam.path", { path: `/${"p".repeat(512)}/` }],
      ["iam.permissionsBoundaryArn", { permissionsBoundaryArn: `arn:aws:iam::${ACCOUNT_ID}:role/Boundary` }],
      ["iam.permissionsBoundaryArn", { permissionsBoundaryArn: `arn:aws-cn:iam::${ACCOUNT_ID}:policy/B` }],
      ["iam.names.braintrustRole", { names: { braintrustRole: "r".repeat(65) } }],
      ["iam.names.readPolicy", { names: { readPolicy: "path/policy" } }],
    ] as const) {
      const [problem] = problemsOf({ iam });
      assert.equal(problem?.key, key, JSON.stringify(iam));
    }
  });
});

describe("names of queue, topic and trail", () => {
  it("are those of the settings, the dead-letter queue's too", async () => {
    const { deployed } = await deployProgram(
      {
        events: { mode: "sns", queueName: "snowpipe-s3-notifications", topicName: "exports_events" },
        auditTrail: { enabled: true, name: "acme.exports_audit" },
      },
      { stack: "prod" },
    );
    const names = (type: string) => deployed.of(type).map(({ inputs }) => inputs.name);
    assert.deepEqual(names("aws:sqs/queue:Queue").sort(), [
      "snowpipe-s3-notifications",
      "snowpipe-s3-notifications-dlq",
    ]);
    assert.ok(names("aws:sns/topic:Topic").includes("exports_events"));
    assert.deepEqual(names("awsx:cloudtrail:Trail"), ["acme.exports_audit"]);
  });

  it("are refused where AWS, or S3's events, would refuse them", () => {
    for (const [key, given] of [
      ["events.queueName", { events: { queueName: "exports.fifo" } }],
      ["events.queueName", { events: { queueName: "q".repeat(77) } }],
      ["events.topicName", { events: { topicName: "exports topic" } }],
      ["auditTrail.name", { auditTrail: { name: "a..b" } }],
      ["auditTrail.name", { auditTrail: { name: "10.0.0.1" } }],
      [
        "auditTrail.name",
        {
          auditTrail: {
            name: "mine",
            existing: `arn:aws:cloudtrail:us-east-1:${ACCOUNT_ID}:trail/organization`,
          },
        },
      ],
    ] as const) {
      const [problem] = problemsOf(given);
      assert.equal(problem?.key, key, JSON.stringify(given));
    }
  });
});

describe("the setting publicAccessBlock", () => {
  const blocks = async (publicAccessBlock: string) => {
    const given = { ...everything, accessLogs: { enabled: true }, publicAccessBlock };
    const { deployed } = await deployProgram(given, { stack: "prod" });
    assert.equal(deployed.of("aws:s3/bucket:Bucket").length, 3);
    return deployed.of("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").length;
  };

  it("leaves the blocks of every bucket to the account, or gives each its own", async () => {
    assert.equal(await blocks("account"), 0);
    assert.equal(await blocks("bucket"), 3);
  });
});

describe("the setting braintrust.principalArns", () => {
  const principalArns = [
    "arn:aws:iam::777788889999:role/braintrust-api",
    "arn:aws:iam::777788889999:role/x/brainstore",
  ];

  it("trusts these roles, and not Braintrust's account", async () => {
    const { deployed, outputs } = await deployProgram({
      braintrust: { orgId: "org-1", principalArns },
      snowflake: { iamUserArn: "arn:aws:iam::444455556666:user/snow", externalId: "acme=1" },
    });
    const [statement] = deployed.statements(
      deployed.named("pipeline-braintrust", "aws:iam/role:Role"),
      "assumeRolePolicy",
    );
    assert.deepEqual(statement?.Principal, { AWS: principalArns });
    assert.deepEqual(statement?.Condition, { StringLike: { "sts:ExternalId": "bt:org-1:*" } });
    assert.equal(outputs.phase, "awaiting-channel");
  });

  it("takes no wildcard, no account and no other partition", () => {
    for (const arn of [
      "arn:aws:iam::777788889999:root",
      "arn:aws:iam::777788889999:role/*",
      "*",
      "arn:aws-us-gov:iam::777788889999:role/api",
    ]) {
      assert.equal(
        problemsOf({ braintrust: { principalArns: [arn] } })[0]?.key,
        "braintrust.principalArns[0]",
        arn,
      );
    }
  });
});

describe("the setting lifecycle.minimumObjectSizeBytes", () => {
  it("holds for transitions alone: what expires and what is aborted does so at any size", async () => {
    const { deployed } = await deployProgram({
      lifecycle: { minimumObjectSizeBytes: 1_000_000, expireDays: 400 },
    });
    const { rules } = deployed.only(
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    ).inputs;
    const [data, transitions] = rules as Record<string, unknown>[];
    assert.deepEqual(
      [data?.transitions, data?.filter, data?.expiration],
      [undefined, { prefix: "braintrust-exports/" }, { days: 400 }],
    );
    assert.deepEqual(transitions?.filter, {
      and: { prefix: "braintrust-exports/", objectSizeGreaterThan: 999_999 },
    });
    assert.equal(Object(transitions?.transitions).length, 3);
    assert.deepEqual(
      [transitions?.expiration, transitions?.abortIncompleteMultipartUpload],
      [undefined, undefined],
    );
  });

  it("is refused where nothing moves, and accepted where something does", () => {
    const given = (profile: string) => ({ lifecycle: { profile, minimumObjectSizeBytes: 4_096 } });
    const [problem, ...others] = problemsOf(given("none"));
    assert.deepEqual([problem?.key, problem?.value], ["lifecycle.minimumObjectSizeBytes", "4096"]);
    assert.match(
      `${problem?.rule}; ${problem?.fix}`,
      /profile none they never do; set lifecycle\.profile to/,
    );
    assert.deepEqual(others, []);
    for (const profile of ["archive", "instant"]) assert.deepEqual(problemsOf(given(profile)), []);
  });

  it("takes digits as text, and no size that S3 has no filter for", () => {
    assert.deepEqual(problemsOf({ lifecycle: { minimumObjectSizeBytes: "262144" } }), []);
    assert.equal(
      problemsOf({ lifecycle: { minimumObjectSizeBytes: 0 } })[0]?.key,
      "lifecycle.minimumObjectSizeBytes",
    );
  });
});
