import assert from "node:assert/strict";
import { awsLimits } from "../../../components/aws-limits";
import { bases, configurationOf } from "../../changes/bases";
import { deployProgram, problemsOf } from "../../support";
import { type Case, refuses } from "./refusals";

const BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy";
const analytics = "arn:aws:iam::777788889999:role/analytics";
const allow = {
  Sid: "AllowAnalytics",
  Effect: "Allow",
  Principal: { AWS: analytics },
  Action: "s3:GetObject",
};
const deny = { Sid: "DenyOthers", Effect: "Deny", Principal: "*", Action: "s3:*" };
const statements = (...given: object[]) => ({ bucketPolicyStatements: given });
const bucketName = "acme-exports";
const at = "bucketPolicyStatements[0]";

/** An Allow to everybody, with a condition or without. */
const publicly = (Condition?: object, Principal: unknown = "*") =>
  statements({ ...allow, Principal, ...(Condition && { Condition }) });
const open = (Condition?: object, Principal: unknown = "*"): Case => [
  publicly(Condition, Principal),
  `${at}.Principal`,
  JSON.stringify(Principal),
  /everybody in the world, and no condition says who/,
  /aws:PrincipalOrgID/,
];
const elsewhere = (Resource: string | string[], wrong: string): Case => [
  { ...statements({ ...allow, Resource }), bucketName },
  `${at}.Resource`,
  JSON.stringify(wrong),
  /not in this stack's bucket/,
  /begin it with arn:aws:s3:::acme-exports/,
];

