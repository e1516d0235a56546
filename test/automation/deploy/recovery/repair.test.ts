import assert from "node:assert/strict";
import {
  type Lookups,
  type Remedy,
  remediesFor,
  renderUnfinished,
  type Unfinished,
} from "../../../../automation/deploy/recovery/pending-operations";
import { repairState } from "../../../../automation/deploy/recovery/repaired-state";
import type { ResourceState, UnfinishedOperation } from "../../../../automation/engine/state/state";

const urn = (type: string, name = "x") => `urn:pulumi:dev::p::${type}::${name}`;
const creating = (type: string, inputs = {}): UnfinishedOperation => ({
  urn: urn(type),
  operation: "creating",
  type,
  inputs,
});
const lookups: Lookups = {
  account: async () => ({ partition: "aws-cn", accountId: "123456789012", region: "cn-north-1" }),
  keysDescribed: async (description) => (description === "ours" ? ["key-known", "key-lost"] : []),
  queueNamed: async (name) => (name === "q" ? "https://queue" : undefined),
  secretNamed: async (name) => (name === "there" ? "arn:secret" : undefined),
  anomalyMonitorNamed: async (name) => (name === "m" ? "arn:monitor" : undefined),
  anomalySubscriptionNamed: async (name) => (name === "s" ? "arn:subscription" : undefined),
  unusedAccessKeys: async (user) => (user === "reader" ? ["AKIAKNOWN", "AKIALOST"] : []),
  deleteAccessKey: async () => assert.fail("finding a remedy changes nothing"),
};
const known = [
  { urn: urn("aws:kms/key:Key", "k"), type: "aws:kms/key:Key", id: "key-known" },
  { urn: urn("aws:iam/accessKey:AccessKey", "a"), type: "aws:iam/accessKey:AccessKey", id: "AKIAKNOWN" },
];

async function remedy(operation: UnfinishedOperation): Promise<Remedy | undefined> {
  return (await remediesFor([operation], known, lookups))[0]?.remedy;
}

describe("the remedy of an unfinished operation", () => {
  const adopted: readonly [type: string, inputs: Record<string, unknown>, id: string][] = [
    ["aws:s3/bucket:Bucket", { bucket: "b" }, "b"],
    ["aws:iam/role:Role", { name: "r" }, "r"],
    ["aws:iam/user:User", { name: "u" }, "u"],
    ["aws:iam/group:Group", { name: "g" }, "g"],
    ["aws:iam/policy:Policy", { name: "p" }, "arn:aws-cn:iam::123456789012:policy/p"],
    ["aws:iam/policy:Policy", { name: "p", path: "/a/" }, "arn:aws-cn:iam::123456789012:policy/a/p"],
    ["aws:kms/alias:Alias", { name: "alias/a" }, "alias/a"],
    ["aws:sns/topic:Topic", { name: "t" }, "arn:aws-cn:sns:cn-north-1:123456789012:t"],
    ["aws:sqs/queue:Queue", { name: "q" }, "https://queue"],
    ["aws:kms/key:Key", { description: "ours" }, "key-lost"],
    ["aws:secretsmanager/secret:Secret", { name: "there" }, "arn:secret"],
    ["aws:costexplorer/anomalyMonitor:AnomalyMonitor", { name: "m" }, "arn:monitor"],
    ["aws:costexplorer/anomalySubscription:AnomalySubscription", { name: "s" }, "arn:subscription"],
    ["aws:cloudwatch/logGroup:LogGroup", { name: "/l" }, "/l"],
    ["aws:cloudtrail/trail:Trail", { name: "t" }, "arn:aws-cn:cloudtrail:cn-north-1:123456789012:trail/t"],
    ["aws:budgets/budget:Budget", { name: "m" }, "123456789012:m"],
  ];
  for (const [type, inputs, id] of adopted) {
    it(`looks for a ${type} as ${id}`, async () => {
      assert.deepEqual(await remedy(creating(type, inputs)), { kind: "adopt", id });
    });
  }

  it("adopts again a key that an earlier repair has adopted and not read", async () => {
    const key = creating("aws:kms/key:Key", { description: "ours" });
    const found = async (...resources: ResourceState[]) =>
      (await remediesFor([key], resources, lookups))[0]?.remedy;
    const own = { urn: key.urn, type: key.type };
    const another = { ...own, urn: urn(key.type, "another"), id: "key-known" };
    assert.deepEqual(await found(another, { ...own, id: "key-lost" }), { kind: "adopt", id: "key-lost" });
    const predecessor = { ...own, id: "key-known" };
    assert.deepEqual(await found(predecessor), { kind: "adopt", id: "key-lost" });
    assert.deepEqual(await found({ ...predecessor, delete: true }, { ...own, id: "key-lost" }), {
      kind: "adopt",
      id: "key-lost",
    });
    assert.deepEqual(await found(another, { ...another, id: "key-lost" }), { kind: "repeat" });
  });

  it("makes again what AWS has not, or keeps one of", async () => {
    for (const operation of [
      creating("aws:kms/key:Key", { description: "another's" }),
      creating("aws:secretsmanager/secret:Secret", { name: "not there" }),
      creating("aws:sqs/queue:Queue", { name: "not there" }),
      creating("aws:costexplorer/anomalyMonitor:AnomalyMonitor", { name: "not there" }),
      creating("aws:costexplorer/anomalySubscription:AnomalySubscription", { name: "not there" }),
      creating("aws:iam/accessKey:AccessKey", { user: "nobody" }),
      creating("aws:s3/bucketPolicy:BucketPolicy", { bucket: "b" }),
    ]) {
      assert.deepEqual(await remedy(operation), { kind: "repeat" }, operation.type);
    }
  });

  it("discards access keys whose secrets nobody has, and none that the state knows", async () => {
    const keys = { kind: "discard", user: "reader", keyIds: ["AKIALOST"] };
    assert.deepEqual(await remedy(creating("aws:iam/accessKey:AccessKey", { user: "reader" })), keys);
  });

  it("reads what was to be changed or deleted", async () => {
    for (const operation of ["updating", "deleting", "reading"]) {
      assert.deepEqual(await remedy({ ...creating("aws:iam/role:Role"), operation }), { kind: "read" });
    }
  });

  it("is rendered in a line", () => {
    const line = (told: Remedy) => renderUnfinished({ ...creating("aws:iam/role:Role"), remedy: told });
    assert.equal(
      line({ kind: "adopt", id: "r" }),
      "creating x: if AWS has r, it is adopted, else it is created",
    );
    assert.match(
      line({ kind: "discard", user: "u", keyIds: ["AKIALOST"] }),
      /AKIALOST, never used and not of this state, is deleted/,
    );
  });
});

