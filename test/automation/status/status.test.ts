import assert from "node:assert/strict";
import type { UpdateSummary } from "@pulumi/pulumi/automation";
import { AwsCallError } from "../../../automation/aws/aws-call";
import type { Change } from "../../../automation/engine/changes";
import type { StackState } from "../../../automation/engine/state/state";
import { PipelineError } from "../../../automation/errors";
import type { LiveKey } from "../../../automation/keys/access-keys";
import { gatherStatus, refuseSilence, type StatusSources } from "../../../automation/status/status";
import type { AlarmState, StatusReport } from "../../../automation/status/status-report";
import { settingsFor } from "../../support";

const now = new Date("2026-11-23T12:00:00Z");
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
const urn = (type: string, name: string) => `urn:pulumi:prod::braintrust-snowflake::${type}::${name}`;

const logs = "arn:aws:sqs:us-east-1:444455556666:sf-snowpipe-AIDA-abc";
const connected = {
  braintrust: { accountId: "111122223333", orgId: "org-1" },
  snowflake: { access: "user" },
  events: { notificationChannels: { logs } },
};

const update: UpdateSummary = {
  kind: "update",
  result: "succeeded",
  startTime: new Date("2026-11-23T11:00:00Z"),
  endTime: new Date("2026-11-23T11:02:00Z"),
  message: "Add a stream",
  environment: { "git.author": "Jane", "git.author.email": "jane@example.com", "exec.kind": "auto.inline" },
  config: {},
  version: 3,
};

const stack = {
  urn: urn("pulumi:pulumi:Stack", "prod"),
  type: "pulumi:pulumi:Stack",
  outputs: { phase: "connected" },
};
const user = {
  urn: urn("aws:iam/user:User", "reader"),
  type: "aws:iam/user:User",
  id: "SnowflakeS3User-prod",
};
const alarm = {
  urn: urn("aws:cloudwatch/metricAlarm:MetricAlarm", "dlq"),
  type: "aws:cloudwatch/metricAlarm:MetricAlarm",
  id: "dlq-not-empty",
};
const key: LiveKey = { id: "AKIA1", status: "Active", created: daysAgo(10), lastUsed: daysAgo(1) };
const drifted: Change = {
  operation: "update",
  urn: urn("aws:s3/bucketPolicy:BucketPolicy", "pipeline-policy"),
  type: "aws:s3/bucketPolicy:BucketPolicy",
  name: "pipeline-policy",
  properties: ["policy"],
};

interface World {
  settings?: Readonly<Record<string, unknown>>;
  update?: UpdateSummary | undefined;
  state?: Partial<StackState>;
  drift?: StatusSources["drift"];
  alarms?: readonly AlarmState[] | Error;
  keys?: readonly LiveKey[] | Error;
  exports?: StatusSources["exports"];
}

function report(world: World = {}): Promise<StatusReport> {
  const say = async <T>(answer: readonly T[] | Error): Promise<T[]> => {
    if (answer instanceof Error) throw answer;
    return [...answer];
  };
  const sources: StatusSources = {
    settings: settingsFor(world.settings ?? connected, "prod"),
    lastUpdate: async () => ("update" in world ? world.update : update),
    state: async () => ({ resources: [stack, user], pending: [], ...world.state }),
    drift: "drift" in world ? world.drift : async () => [],
    alarms: () => say(world.alarms ?? []),
    keys: async () => ({ keys: () => say(world.keys ?? [key]) }),
    exports: world.exports,
  };
  return gatherStatus(sources, now);
}

