import assert from "node:assert/strict";
import type { STS } from "@aws-sdk/client-sts";
import type { Aws } from "../../../automation/verify/clients";
import { verifyPipeline } from "../../../automation/verify/verification";
import { fakeAws } from "./fake-aws";
import { altered, awsError, strict } from "./fake-queue";
import { CALLER, liveAccount, NOW } from "./live-account";

describe("verifyPipeline where AWS does not tell", () => {
  it("names the right that is missing, and whom to grant it", async () => {
    const { subject, live } = await liveAccount();
    const aws = fakeAws(live, subject);
    const denied = awsError(
      "AccessDenied",
      `User: ${CALLER} is not authorized to perform: s3:GetBucketVersioning on resource: "acme-exports"`,
    );
    const limited: Aws = {
      ...aws,
      s3: altered(aws.s3, { getBucketVersioning: () => Promise.reject(denied) }),
    };
    const { checks } = await verifyPipeline(subject, limited, { now: () => NOW });
    assert.deepEqual(
      checks.filter(({ verdict }) => verdict !== "pass").map(({ id, verdict, fix }) => [id, verdict, fix]),
      [["bucket/versioning", "skip", `grant s3:GetBucketVersioning to ${CALLER}`]],
    );
  });

  describe("asks nothing further", () => {
    const answers = {
      "where AWS does not know the caller": {
        answer: () => Promise.reject(awsError("ExpiredToken", "expired")),
        evidence: /^AWS does not say who is calling: ExpiredToken: expired$/,
      },
      "where AWS does not answer": {
        answer: () => new Promise<never>(() => undefined),
        evidence: /^no answer within 0.05 s$/,
      },
      "of another account's caller": {
        answer: async () => ({ Arn: "arn:aws:iam::999900001111:user/other", Account: "999900001111" }),
        evidence: /user\/other is of account 999900001111, the stack of 123456789012$/,
      },
    };
    for (const [title, { answer, evidence }] of Object.entries(answers)) {
      it(title, async () => {
        const { subject } = await liveAccount();
        const nothing = strict<object>("nothing but the caller", {});
        const aws = new Proxy({} as Aws, {
          get: (_, name) => (name === "sts" ? strict<STS>("sts", { getCallerIdentity: answer }) : nothing),
        });
        const { checks, summary } = await verifyPipeline(subject, aws, { timeoutMs: 50 });
        const [caller, ...others] = checks;
        assert.deepEqual([caller?.id, caller?.verdict], ["caller/account", "fail"]);
        assert.match(caller?.evidence ?? "", evidence);
        assert.ok(caller?.fix);
        assert.ok(others.length > 40);
        assert.ok(
          others.every((each) => each.verdict === "skip" && /see caller\/account/.test(each.evidence)),
        );
        assert.deepEqual(summary, { passed: 0, failed: 1, skipped: others.length });
      });
    }
  });

  it("draws no verdict from a simulator that ignores the request's context", async () => {
    const { subject, live } = await liveAccount();
    const aws = fakeAws(live, subject);
    const simple: Aws = {
      ...aws,
      iam: altered(aws.iam, {
        simulatePrincipalPolicy: ({ ContextEntries = [], PolicyInputList: _, ...input }) =>
          aws.iam.simulatePrincipalPolicy({
            ...input,
            // The one condition that it judges by the resource itself.
            ContextEntries: ContextEntries.filter(
              ({ ContextKeyName }) => ContextKeyName === "aws:ResourceAccount",
            ),
          }),
      }),
    };
    const { checks } = await verifyPipeline(subject, simple, { now: () => NOW });
    assert.deepEqual(
      checks.filter(({ verdict }) => verdict !== "pass").map(({ id, verdict }) => `${verdict} ${id}`),
      [
        "skip access/braintrust-list",
        "skip access/braintrust-list-elsewhere",
        "skip access/braintrust-plain-http",
        "skip access/braintrust-foreign-key",
        "skip access/snowflake-list",
        "skip access/snowflake-list-elsewhere",
        "skip access/snowflake-plain-http",
      ],
    );
  });

  it("takes no network error for a refusal", async () => {
    const { subject, live } = await liveAccount();
    const aws = fakeAws(live, subject);
    const lost = () => Promise.reject(awsError("TimeoutError", "connect ETIMEDOUT"));
    const unreachable: Aws = {
      ...aws,
      plainS3: altered(aws.plainS3, { getBucketLocation: lost }),
      s3As: (keys) => altered(aws.s3As(keys), { listObjectsV2: lost, deleteObject: lost }),
    };
    const { checks } = await verifyPipeline(subject, unreachable, { now: () => NOW });
    assert.deepEqual(
      checks.filter(({ verdict }) => verdict !== "pass").map(({ id, verdict }) => `${verdict} ${id}`),
      [
        "fail data/list",
        "fail data/braintrust-list-all",
        "fail data/snowflake-delete",
        "fail data/snowflake-list-all",
        "skip data/plain-http",
      ],
    );
  });
});
