import assert from "node:assert/strict";
import { awsLimits } from "../../../components/aws-limits";
import { deployProgram } from "../../support";

const everything = {
  braintrust: { accountId: "111122223333", orgId: "org-1" },
  replication: {
    bucketArn: "arn:aws:s3:::zoetrope-replica",
    kmsKeyArn: "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-4333-8444-555555555555",
  },
};
const errors = { errorNotifications: { enabled: true } };

/** The roles, users, groups and policies of a production stack, and the pattern that counts changes of them. */
async function identitiesOf(settings: Readonly<Record<string, unknown>>) {
  const { deployed } = await deployProgram({ ...everything, ...settings }, { stack: "prod" });
  const named = deployed.resources.flatMap(({ type, inputs }) => {
    const kind = /^aws:iam\/(role|user|group|policy):/.exec(type)?.[1];
    return kind === undefined ? [] : [{ kind, name: String(inputs.name) }];
  });
  const filter = deployed.resources.find(({ name }) => name.endsWith("-role-changes-filter"));
  return { named, pattern: String(filter?.inputs.pattern) };
}

describe("the alarm on changed roles", () => {
  for (const [access, kinds] of [
    ["role", ["policy", "role"]],
    ["user", ["group", "policy", "role", "user"]],
  ] as const) {
    it(`counts a change of each role, user, group and policy with access by ${access}`, async () => {
      const { named, pattern } = await identitiesOf({ snowflake: { access, ...errors } });
      assert.deepEqual([...new Set(named.map(({ kind }) => kind))].sort(), kinds);
      assert.ok(named.some(({ name }) => name === "BraintrustReplicationRole-prod"));
      for (const { kind, name } of named) {
        const field = kind === "policy" ? `policyArn = "*/${name}"` : `${kind}Name = "${name}"`;
        assert.ok(pattern.includes(`$.requestParameters.${field}`), `${name} in ${pattern}`);
      }
    });
  }

  it("counts longer names by their beginnings, so that the pattern has room for all", async () => {
    const long = (length: number) => (key: string) => [key, key.padEnd(length, "x")];
    const roles = ["braintrustRole", "errorRole", "replicationRole", "trailRole", "snowflakeUser"];
    const names = [
      ...roles.map(long(64)),
      ...["snowflakeGroup", "exportPolicy", "readPolicy"].map(long(128)),
    ];
    const { pattern } = await identitiesOf({
      snowflake: { access: "user", ...errors },
      iam: { names: Object.fromEntries(names) },
    });
    assert.ok(pattern.length <= awsLimits.metricFilterPattern.most, `${pattern.length}`);
    for (const [key, name = ""] of names) assert.ok(pattern.includes(`${name.slice(0, 60)}*"`), key);
  });
});
