import assert from "node:assert/strict";
import type { Judged } from "../../automation/controls/evidence";
import { groups, judge } from "../../automation/controls/groups";
import { deployProgram } from "../support";

const braintrust = { accountId: "111122223333", orgId: "org-1" };
const user = { access: "user", snsSubscriberArn: "arn:aws:iam::444455556666:user/snow" } as const;

/** Verdicts and reasons of a stack with these settings, by control. */
async function verdicts(
  settings: Readonly<Record<string, unknown>>,
  more: Partial<Judged> = {},
): Promise<Map<string, string>> {
  const { deployed } = await deployProgram({ braintrust, ...settings }, { stack: "prod" });
  const exportBucket = String(settings.existingBucket ?? settings.bucketName);
  const judged = { programs: [deployed.resources], exportBucket, tags: { app: "x" }, ...more };
  const all = groups.flatMap(({ controls }) => controls);
  return new Map(
    all.map((control) => {
      const { word, why } = judge(control, judged);
      return [control.id, `${word}: ${why}`];
    }),
  );
}

describe("the controls of a stack without some part", () => {
  it("leave what concerns an existing bucket to its owner, but judge the stack's statements on it", async () => {
    const found = await verdicts({ existingBucket: "vandelay-datalake" });
    for (const id of ["S3.7", "S3.9", "S3.15", "S3.17"]) {
      assert.match(found.get(id) ?? "", /^not applicable: .*owner of `vandelay-datalake` decides/, id);
    }
    assert.match(found.get("S3.5") ?? "", /^met: `pipeline-bucket-policy`: a policy that denies plain HTTP/);
  });

  it("ask nothing of users, keys, queues and topics that it does not have", async () => {
    const found = await verdicts({
      bucketName: "bare-exports",
      encryption: "s3",
      events: { mode: "none" },
      monitoring: { enabled: false },
      auditTrail: { enabled: false },
    });
    const ids = ["IAM.5", "CIS 1.10", "SQS.2", "SNS.1", "SNS.3", "SecretsManager.5"];
    for (const id of [...ids, "CloudTrail.7", "CloudTrail.9", "CloudWatch.16", "CloudWatch.7"]) {
      assert.match(found.get(id) ?? "", /^not applicable: /, id);
    }
  });

  it("count the keys that are active", async () => {
    const accessKeys = (status: "Active" | "Inactive") => ({
      snowflake: { ...user, accessKeys: [{ name: "old", status }, { name: "new" }] },
      bucketName: "keys-exports",
    });
    const one = await verdicts(accessKeys("Inactive"));
    assert.match(one.get("CIS 1.12") ?? "", /^met: `pipeline-snowflake-user-key-new` alone is active/);
    const two = await verdicts(accessKeys("Active"));
    assert.match(two.get("CIS 1.12") ?? "", /^not met: 2 keys are active/);
  });

  it("take a copy for one in another Region where the key of the copies is there", async () => {
    const copied = (kmsKeyArn: string, region?: string) =>
      verdicts(
        {
          bucketName: "copied-exports",
          encryption: "kms",
          replication: { bucketArn: "arn:aws:s3:::zoetrope-replica", kmsKeyArn },
        },
        { region },
      );
    const key = (region: string) =>
      `arn:aws:kms:${region}:111122223333:key/11111111-2222-4333-8444-555555555555`;
    const of = async (keys: string, stacks?: string) => (await copied(key(keys), stacks)).get("S3.7") ?? "";
    assert.match(await of("eu-west-1", "us-east-1"), /^met: .*`arn:aws:s3:::zoetrope-replica` in eu-west-1$/);
    assert.match(await of("us-east-1", "us-east-1"), /^accepted: exports can be made again/);
    assert.match(await of("eu-west-1"), /^unknown: .*whether to another Region is not known$/);
  });

  it("know nothing of a copy's Region without a key of the copies", async () => {
    const replication = { bucketArn: "arn:aws:s3:::zoetrope-replica" };
    const found = await verdicts({ bucketName: "copied-exports", encryption: "s3", replication });
    assert.match(found.get("S3.7") ?? "", /^unknown: .*whether to another Region is not known$/);
  });

  it("see the exports' reads where the trail leaves out reads of other things", async () => {
    const auditTrail = { managementEvents: "write" };
    const found = await verdicts({ bucketName: "write-exports", auditTrail });
    for (const id of ["S3.22", "S3.23"]) assert.match(found.get(id) ?? "", /^accepted: /, id);
  });

  it("take a year of the trail's events in its log group for enough, and less for an exception", async () => {
    const of = async (logGroupDays: number) =>
      (await verdicts({ bucketName: "year-exports", auditTrail: { logGroupDays } })).get("CloudWatch.16");
    assert.match((await of(365)) ?? "", /^met: /);
    assert.match((await of(30)) ?? "", /^accepted: /);
  });

  it("judge public access to the trail's bucket by the account's block, where settings leave it to that", async () => {
    const settings = { bucketName: "org-exports", publicAccessBlock: "account" };
    for (const [state, word] of [
      ["on", "met"],
      ["off", "not met"],
      ["unknown", "unknown"],
    ] as const) {
      const found = await verdicts(settings, { accountBlock: { state, evidence: "as seen" } });
      for (const id of ["S3.1", "S3.2", "S3.8", "CloudTrail.6"]) {
        assert.match(found.get(id) ?? "", new RegExp(`^${word}: .*as seen`), id);
      }
    }
  });
});
