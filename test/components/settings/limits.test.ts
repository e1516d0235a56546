import assert from "node:assert/strict";
import { awsLimits } from "../../../components/aws-limits";
import { filterText } from "../../../components/events/snowpipe-events";
import { bucketPolicyBytes, trustPolicyLength } from "../../../components/settings/limits";
import type { LimitName, limitRows } from "../../documentation/limits-page";
import { deployProgram, problemsOf, settingsFor } from "../../support";

const BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy";
const longArn = (index: number) =>
  `arn:aws:iam::7777888899${String(index).padStart(2, "0")}:role/${"p".repeat(500)}/${"r".repeat(64)}`;
const readers = (count: number, prefixes: number, length = 100) =>
  Array.from({ length: count }, (_, index) => ({
    arn: `arn:aws:iam::7777888899${String(index).padStart(2, "0")}:role/analytics`,
    prefixes: Array.from(
      { length: prefixes },
      (_, at) => `${`braintrust-exports/${at}`.padEnd(length - 1, "x")}/`,
    ),
  }));
const streams = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `s${index}` }));
const projects = (length: number) => Array.from({ length: 20 }, (_, i) => `${i}`.padStart(length, "p"));
const braintrust = (length: number, orgId = "o".repeat(36)) => ({
  braintrust: { accountId: "111122223333", orgId, projectIds: projects(length) },
});

