import assert from "node:assert/strict";
import { ACCOUNT_ID } from "../../support";
import { planOf } from "./full-stack";

async function warned(key: string, settings: Readonly<Record<string, unknown>>): Promise<string[]> {
  const config = Object.entries(settings).map(([name, value]) => [`braintrust-snowflake:${name}`, value]);
  const { problems } = await planOf("prod", Object.fromEntries([["aws:region", "us-east-1"], ...config]));
  return problems.filter((problem) => problem.key === key).map(({ message, fix }) => `${message} -> ${fix}`);
}

async function warningsFor(readers: readonly string[]): Promise<string[]> {
  const crossAccountReaders = readers.map((arn) => ({ arn }));
  return (await warned("crossAccountReaders", { crossAccountReaders })).map((warning) =>
    warning.replace("the alarm on reads by unlisted callers ", "").replace(/ -> .*/, ""),
  );
}

const role = (name: string) => `arn:aws:iam::${ACCOUNT_ID}:role/${name}`;
const many = (count: number, name: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => name(i));

describe("the plan's warnings about the alarm on readers", () => {
  it("are none where the pattern names every reader", async () => {
    assert.deepEqual(await warningsFor([]), []);
    assert.deepEqual(await warningsFor([role("analyst"), "arn:aws:iam::777788889999:root"]), []);
  });

  it("name the beginnings that stand for readers", async () => {
    const [warning = "", ...others] = await warningsFor(
      many(12, (index) => role(`AWSReservedSSO_DataTeam${index}_0123456789abcdef`)),
    );
    assert.match(warning, /^takes every caller named AWSReservedSSO_DataTeam\S*\* .*for a reader$/);
    assert.deepEqual(others, []);
  });

  it("say that no role and no user of this account is seen", async () => {
    const names = many(15, (index) =>
      role(`${String.fromCharCode(97 + index)}${"-reader-of-exports".repeat(3)}`),
    );
    assert.ok((await warningsFor(names)).includes("does not see users and roles of this account"));
  });

  it("say that other accounts are not seen", async () => {
    const accounts = many(15, (index) => `arn:aws:iam::${600000000000 + index}:root`);
    assert.deepEqual(await warningsFor(accounts), ["sees callers of this account alone"]);
  });
});

describe("the plan's warnings of settings without an alarm", () => {
  const monitoring = { exportEveryHours: 2, requestMetrics: true, anomalyDetection: false };

  it("name what counts requests to a bucket of others", async () => {
    const about = async (key: string, existingBucket?: string) =>
      warned(`monitoring.${key}`, { monitoring, existingBucket });
    for (const key of ["exportEveryHours", "requestMetrics"]) {
      assert.match(
        (await about(key, "vandelay-datalake")).join(),
        /^brings about no alarm with existingBucket/,
      );
      assert.deepEqual(await about(key), []);
    }
    assert.deepEqual(await about("anomalyDetection", "vandelay-datalake"), []);
  });

  it("say that a task reports no file, and that a pipe does", async () => {
    const snowflake = { errorNotifications: { enabled: true } };
    const about = (mode: string) => warned("snowflake.errorNotifications", { snowflake, events: { mode } });
    assert.match((await about("queue")).join(), /^with events\.mode queue tasks load: .*`reconcile`/);
    assert.deepEqual(await about("sns"), []);
  });
});

describe("the plan's warning of a monitored stack without alarms", () => {
  const existing = "arn:aws:cloudtrail:us-east-1:123456789012:trail/organization";
  const bare = { existingBucket: "vandelay-datalake", events: { mode: "none" }, auditTrail: { existing } };

  it("says what there is to count, and how to have it", async () => {
    const [warning = "", ...others] = await warned("monitoring.enabled", bare);
    assert.match(
      warning,
      /^the stack is monitored, but has no alarms: .* -> name .* in auditTrail\.logGroup/,
    );
    assert.deepEqual(others, []);
  });

  it("is none where there is an alarm, and where nobody wants one", async () => {
    const logGroup = { auditTrail: { existing, logGroup: "/aws/cloudtrail/organization" } };
    const ownBucket = { existingBucket: undefined };
    for (const more of [logGroup, ownBucket, { monitoring: { enabled: false } }]) {
      assert.deepEqual(await warned("monitoring.enabled", { ...bare, ...more }), []);
    }
  });
});
