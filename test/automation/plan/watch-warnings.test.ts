import assert from "node:assert/strict";
import { warnings } from "../../../automation/plan/problems";
import { renderPlan } from "../../../automation/plan/render";
import { settingsOf } from "../../../automation/project/stack-file";
import { planOf } from "./full-stack";

const configOf = (settings: Readonly<Record<string, unknown>>) => ({
  "aws:region": "us-east-1",
  ...Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [`braintrust-snowflake:${key}`, value]),
  ),
});

/** What is warned of is the settings' alone, so that the program need not be evaluated for it. */
function problemsOf(stack: string, settings: Readonly<Record<string, unknown>>) {
  const file = { stack, values: configOf(settings), encrypted: [], environments: [] };
  return warnings(settingsOf(file), file);
}

const warned = (stack: string, settings: Readonly<Record<string, unknown>>) =>
  problemsOf(stack, settings).map(({ key, message, fix }) => `${key} ${message} -> ${fix}`);

const one = (all: readonly string[], key: string): string => {
  const found = all.filter((each) => each.startsWith(`${key} `));
  assert.equal(found.length, 1, `${key} in ${all.join("\n")}`);
  return found[0] ?? "";
};
const none = (all: readonly string[], key: string) =>
  assert.deepEqual(
    all.filter((each) => each.startsWith(key)),
    [],
  );

