import assert from "node:assert/strict";
import type { Aws } from "../../../automation/verify/clients";
import { PROBE } from "../../../automation/verify/probe";
import { verifyPipeline } from "../../../automation/verify/verification";
import { fakeAws } from "./fake-aws";
import { altered, awsError, FakeQueue } from "./fake-queue";
import { CANARY, type Live, liveAccount, NOW, trusting } from "./live-account";

const kms = { ...trusting, encryption: "kms", accessLogs: { enabled: true } };
const userMode = {
  ...trusting,
  snowflake: { access: "user", snsSubscriberArn: "arn:aws:iam::444455556666:user/snow" },
  events: { mode: "sns" },
  encryption: "kms",
};

describe("verifyPipeline", () => {
  describe("of a fresh stack", () => {
    const streams = [{ name: "spans", format: "parquet" }, { name: "logs" }];
    const manyStreams = {
      ...trusting,
      streams: Array.from({ length: 101 }, (_, at) => ({ name: `team${at}` })),
    };
    const settings = { trusting, kms, userMode, twoStreams: { ...trusting, streams }, manyStreams };
    for (const [title, given] of Object.entries(settings)) {
      it(`passes every check: ${title}`, async () => {
        const { report } = await verified(given);
        assert.deepEqual(
          report.checks.filter(({ verdict }) => verdict !== "pass"),
          [],
        );
        assert.equal(report.summary.passed, report.checks.length);
        assert.equal(new Set(report.checks.map(({ id }) => id)).size, report.checks.length);
        assert.match(report.snowflakeSql ?? "", /check: access/);
      });
    }

    it("cannot be assumed before the vendors are known, and says what it waits for", async () => {
      const { report } = await verified({ bucketName: "acme-exports" });
      const verdicts = new Map(report.checks.map(({ id, verdict }) => [id, verdict]));
      assert.equal(verdicts.get("trust/braintrust"), "pass");
      assert.equal(verdicts.get("trust/snowflake"), "pass");
      assert.equal(verdicts.get("events/notification"), "skip");
      assert.equal(verdicts.get("data/write"), "skip");
      assert.equal(report.summary.failed, 0);
    });

    it("asks of an existing bucket nothing that the stack does not manage", async () => {
      const { bucketName: _, ...given } = trusting;
      const { report } = await verified({ ...given, existingBucket: "acme-shared" });
      const ids = report.checks.map(({ id }) => id).filter((id) => id.startsWith("bucket/"));
      assert.deepEqual(ids, ["bucket/policy"]);
      assert.equal(report.summary.failed, 0);
    });

    it("passes notifications of an existing bucket that the update has merged, and fails those of a part", async () => {
      const { bucketName: _, ...given } = trusting;
      const shared = { ...given, existingBucket: "acme-shared", streams };
      for (const [prefix, verdict] of [
        ["braintrust-exports/", "pass"],
        ["braintrust-exports/logs/", "fail"],
      ] as const) {
        const { report } = await verified(shared, (live) => {
          const [first] = live.notification;
          assert.ok(first);
          const Id = first.Id.replace(/-\w+For/, "For");
          live.notification = [
            { ...first, Id, Filter: { Key: { FilterRules: [{ Name: "prefix", Value: prefix }] } } },
          ];
        });
        assert.equal(report.checks.find(({ id }) => id === "events/notification")?.verdict, verdict);
      }
    });

    it("passes an existing bucket with what others have there, and fails it without the stack's own", async () => {
      const { bucketName: _, ...given } = trusting;
      const shared = { ...given, existingBucket: "acme-shared" };
      const theirs = { Sid: "Theirs", Effect: "Allow", Principal: "*", Action: "s3:GetObject" } as const;
      const { report } = await verified(shared, (live) => {
        live.bucketPolicy = [theirs, ...(live.bucketPolicy ?? [])];
      });
      const policy = report.checks.find(({ id }) => id === "bucket/policy");
      assert.equal(policy?.verdict, "pass");
      assert.match(JSON.stringify(policy), /of others: Theirs/);
      const without = await verified(shared, (live) => {
        live.bucketPolicy = [theirs];
      });
      assert.equal(without.report.checks.find(({ id }) => id === "bucket/policy")?.verdict, "fail");
    });

    it("looks for public access blocks where the settings have them", async () => {
      const block = Object.fromEntries(
        ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"].map((name) => [
          name,
          true,
        ]),
      );
      const given = { ...trusting, accessLogs: { enabled: true }, publicAccessBlock: "account" };
      const verdicts = async (accountPublicAccessBlock: Record<string, boolean> | undefined) => {
        const { report } = await verified(given, (live) => Object.assign(live, { accountPublicAccessBlock }));
        return report.checks
          .filter(({ id }) => id.endsWith("/public-access"))
          .map(({ id, verdict }) => `${id} ${verdict}`);
      };
      assert.deepEqual(await verdicts(block), ["bucket/public-access pass", "logs/public-access pass"]);
      for (const off of [undefined, { ...block, BlockPublicPolicy: false }]) {
        assert.deepEqual(await verdicts(off), ["bucket/public-access fail", "logs/public-access fail"]);
      }
      const { bucketName: _, accessLogs: __, ...shared } = given;
      const { report } = await verified({ ...shared, existingBucket: "acme-shared" }, (live) =>
        Object.assign(live, { accountPublicAccessBlock: block }),
      );
      assert.equal(report.checks.find(({ id }) => id === "bucket/public-access")?.verdict, "pass");
    });

    it("puts no probe that a lock would keep", async () => {
      const { report, live } = await verified({ ...trusting, objectLock: { mode: "GOVERNANCE", days: 1 } });
      assert.equal(report.summary.failed, 0);
      assert.equal(report.checks.find(({ id }) => id === "data/write")?.verdict, "skip");
      assert.deepEqual(probesOf(live), []);
    });
  });

  it("leaves nothing behind, neither objects nor others' messages hidden", async () => {
    const { report, live, queue } = await verified(
      trusting,
      () => undefined,
      (messages) => {
        messages.send({ Event: "s3:TestEvent" });
        messages.send({ Records: [{ s3: { object: { key: "braintrust-exports/logs/a.jsonl" } } }] });
      },
    );
    assert.equal(report.summary.failed, 0);
    assert.deepEqual(probesOf(live), []);
    assert.deepEqual(
      queue.messages.map(({ hidden, Body }) => [hidden, /a\.jsonl/.test(Body)]),
      [[false, true]],
    );
  });

  it("removes the probes after an interruption", async () => {
    const { subject, live } = await liveAccount();
    const aws = fakeAws(live, subject);
    const controller = new AbortController();
    const { putObject } = aws.s3As({ accessKeyId: subject.writerArn, secretAccessKey: "" });
    const interrupted: Aws = {
      ...aws,
      s3As: (keys) =>
        altered(aws.s3As(keys), {
          putObject: async (input) => {
            controller.abort();
            return putObject(input);
          },
        }),
    };
    const report = await verifyPipeline(subject, interrupted, { signal: controller.signal, now: () => NOW });
    assert.deepEqual(probesOf(live), []);
    assert.ok(report.summary.skipped > 0);
    assert.equal(report.summary.failed, 0);
  });

  it("says how to remove a probe that it could not", async () => {
    const { subject, live } = await liveAccount();
    const aws = fakeAws(live, subject);
    const broken: Aws = {
      ...aws,
      s3: altered(aws.s3, { deleteObject: () => Promise.reject(awsError("AccessDenied", "no")) }),
    };
    const report = await verifyPipeline(subject, broken, { now: () => NOW });
    const removal = report.checks.find(({ id }) => id === "data/probes-removed");
    assert.equal(removal?.verdict, "fail");
    assert.match(
      removal?.fix ?? "",
      /aws s3api delete-object --bucket acme-exports --key '.*' --version-id 'p/,
    );
  });

  it("never shows a secret, even where AWS repeats it", async () => {
    const { subject, live } = await liveAccount(userMode);
    const aws = fakeAws(live, subject);
    const telltale: Aws = {
      ...aws,
      s3As: (keys) =>
        altered(aws.s3As(keys), {
          getObject: () => Promise.reject(awsError("SignatureDoesNotMatch", `signed with ${CANARY}`)),
        }),
    };
    const report = await verifyPipeline(subject, telltale, { now: () => NOW });
    assert.match(
      report.checks.find(({ id }) => id === "data/read")?.evidence ?? "",
      /signed with \[secret\]/,
    );
    assert.ok(!JSON.stringify(report).includes(CANARY));
  });

  it("asks for Snowflake's role as Snowflake where its key is at hand", async () => {
    const { subject, live } = await liveAccount();
    const aws = fakeAws(live, subject);
    const sts = altered(aws.sts, {
      assumeRole: async (input) => {
        if (input.RoleArn === subject.readerArn) throw awsError("AccessDenied", "not this caller's");
        return aws.sts.assumeRole(input);
      },
    });
    const skippedOf = async (asked: Aws) => {
      const { checks } = await verifyPipeline(subject, asked, { now: () => NOW });
      assert.ok(checks.every(({ verdict }) => verdict !== "fail"));
      return checks.filter(({ verdict }) => verdict === "skip").map(({ id }) => id);
    };
    assert.deepEqual(await skippedOf({ ...aws, sts }), [
      "data/read",
      "data/list",
      "data/snowflake-read-outside",
      "data/snowflake-write",
      "data/snowflake-delete",
      "data/snowflake-list-all",
      "data/snowflake-external-id",
    ]);
    assert.deepEqual(await skippedOf({ ...aws, sts, snowflakeSts: aws.sts }), []);
  });

  it("acts as nobody where the vendors alone are trusted, and lets the simulator answer", async () => {
    const given = {
      ...trusting,
      braintrust: { accountId: "872608195596", orgId: "org-1" },
      snowflake: { iamUserArn: "arn:aws:iam::444455556666:user/snow", externalId: "acme_id=1" },
    };
    const { report } = await verified(given);
    const by = (verdict: string) =>
      report.checks.filter((each) => each.verdict === verdict).map(({ id }) => id);
    assert.deepEqual(by("fail"), []);
    assert.ok(by("skip").every((id) => id.startsWith("data/")));
    assert.ok(by("pass").includes("access/braintrust-write"));
    assert.ok(by("pass").includes("data/event"), "the caller put the probe");
    assert.equal(report.checks.find(({ id }) => id === "trust/braintrust")?.verdict, "pass");
  });
});

function probesOf(live: Live): string[] {
  return live.versions.map(({ key }) => key).filter((key) => key.includes(PROBE));
}

async function verified(
  given: Readonly<Record<string, unknown>>,
  change: (live: Live) => void = () => undefined,
  fill: (queue: FakeQueue) => void = () => undefined,
) {
  const { subject, live } = await liveAccount(given);
  change(live);
  const queue = new FakeQueue(subject);
  fill(queue);
  const report = await verifyPipeline(subject, fakeAws(live, subject, queue), { now: () => NOW });
  return { report, live, queue };
}