describe("status", () => {
  it("finds nothing wrong with a stack that is as it should be", async () => {
    assert.deepEqual(await report(), {
      stack: "prod",
      phase: "connected",
      deployedPhase: "connected",
      lastUpdate: {
        verdict: "ok",
        evidence:
          'update succeeded, 2026-11-23T11:02:00.000Z, Jane <jane@example.com>, by auto.inline, "Add a stream"',
        details: {
          kind: "update",
          result: "succeeded",
          started: "2026-11-23T11:00:00.000Z",
          ended: "2026-11-23T11:02:00.000Z",
          message: "Add a stream",
          by: { author: "Jane <jane@example.com>", execution: "auto.inline" },
        },
      },
      pending: { verdict: "ok", evidence: "none", details: [] },
      drift: { verdict: "ok", evidence: "none", details: [] },
      alarms: { verdict: "ok", evidence: "the stack has no alarms", details: [] },
      accessKeys: {
        verdict: "ok",
        evidence: "AKIA1 Active, 10 days old, last used 2026-11-22T12:00:00.000Z",
        details: [
          { id: "AKIA1", status: "Active", ageDays: 10, lastUsed: "2026-11-22T12:00:00.000Z", problems: [] },
        ],
      },
      exports: { verdict: "skipped", evidence: "BRAINTRUST_API_KEY is not set" },
      next: { reason: "no action needed", action: "npm run pipeline -- verify --stack prod" },
    });
  });

  it("shows the exports of Braintrust: active, paused, missing, and where it does not answer", async () => {
    const streams = [{ name: "logs", url: "s3://exports/logs/", format: "jsonl" }];
    const state = { resources: [{ ...stack, outputs: { phase: "connected", streams } }, user] };
    const found = async (exports: StatusSources["exports"]) => (await report({ state, exports })).exports;
    const active = await found(async () => [
      { stream: "logs", name: "prod-logs", status: "active", intervalSeconds: 300 },
    ]);
    assert.deepEqual([active.verdict, active.evidence], ["ok", "logs active, every 300 s"]);
    const paused = await found(async () => [{ stream: "logs", name: "prod-logs", status: "paused" }]);
    assert.match(paused.fix ?? "", /braintrust --stack prod --project NAME --resume$/);
    const missing = await found(async ([asked]) => {
      assert.deepEqual(asked, { name: "logs", url: "s3://exports/logs/" });
      return [{ stream: "logs", status: "missing" }];
    });
    assert.deepEqual([missing.verdict, missing.evidence], ["fail", "logs missing"]);
    const many = await found(async () =>
      Array.from({ length: 400 }, (_, index) => ({
        stream: `team-${index}`,
        status: index === 399 ? "missing" : "active",
        intervalSeconds: 300,
      })),
    );
    assert.match(many.evidence, /^team-399 missing, team-0 active, every 300 s, .*team-9 .* and 389 more$/);
    assert.equal(many.details?.length, 400);
    const silent = await found(() => Promise.reject(new PipelineError("Braintrust GET /v1: HTTP 401")));
    assert.deepEqual([silent.verdict, silent.evidence], ["unknown", "Braintrust GET /v1: HTTP 401"]);
  });

  it("says that a stack was never deployed", async () => {
    const { lastUpdate, accessKeys, deployedPhase, next } = await report({
      update: undefined,
      state: { resources: [] },
    });
    assert.deepEqual(
      [lastUpdate.verdict, deployedPhase, accessKeys.evidence],
      ["fail", undefined, "none yet"],
    );
    assert.deepEqual(next, {
      reason: "last update: never deployed",
      action: "npm run pipeline -- up --stack prod",
    });
  });

  it("says that the last update failed, and that another one resumes", async () => {
    const { lastUpdate, next } = await report({ update: { ...update, result: "failed", environment: {} } });
    assert.equal(lastUpdate.evidence, 'update failed, 2026-11-23T11:02:00.000Z, "Add a stream"');
    assert.equal(next.action, "npm run pipeline -- up --stack prod resumes");
    const going = await report({ update: { ...update, result: "in-progress" } });
    assert.match(going.lastUpdate.evidence, /^update in-progress, since 2026-11-23T11:00:00.000Z/);
    assert.match(going.next.action, /^wait for it; npm run pipeline -- recover --stack prod tells/);
  });

  it("names what an interruption left pending before anything else", async () => {
    const type = "aws:s3/bucket:Bucket";
    const pending = [{ urn: urn(type, "b"), operation: "creating", type, inputs: { bucket: "name" } }];
    const found = await report({ state: { pending }, update: { ...update, result: "failed" } });
    assert.equal(found.pending.verdict, "fail");
    assert.equal(found.pending.evidence, `creating ${pending[0]?.urn}`);
    assert.deepEqual(found.pending.details, [{ urn: pending[0]?.urn, operation: "creating" }]);
    assert.match(found.next.action, /npm run pipeline -- recover --stack prod .* up --stack prod repairs it/);
  });

  it("does not wait for an AWS that does not answer, and leaves other troubles to the provider", async () => {
    const silent = {
      identity: (signal: AbortSignal) =>
        new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    };
    await assert.rejects(refuseSilence(silent, 20), { message: "AWS has not answered within 0.02 s" });
    await refuseSilence({ identity: () => Promise.reject(new Error("ExpiredToken")) }, 20);
  });

  it("names what has drifted, both ways out, and looks only when asked", async () => {
    const found = await report({ drift: async () => [drifted] });
    assert.deepEqual(found.drift, {
      verdict: "fail",
      evidence: "1 update: pipeline-policy (policy)",
      fix: "npm run pipeline -- up --stack prod --refresh restores the settings; npm run pipeline -- refresh --stack prod keeps the change in the state",
      details: [drifted],
    });
    assert.match(found.next.reason, /^drift: 1 update/);
    assert.deepEqual((await report({ drift: undefined })).drift, {
      verdict: "skipped",
      evidence: "not looked for",
    });
    const broken = await report({ drift: () => Promise.reject(new Error("no plugin")) });
    assert.deepEqual(broken.drift, { verdict: "unknown", evidence: "no plugin" });
  });

  it("names the alarms that fire or are missing", async () => {
    const state = { resources: [stack, user, alarm] };
    const quiet = await report({ state, alarms: [{ name: "dlq-not-empty", state: "OK" }] });
    assert.deepEqual([quiet.alarms.verdict, quiet.alarms.evidence], ["ok", "none of 1 fires"]);
    const firing = await report({
      state,
      alarms: [{ name: "dlq-not-empty", state: "ALARM", reason: "2 > 0" }],
    });
    assert.deepEqual(
      [firing.alarms.verdict, firing.alarms.evidence],
      ["fail", "dlq-not-empty ALARM (2 > 0)"],
    );
    const all = Array.from({ length: 80 }, (_, index) => ({
      name: `no-export-${index}`,
      state: "ALARM" as const,
    }));
    const silent = (await report({ state, alarms: all })).alarms;
    assert.match(silent.evidence, /^no-export-0 ALARM, .*no-export-9 ALARM and 70 more$/);
    assert.equal(silent.details?.length, 80);
    const gone = await report({ state, alarms: [{ name: "dlq-not-empty", state: "missing" }] });
    assert.equal(gone.alarms.verdict, "fail");
  });

  const keys: [string, LiveKey[], "ok" | "fail", RegExp, RegExp | undefined][] = [
    ["a key of 90 days", [{ ...key, created: daysAgo(90) }], "ok", /90 days old/, undefined],
    [
      "a key of more than 90 days",
      [{ ...key, created: daysAgo(90.1) }],
      "fail",
      /older than 90 days \(IAM.3\)/,
      /rotate-keys/,
    ],
    [
      "a key used 44 days ago",
      [{ ...key, created: daysAgo(80), lastUsed: daysAgo(44.9) }],
      "ok",
      /80 days/,
      undefined,
    ],
    [
      "a key used 45 days ago",
      [{ ...key, created: daysAgo(80), lastUsed: daysAgo(45) }],
      "fail",
      /unused for 45 days \(IAM.22\)/,
      /--part check/,
    ],
    [
      "a key never used",
      [{ id: "AKIA1", status: "Active", created: daysAgo(45) }],
      "fail",
      /never used: unused for 45/,
      /--part check/,
    ],
    [
      "two keys",
      [key, { ...key, id: "AKIA2" }],
      "fail",
      /two keys: a rotation is in progress/,
      /rotate-keys/,
    ],
    ["no key", [], "fail", /Snowflake cannot read/, /up --stack prod --refresh/],
  ];
  for (const [what, live, verdict, evidence, fix] of keys) {
    it(`judges ${what}`, async () => {
      const { accessKeys } = await report({ keys: live });
      assert.equal(accessKeys.verdict, verdict);
      assert.match(accessKeys.evidence, evidence);
      if (fix === undefined) assert.equal(accessKeys.fix, undefined);
      else assert.match(accessKeys.fix ?? "", fix);
    });
  }

  it("asks for no keys where Snowflake assumes a role", async () => {
    const { accessKeys } = await report({
      settings: {
        ...connected,
        snowflake: { iamUserArn: "arn:aws:iam::444455556666:user/x", externalId: "abcdefgh" },
      },
      state: { resources: [stack] },
      keys: new Error("asked"),
    });
    assert.deepEqual(accessKeys, { verdict: "ok", evidence: "none: Snowflake assumes a role", details: [] });
  });

  it("does not know what AWS refuses to tell, and names the right to grant", async () => {
    const found = await report({
      state: { resources: [stack, user, alarm] },
      keys: new AwsCallError("iam:ListAccessKeys", true, "not authorized"),
      alarms: new AwsCallError("cloudwatch:DescribeAlarms", false, "no answer"),
    });
    assert.deepEqual(found.accessKeys, {
      verdict: "unknown",
      evidence: "AWS refused iam:ListAccessKeys",
      fix: "grant iam:ListAccessKeys to the caller",
    });
    assert.deepEqual(found.alarms, {
      verdict: "unknown",
      evidence: "cloudwatch:DescribeAlarms failed: no answer",
    });
    assert.match(found.next.action, /verify/);
    assert.equal(found.next.reason, "nothing else is known to be wrong; unknown: alarms, access keys");
  });

  it("leads through what is still to be filled in, in order", async () => {
    const nothing = await report({ settings: {}, state: { resources: [] } });
    assert.equal(nothing.phase, "awaiting-braintrust");
    assert.deepEqual(nothing.next.settings, ["braintrust.accountId", "braintrust.orgId"]);
    assert.match(nothing.next.action, /braintrust --stack prod/);
    const { braintrust } = connected;
    const known = await report({ settings: { braintrust }, state: { resources: [] } });
    assert.equal(known.phase, "awaiting-snowflake");
    assert.match(known.next.action, /sql --stack prod .*connect --stack prod/);
    assert.deepEqual(known.next.settings, [
      "snowflake.externalId",
      "snowflake.iamUserArn",
      "events.notificationChannels.logs",
    ]);
  });

  it("asks for an update where the settings are ahead of what is deployed", async () => {
    const behind = { ...stack, outputs: { phase: "awaiting-channel" } };
    const { next } = await report({ state: { resources: [behind, user] } });
    assert.deepEqual(next, {
      reason: "deployed is awaiting-channel, the settings say connected",
      action: "npm run pipeline -- up --stack prod",
    });
  });
});
