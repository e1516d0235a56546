import assert from "node:assert/strict";
import { verifyPipeline } from "../../../../automation/verify/verification";
import { fakeAws } from "../fake-aws";
import { type Live, liveAccount, NOW, trusting } from "../live-account";
import { removeStatement } from "../mutation";

const outsideOrganization = {
  Sid: "DenyOutsideOrganization",
  Effect: "Deny",
  Principal: "*",
  Action: "s3:PutObject",
  Condition: { StringNotEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } },
};
const reporting = {
  Sid: "AllowReporting",
  Effect: "Allow",
  Principal: { AWS: ["555566667777"] },
  Action: ["s3:GetBucketPolicy"],
};

describe("verify, with statements of the company's own in the bucket's policy", () => {
  const checksOf = async (own: readonly object[], change: (live: Live) => void = () => undefined) => {
    const { live, subject } = await liveAccount({ ...trusting, bucketPolicyStatements: own });
    change(live);
    const { checks } = await verifyPipeline(subject, fakeAws(live, subject), { now: () => NOW });
    return checks.filter(({ id }) => id.startsWith("access/") || id === "bucket/policy");
  };
  const failed = (checks: Awaited<ReturnType<typeof checksOf>>) =>
    checks.filter(({ verdict }) => verdict === "fail").map(({ id }) => id);

  it("expects them, and names those whose conditions AWS's simulator cannot answer", async () => {
    const checks = await checksOf([outsideOrganization, reporting]);
    assert.deepEqual(failed(checks), []);
    const write = checks.find(({ id }) => id === "access/braintrust-write");
    assert.match(write?.evidence ?? "", /allowed, without DenyOutsideOrganization$/);
  });

  it("fails where one is gone", async () => {
    const gone = (live: Live) => removeStatement(live.bucketPolicy, reporting.Sid);
    assert.deepEqual(failed(await checksOf([outsideOrganization, reporting], gone)), ["bucket/policy"]);
  });

  it("fails where one denies Braintrust's role whatever the request", async () => {
    const { Condition: _, ...always } = outsideOrganization;
    assert.deepEqual(failed(await checksOf([always])), ["access/braintrust-write"]);
  });
});