describe("own statements of the bucket's policy", () => {
  const written = async (given: object, stack = "prod") => {
    const { deployed } = await deployProgram({ bucketName, ...given }, { stack });
    return deployed.statements(deployed.named("pipeline-bucket-policy", BUCKET_POLICY));
  };

  it("are added as they are, of the whole bucket where they name no resource", async () => {
    const inFolder = { ...allow, Resource: "arn:aws:s3:::acme-exports/braintrust-exports/*" };
    const typed = { ...deny, Condition: { Bool: { "aws:PrincipalIsAWSService": false } } };
    const found = await written(statements(typed, inFolder));
    assert.deepEqual(found.slice(-2), [
      inFolder,
      {
        ...deny,
        Condition: { Bool: { "aws:PrincipalIsAWSService": "false" } },
        Resource: ["arn:aws:s3:::acme-exports", "arn:aws:s3:::acme-exports/*"],
      },
    ]);
    assert.deepEqual(found.slice(0, -2), await written({}));
  });

  it("are accepted with a bucket that exists, in every form that IAM knows", () => {
    const existingBucket = "acme-shared";
    for (const statement of [
      { ...deny, NotPrincipal: { AWS: [analytics, "555566667777"] }, Principal: undefined },
      {
        ...deny,
        NotAction: ["s3:Get*", "s3:ListBucket"],
        Action: undefined,
        Condition: { Null: { "aws:SourceVpce": true } },
      },
      {
        ...allow,
        Principal: { Service: "logging.s3.amazonaws.com" },
        Resource: "arn:aws:s3:::acme-shared/logs/*",
      },
      { ...allow, Principal: { AWS: "arn:aws:sts::777788889999:assumed-role/analytics/nightly" } },
      {
        ...deny,
        Condition: { "ForAnyValue:StringNotLike": { "aws:PrincipalOrgPaths": ["o-a1/r-1/*", "o-a1/r-2/*"] } },
      },
    ]) {
      assert.deepEqual(
        problemsOf({ existingBucket, ...statements(statement) }),
        [],
        JSON.stringify(statement),
      );
    }
  });

  it("may allow everybody of an organization, an account, a network or a place, and nobody else", () => {
    for (const Condition of [
      { StringEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } },
      { "ForAnyValue:StringLike": { "aws:principalorgpaths": "o-a1b2c3d4e5/r-ab12/*" } },
      { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::777788889999:role/data/*" } },
      { IpAddress: { "aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"] } },
      { StringEquals: { "aws:SourceVpce": ["vpce-0a1b2c3d"] }, Bool: { "aws:SecureTransport": "true" } },
    ]) {
      assert.deepEqual(problemsOf(publicly(Condition)), [], JSON.stringify(Condition));
    }
  });

  it("cannot have the name of any statement of the program's", async () => {
    const sids = new Set<string>();
    for (const base of bases) {
      const values = configurationOf({ ...base, settings: { ...base.settings, bucketPolicyStatements: [] } });
      const { deployed } = await deployProgram({}, { stack: base.stack, values });
      const policy = deployed.named("pipeline-bucket-policy", BUCKET_POLICY);
      for (const { Sid = "" } of deployed.statements(policy)) sids.add(Sid);
    }
    assert.ok(sids.size >= 10, [...sids].join(" "));
    for (const Sid of sids) {
      const [problem] = problemsOf(statements({ ...deny, Sid }));
      assert.deepEqual(
        [problem?.key, problem?.rule],
        [`${at}.Sid`, "is the name of a statement of this stack's"],
        Sid,
      );
    }
  });

  it("keep the policy within 20 KB, and are refused with its size beyond", async () => {
    const given = (length: number) =>
      statements({ ...deny, Condition: { StringNotLike: { "aws:PrincipalArn": "ä".repeat(length) } } });
    let length = 0;
    for (let step = 2 ** 14; step >= 1; step /= 2) {
      if (problemsOf({ bucketName, ...given(length + step) }).length === 0) length += step;
    }
    const Statement = await written(given(length));
    const bytes = Buffer.byteLength(JSON.stringify({ Version: "2012-10-17", Statement }));
    assert.ok(
      bytes <= awsLimits.bucketPolicy.most && bytes > awsLimits.bucketPolicy.most - 1_000,
      String(bytes),
    );
    const [problem] = problemsOf({ bucketName, ...given(length + 1) });
    assert.deepEqual([problem?.key, problem?.value], ["bucketPolicyStatements", "1 statements"]);
    assert.match(problem?.rule ?? "", /up to 2048[12] bytes, and AWS takes 20480/);
  });

  it("stay secret where they are encrypted", async () => {
    const { deployed } = await deployProgram(statements(allow), { secretKeys: ["bucketPolicyStatements"] });
    const policy = deployed.named("pipeline-bucket-policy", BUCKET_POLICY);
    assert.deepEqual(policy.secretInputs, ["policy"]);
    const shown = deployed.resources.filter(({ inputs, secretInputs }) =>
      Object.entries(inputs).some(
        ([key, value]) => !secretInputs.includes(key) && JSON.stringify(value)?.includes("AllowAnalytics"),
      ),
    );
    assert.deepEqual(
      shown.map(({ name }) => name),
      [],
    );
  });
});

refuses("statements that open the bucket", [
  open(),
  open(undefined, { AWS: "*" }),
  open(undefined, { AWS: [analytics, "*"] }),
  open({ Bool: { "aws:SecureTransport": true } }),
  open({ StringNotEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }),
  open({ StringEqualsIfExists: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }),
  open({ "ForAllValues:StringEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }),
  open({ StringLike: { "aws:PrincipalOrgID": "*" } }),
  open({ ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/data" } }),
  open({ IpAddress: { "aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/0"] } }),
  [
    statements({ ...allow, Principal: undefined, NotPrincipal: { AWS: analytics } }),
    `${at}.NotPrincipal`,
    JSON.stringify({ AWS: analytics }),
    /open the bucket to everybody else/,
    /name in Principal/,
  ],
]);

refuses("statements that S3 refuses", [
  [
    statements(deny, { ...allow, Sid: "denyothers" }),
    "bucketPolicyStatements[1].Sid",
    '"denyothers"',
    /another statement/,
    /Sid of its own/,
  ],
  [statements({ ...deny, Sid: "" }), `${at}.Sid`, '""', /1 to 128/, /Sid of its own/],
  [
    statements({ ...deny, NotAction: "s3:Get*" }),
    `${at}.Action`,
    '"s3:*"',
    /either Action or NotAction/,
    /remove one/,
  ],
  [
    statements({ ...deny, Principal: undefined }),
    `${at}.Principal`,
    "(unset)",
    /either Principal or NotPrincipal/,
    /add/,
  ],
  [
    statements({ ...allow, Action: "sqs:SendMessage" }),
    `${at}.Action`,
    '"sqs:SendMessage"',
    /actions of S3/,
    /copy/,
  ],
  [statements({ ...allow, Action: [] }), `${at}.Action`, "[]", /actions of S3/, /copy/],
  [
    statements({ ...allow, Principal: { AWS: `${analytics}-*` } }),
    `${at}.Principal`,
    JSON.stringify({ AWS: `${analytics}-*` }),
    /wildcard/,
    /whole/,
  ],
  [
    statements({ ...allow, Principal: { AWS: 777788889999 } }),
    `${at}.Principal`,
    '{"AWS":777788889999}',
    /account ids/,
    /in quotes/,
  ],
  [
    statements({ ...deny, Condition: { StringIs: { "aws:PrincipalOrgID": "o-1" } } }),
    `${at}.Condition`,
    '{"StringIs":{"aws:PrincipalOrgID":"o-1"}}',
    /operators of IAM/,
    /write it/,
  ],
  [
    statements({ ...deny, Condition: { StringEquals: { PrincipalOrgID: "o-1" } } }),
    `${at}.Condition`,
    '{"StringEquals":{"PrincipalOrgID":"o-1"}}',
    /condition keys/,
    /write it/,
  ],
  [
    statements({ ...deny, Resources: "x" }),
    `${at}.Resources`,
    '"x"',
    /is not a setting/,
    /known keys here: Sid, Effect/,
  ],
  elsewhere("arn:aws:s3:::acme-exports-2/*", "arn:aws:s3:::acme-exports-2/*"),
  elsewhere(["arn:aws:s3:::acme-exports/*", "arn:aws:s3:::other"], "arn:aws:s3:::other"),
  elsewhere("arn:aws-cn:s3:::acme-exports/*", "arn:aws-cn:s3:::acme-exports/*"),
  [
    statements({ ...allow, Resource: "arn:aws:s3:::acme-exports/*" }),
    `${at}.Resource`,
    '"arn:aws:s3:::acme-exports/*"',
    /depends on its account/,
    /set bucketName/,
  ],
  [
    {
      ...statements({
        ...deny,
        Condition: { StringNotLike: { "aws:userid": "*:braintrust-acme-4f9c2b7d1e" } },
      }),
      snowflake: { externalId: "braintrust-acme-4f9c2b7d1e" },
    },
    at,
    "(DenyOthers)",
    /the value of snowflake.externalId/,
    /remove it/,
  ],
]);