describe("the plan warns", () => {
  const tiering = { profile: "instant", intelligentTiering: true };

  it("what the settings alone say, without evaluating them", async () => {
    const plan = await planOf("prod", configOf({}));
    const expected = problemsOf("prod", {});
    assert.ok(expected.length > 2);
    assert.deepEqual(
      plan.problems.filter(({ severity }) => severity === "warning"),
      expected,
    );
  });

  it("that Braintrust's role can delete every version, unless it may not or a lock keeps them", () => {
    for (const stack of ["dev", "prod"]) {
      const standard = one(warned(stack, {}), "braintrust.permissions");
      assert.match(
        standard,
        /read every export and permanently delete all versions of it -> set braintrust.permissions to least/,
      );
    }
    none(warned("prod", { braintrust: { permissions: "least" } }), "braintrust.permissions");
    none(warned("prod", { objectLock: { mode: "GOVERNANCE", days: 7 } }), "braintrust.permissions");
  });

  it("of a role of Snowflake's own that would own what is loaded, SYSADMIN excepted", () => {
    const about = (role: string) => warned("dev", { snowflake: { role } });
    assert.match(one(about("public"), "snowflake.role"), /every user of the account .*grant it OWNERSHIP/);
    assert.match(one(about("ACCOUNTADMIN"), "snowflake.role"), /Snowflake advises against/);
    for (const role of ["sysadmin", '"public"', "LOADER"]) none(about(role), "snowflake.role");
  });

  it("what a hundred streams have and more have not, where there is something to lose", () => {
    const streams = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ name: `team-${index + 1_000}` }));
    const about = (settings: Readonly<Record<string, unknown>>) =>
      warned("prod", settings).filter((each) => each.startsWith("streams "));
    assert.deepEqual(about({ streams: streams(100) }), []);
    const [notified, watched, ...others] = about({ streams: streams(101) });
    assert.match(notified ?? "", /are 101, and S3 takes 100 notifications .* every file in the folder/);
    assert.match(watched ?? "", /the first 100 by name, up to team-1099, have request metrics/);
    assert.deepEqual(others, []);
    const unseen = { events: { mode: "none" }, monitoring: { requestMetrics: false } };
    assert.deepEqual(about({ streams: streams(101), ...unseen }), []);
    assert.equal(about({ streams: streams(101), existingBucket: "acme-exports" }).length, 1);
  });

  it("that a suffix leaves out every file of a format", () => {
    const parquet = { name: "parts", format: "parquet" };
    const about = (suffix: string, streams: readonly object[], mode = "sns") =>
      warned("dev", { streams, events: { mode, suffix } });
    const lines = { name: "lines" };
    assert.match(
      one(about(".jsonl.gz", [parquet, lines]), "events.suffix"),
      /\.jsonl\.gz: files of stream "parts" are parquet .* none of them is announced/,
    );
    assert.match(
      one(about(".parquet", [lines, { name: "more" }, parquet]), "events.suffix"),
      /2 streams, "lines" the first, are jsonl/,
    );
    for (const [suffix, stream] of [
      [".jsonl.gz", lines],
      [".gz", lines],
      [".parquet", parquet],
      [".snappy.parquet", parquet],
    ] as const) {
      none(about(suffix, [stream]), "events.suffix");
    }
    none(about(".parquet", [lines], "none"), "events.suffix");
  });

  it("once that two hundred queues are not known, and shows ten streams of them", async () => {
    const streams = Array.from({ length: 200 }, (_, index) => ({ name: `team-${index + 1_000}` }));
    const plan = await planOf("prod", { "aws:region": "us-east-1", "braintrust-snowflake:streams": streams });
    const unknown = plan.problems.filter(({ key }) => key.startsWith("events.notificationChannels"));
    assert.equal(unknown.length, 1);
    assert.match(unknown[0]?.message ?? "", /^200 streams, team-1000 the first, have pipes whose queues/);
    const shown = renderPlan(plan, { color: false, width: 200 });
    assert.match(shown, /table TEAM_1009, pipe TEAM_1009_PIPE\n +and 190 more, which `plan --json` has\n/);
    assert.doesNotMatch(shown, /TEAM_1010/);
  });

  it("nothing of two hundred queues that are known, and shows twenty of them at once", async () => {
    const names = Array.from({ length: 200 }, (_, index) => `team-${index + 1_000}`);
    const queue = "arn:aws:sqs:us-east-1:444455556666:sf-snowpipe-AIDA";
    const plan = await planOf("prod", {
      "aws:region": "us-east-1",
      "braintrust-snowflake:streams": names.map((name) => ({ name })),
      "braintrust-snowflake:events": {
        notificationChannels: Object.fromEntries(names.map((name) => [name, queue])),
      },
    });
    assert.ok(plan.problems.every(({ key }) => !key.startsWith("events.")));
    const shown = renderPlan(plan, { color: false, width: 200 });
    assert.match(shown, /team-1019 arn:\S+,\s+and\s+180\s+more,\s+which\s+`plan\s+--json`\s+has/);
    assert.doesNotMatch(shown, /team-1020 arn/);
  });

  it("that a key which exists must let both roles use it, and says how", () => {
    const kmsKeyArn = "arn:aws:kms:us-east-1:999900001111:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    const readers = { crossAccountReaders: [{ arn: "arn:aws:iam::777788889999:role/analytics" }] };
    const own = one(warned("prod", { kmsKeyArn }), "kmsKeyArn");
    assert.match(
      own,
      /GenerateDataKey to the output braintrustRoleArn.* user, where .*s3\.us-east-1\.amazonaws\.com$/,
    );
    const shared = { existingBucket: "acme", existingKmsKeyArn: kmsKeyArn, ...readers };
    assert.match(
      one(warned("prod", shared), "existingKmsKeyArn"),
      /user and to each of crossAccountReaders, /,
    );
    const without = warned("prod", { encryption: "kms" });
    assert.deepEqual(
      without.filter((each) => /KmsKeyArn|kmsKeyArn/.test(each)),
      [],
    );
  });

  it("of own statements that can deny the pipeline, and of no others", () => {
    const deny = { Effect: "Deny", Action: "s3:*" };
    const own = (...given: object[]) => warned("prod", { bucketPolicyStatements: given });
    const said = one(own({ ...deny, Sid: "DenyAll", Principal: "*" }), "bucketPolicyStatements");
    assert.match(said, /DenyAll can deny the roles of Braintrust and Snowflake, and whoever deploys/);
    const contractors = { AWS: "arn:aws:iam::777788889999:role/contractors" };
    one(own({ ...deny, Sid: "DenyRest", NotPrincipal: contractors }), "bucketPolicyStatements");
    none(own({ ...deny, Sid: "DenySome", Principal: contractors }), "bucketPolicyStatements");
    none(own({ ...deny, Effect: "Allow", Sid: "Allow", Principal: contractors }), "bucketPolicyStatements");
  });

  it("of archives of Intelligent-Tiering's, and shows them", async () => {
    const lifecycle = { ...tiering, archiveAccessDays: 120 };
    const said = one(warned("dev", { lifecycle }), "lifecycle.archiveAccessDays");
    assert.match(said, /nobody has read for 120 days is archived: Snowflake cannot read it/);
    const plan = await planOf("dev", {
      "aws:region": "us-east-1",
      "braintrust-snowflake:lifecycle": lifecycle,
    });
    assert.match(
      renderPlan(plan, { color: false, width: 200 }),
      /s3\.BucketIntelligentTiering\w* +…-archive-tiers +ARCHIVE_ACCESS after 120 d without a read\n/,
    );
    none(warned("dev", { lifecycle: tiering }), "lifecycle.");
  });

  it("of what a lock keeps, and of whom", () => {
    const governance = warned("prod", { objectLock: { mode: "GOVERNANCE", days: 7 } });
    assert.match(one(governance, "objectLock"), /for 7 days.*s3:BypassGovernanceRetention/);
    none(governance, "auditTrail.lock");
    const lock = { mode: "COMPLIANCE", days: 30, confirmCompliance: true };
    const compliance = warned("prod", { auditTrail: { lock } });
    assert.match(
      one(compliance, "auditTrail.lock"),
      /30 days: nobody can .*root included, and `destroy` fails/,
    );
    none(warned("prod", { auditTrail: { enabled: false, lock } }), "auditTrail.lock");
  });

  it("that a topic of others' must let the services in", () => {
    const alertTopicArn = "arn:aws:sns:us-east-1:123456789012:ops";
    const said = one(warned("prod", { monitoring: { alertTopicArn } }), "monitoring.alertTopicArn");
    for (const service of ["cloudwatch", "budgets", "costalerts"])
      assert.ok(said.includes(`${service}.amazonaws.com`));
    none(warned("prod", { monitoring: { alertTopicArn, enabled: false } }), "monitoring.");
  });

  it("of the price of a second trail, where there is one to be made", () => {
    const said = one(warned("prod", {}), "auditTrail.managementEvents");
    assert.match(said, /2\.00 USD per 100,000 for each further one/);
    const existing = "arn:aws:cloudtrail:us-east-1:123456789012:trail/org";
    for (const auditTrail of [{ managementEvents: "none" }, { enabled: false }, { existing }])
      none(warned("prod", { auditTrail }), "auditTrail.");
  });
});