/** The longest prefix with which the settings are taken, and that one more character is not. */
function border(accepted: (length: number) => boolean): number {
  let [low, high] = [1, 500];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (accepted(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

type RefusedLimit = {
  [Name in LimitName]: (typeof limitRows)[Name] extends { readonly refused: string } ? Name : never;
}[LimitName];

/** Settings that are as large as a limit and the next ones: the key that is refused, and the settings of a size. */
interface Border {
  readonly key: string;
  readonly given: (size: number) => Given;
}
interface Given {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly provider?: Readonly<Record<string, unknown>>;
}
const letters = (size: number) => "n".repeat(size);
const names = (key: string): Border => ({
  key: `iam.names.${key}`,
  given: (size) => ({ settings: { iam: { names: { [key]: letters(size) } } } }),
});
const borders: Readonly<Record<Exclude<RefusedLimit, "bucketPolicy" | "trustPolicy">, Border>> = {
  bucketName: { key: "bucketName", given: (size) => ({ settings: { bucketName: letters(size) } }) },
  // 100 characters of a key are for the names of files.
  objectKey: {
    key: "streams[0].prefix",
    given: (size) => {
      const [exportPrefix, prefix] = [500, size - 600].map((length) => `${letters(length - 1)}/`);
      return { settings: { exportPrefix, streams: [{ name: "logs", prefix }] } };
    },
  },
  notificationFilter: {
    key: "streams[0].prefix",
    given: (size) => {
      const equals = "=".repeat(300);
      const prefix = `${letters(size - 3 - filterText(equals).length)}${equals}/`;
      return { settings: { exportPrefix: "e/", streams: [{ name: "logs", prefix }] } };
    },
  },
  roleName: names("braintrustRole"),
  userName: names("snowflakeUser"),
  groupName: names("snowflakeGroup"),
  policyName: names("readPolicy"),
  iamPath: { key: "iam.path", given: (size) => ({ settings: { iam: { path: `/${letters(size - 2)}/` } } }) },
  accessKeys: {
    key: "snowflake.accessKeys",
    given: (size) => ({ settings: { snowflake: { access: "user", accessKeys: streams(size) } } }),
  },
  externalId: {
    key: "snowflake.externalId",
    given: (size) => ({ settings: { snowflake: { externalId: letters(size) } } }),
  },
  topicName: {
    key: "events.topicName",
    given: (size) => ({ settings: { events: { mode: "sns", topicName: letters(size) } } }),
  },
  queueName: {
    key: "events.queueName",
    given: (size) => ({ settings: { events: { mode: "queue", queueName: letters(size - "-dlq".length) } } }),
  },
  trailName: {
    key: "auditTrail.name",
    given: (size) => ({ settings: { auditTrail: { name: letters(size) } } }),
  },
  logGroupName: {
    key: "auditTrail.logGroup",
    given: (size) => ({
      settings: {
        auditTrail: {
          enabled: true,
          existing: "arn:aws:cloudtrail:us-east-1:123456789012:trail/organization",
          logGroup: letters(size),
        },
      },
    }),
  },
  tags: {
    key: "aws:defaultTags.tags",
    given: (size) => ({
      provider: {
        "aws:defaultTags": { tags: Object.fromEntries(streams(size).map(({ name }) => [name, "x"])) },
      },
    }),
  },
};
const judged = ({ settings = {}, provider = {} }: Given) => problemsOf(settings, { values: provider });
const show = (problems: unknown) => JSON.stringify(problems);

describe("limits of AWS", () => {
  it("keep the bucket's policy within 20 KB, and refuse it with its size beyond", async () => {
    const given = (length: number) => ({ crossAccountReaders: readers(12, 3, length) });
    const length = border((each) => problemsOf(given(each)).length === 0);
    const { deployed } = await deployProgram(given(length), { stack: "prod" });
    const written = String(deployed.named("pipeline-bucket-policy", BUCKET_POLICY).inputs.policy).length;
    assert.ok(
      written <= awsLimits.bucketPolicy.most && written > awsLimits.bucketPolicy.most - 1_500,
      `${written}`,
    );
    const [problem, ...others] = problemsOf(given(length + 1));
    assert.deepEqual([problem?.key, problem?.value, others], ["crossAccountReaders", "12 readers", []]);
    assert.match(problem?.rule ?? "", /up to 20\d\d\d bytes, and AWS takes 20480/);
  });

  it("know a policy's size for the longest names, in every region", async () => {
    for (const [region, bucketName] of [
      ["us-gov-west-1", "b".repeat(63)],
      ["ap-southeast-2", undefined],
      ["us-east-1", "acme-exports"],
    ] as const) {
      for (const encryption of ["kms", "s3"]) {
        const arn = longArn(1).replace(
          "arn:aws:",
          region.startsWith("us-gov") ? "arn:aws-us-gov:" : "arn:aws:",
        );
        const given = {
          bucketName,
          encryption,
          crossAccountReaders: [{ arn }],
          exportPrefix: `${"e".repeat(400)}/`,
        };
        const { deployed } = await deployProgram(given, { stack: "prod", region });
        const written = String(deployed.named("pipeline-bucket-policy", BUCKET_POLICY).inputs.policy).length;
        const { bucketName: _, ...rest } = given;
        const settings = settingsFor(bucketName === undefined ? rest : given, "prod", region);
        const least = bucketPolicyBytes(settings);
        assert.ok(
          written <= least && least <= written + 1_000,
          `${region} ${encryption}: ${written}, ${least}`,
        );
      }
    }
  });

  it("keep the trust policy of Braintrust's role within 2048 characters", async () => {
    const length = border((each) => problemsOf(braintrust(each)).length === 0);
    const { deployed } = await deployProgram(braintrust(length));
    const written = deployed.named("pipeline-braintrust", "aws:iam/role:Role").inputs.assumeRolePolicy;
    const text = typeof written === "string" ? written : JSON.stringify(written);
    assert.equal(text.length, trustPolicyLength(settingsFor(braintrust(length))));
    assert.ok(
      text.length <= awsLimits.trustPolicy.most && text.length > awsLimits.trustPolicy.most - 25,
      `${text.length}`,
    );
    const [problem] = problemsOf(braintrust(length + 1));
    assert.equal(problem?.key, "braintrust.projectIds");
    assert.match(problem?.rule ?? "", /trust policy one of 20\d\d characters, and AWS takes 2048/);
    assert.equal(problemsOf({ braintrust: { orgId: "o".repeat(2_000) } })[0]?.key, "braintrust.orgId");
  });

  for (const [name, { key, given }] of Object.entries(borders)) {
    const { most } = awsLimits[name as RefusedLimit];
    it(`are taken and refused one beyond: ${name}`, () => {
      assert.deepEqual(judged(given(most)), []);
      const problems = judged(given(most + 1));
      assert.ok(problems.length > 0 && problems.every((problem) => problem.key === key), show(problems));
      const [{ rule = "", fix = "" } = {}] = problems;
      assert.ok(rule !== "" && fix !== "");
    });
  }

  it("count a prefix as S3 encodes it, and leave room for the names of files", () => {
    const given = (prefix: string) => ({ exportPrefix: "e/", streams: [{ name: "logs", prefix }] });
    const encoded = `${"=".repeat(340)}/`;
    assert.ok(filterText(`e/${encoded}`).length <= awsLimits.notificationFilter.most);
    assert.deepEqual(problemsOf(given(encoded)), []);
    const [problem] = problemsOf(given(`=${encoded}`));
    assert.match(problem?.rule ?? "", /is 1026 characters in a notification filter/);
    const long = {
      exportPrefix: `${"e".repeat(499)}/`,
      streams: [{ name: "logs", prefix: `${"p".repeat(424)}/` }],
    };
    assert.match(problemsOf(long)[0]?.rule ?? "", /leaves 99 of the 1024 characters of a key/);
  });

  it("refuse names in an ARN that IAM does not have", () => {
    const arn = (path: number, name: number) =>
      `arn:aws:iam::222233334444:user/${path === 0 ? "" : `${"p".repeat(path)}/`}${"n".repeat(name)}`;
    const given = (iamUserArn: string) => ({ snowflake: { iamUserArn } });
    for (const [path, name] of [
      [510, 64],
      [0, 64],
      [0, 1],
    ] as const) {
      assert.deepEqual(problemsOf(given(arn(path, name))), []);
    }
    for (const [path, name] of [
      [511, 64],
      [510, 65],
      [0, 65],
    ] as const) {
      assert.match(
        problemsOf(given(arn(path, name)))[0]?.rule ?? "",
        /name of at most 64/,
        `${path} ${name}`,
      );
    }
  });
});