describe("a repaired state", () => {
  const role = "aws:iam/role:Role";
  const begun = {
    urn: urn(role),
    type: role,
    custom: true,
    inputs: { name: "r" },
    parent: "p",
    more: { kept: 1 },
  };
  const exported = (operation: string, ...resources: object[]) => ({
    version: 3,
    deployment: { manifest: { m: 1 }, resources, pending_operations: [{ type: operation, resource: begun }] },
  });
  const one = (operation: string, told: Remedy): Unfinished => ({
    urn: urn(role),
    operation,
    type: role,
    inputs: {},
    remedy: told,
  });
  const adopt: Remedy = { kind: "adopt", id: "r" };

  it("has what may have been made under its id, and the rest as it was", () => {
    const other = { urn: urn("other"), type: "other", extra: true };
    const { state, toRead } = repairState(exported("creating", other), [], [one("creating", adopt)]);
    assert.deepEqual(state.deployment, {
      manifest: { m: 1 },
      resources: [other, { ...begun, id: "r" }],
      pending_operations: [],
    });
    assert.deepEqual(toRead, [urn(role)]);
  });

  it("lets the predecessor of a replacement go", () => {
    const old = { ...begun, id: "old" };
    const { state } = repairState(exported("creating", old), [], [one("creating", adopt)]);
    assert.deepEqual(state.deployment.resources, [
      { ...old, delete: true },
      { ...begun, id: "r" },
    ]);
  });

  it("does not adopt twice what it has", () => {
    const there = { ...begun, id: "r" };
    const { state } = repairState(exported("creating", there), [], [one("creating", adopt)]);
    assert.deepEqual(state.deployment.resources, [there]);
  });

  it("forgets what is made again, and reads what was changed", () => {
    const again = repairState(exported("creating"), [], [one("creating", { kind: "repeat" })]);
    assert.deepEqual([again.state.deployment.resources, again.toRead], [[], []]);
    const there = { ...begun, id: "r" };
    const changed = repairState(exported("updating", there), [], [one("updating", { kind: "read" })]);
    assert.deepEqual([changed.state.deployment.resources, changed.toRead], [[there], [urn(role)]]);
  });

  it("knows what the engine has forgotten", () => {
    const lost = {
      type: "creating" as const,
      resource: { ...begun, custom: true as const, provider: "aws" },
    };
    const none = { version: 3, deployment: { resources: [] } };
    const { state } = repairState(none, [lost], [one("creating", adopt)]);
    assert.deepEqual(state.deployment.resources, [{ ...lost.resource, id: "r" }]);
  });
});
