import assert from "node:assert/strict";
import { PipelineError } from "../../../automation/errors";
import type { Aws } from "../../../automation/verify/clients";
import { verifyPipeline } from "../../../automation/verify/verification";
import { refuseFailures } from "../../../automation/verify/verify";
import { fakeAws } from "./fake-aws";
import { altered, awsError } from "./fake-queue";
import { liveAccount, NOW, trusting } from "./live-account";

const denied = () => Promise.reject(awsError("AccessDenied", "no identity-based policy allows the action"));
const vendors = {
  ...trusting,
  braintrust: { accountId: "872608195596", orgId: "org-1" },
  snowflake: { iamUserArn: "arn:aws:iam::444455556666:user/snow", externalId: "acme_id=1" },
};

/** What a verification ends with, where AWS refuses the caller some actions. */
async function verdict(
  refuse: (aws: Aws) => Partial<Aws>,
  settings: Readonly<Record<string, unknown>> = vendors,
): Promise<string> {
  const { subject, live } = await liveAccount(settings);
  const aws = fakeAws(live, subject);
  const report = await verifyPipeline(subject, { ...aws, ...refuse(aws) }, { now: () => NOW });
  try {
    refuseFailures(report, new AbortController().signal);
    return "passed";
  } catch (error) {
    assert.ok(error instanceof PipelineError);
    return error.message;
  }
}

describe("a verification that AWS does not answer", () => {
  it("does not pass without the bucket policy", async () => {
    const message = await verdict(({ s3 }) => ({ s3: altered(s3, { getBucketPolicy: denied }) }));
    assert.match(message, /not verified, .* for bucket\/policy; grant .*s3:GetBucketPolicy/);
  });

  it("does not pass without the notification", async () => {
    const message = await verdict(({ s3 }) => ({
      s3: altered(s3, { getBucketNotificationConfiguration: denied }),
    }));
    assert.match(message, /for events\/notification; grant s3:GetBucketNotification/);
  });

  it("does not pass without both trust policies", async () => {
    const message = await verdict(({ iam }) => ({ iam: altered(iam, { getRole: denied }) }));
    assert.match(message, /for trust\/braintrust, trust\/snowflake; grant iam:GetRole/);
  });

  it("fails without the caller", async () => {
    const message = await verdict(({ sts }) => ({ sts: altered(sts, { getCallerIdentity: denied }) }));
    assert.match(message, /checks failed: caller\/account/);
  });

  it("passes without what it can do without", async () => {
    const refused = ({ iam }: Aws) => ({ iam: altered(iam, { simulatePrincipalPolicy: denied }) });
    assert.equal(await verdict(refused), "passed");
  });

  it("passes where the stack itself awaits what a check would need", async () => {
    assert.equal(await verdict(() => ({}), { bucketName: "acme-exports" }), "passed");
  });
});
