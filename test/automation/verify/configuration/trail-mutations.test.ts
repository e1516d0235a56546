import assert from "node:assert/strict";
import { verifyPipeline } from "../../../../automation/verify/verification";
import { fakeAws } from "../fake-aws";
import { liveAccount, NOW, trusting } from "../live-account";
import { bucket, set, turnsRed } from "../mutation";

const trail = { ...trusting, auditTrail: { enabled: true } };
const HOUR_MS = 3_600_000;
const ago = (hours: number) => new Date(NOW - hours * HOUR_MS);
const existing = {
  ...trusting,
  auditTrail: {
    enabled: true,
    existing: "arn:aws:cloudtrail:us-east-1:123456789012:trail/organization",
    logGroup: "/aws/cloudtrail/organization",
  },
};
const basic = (Values: string[], ReadWriteType: "All" | "WriteOnly" = "All") => ({
  EventSelectors: [{ ReadWriteType, DataResources: [{ Type: "AWS::S3::Object", Values }] }],
});

turnsRed("audit trail", [
  ["logging stopped", ["trail/logging"], ({ trail: { status } }) => set(status, { IsLogging: false }), trail],
  [
    "no log file validation",
    ["trail/validation"],
    (live) => set(live.trail.configuration, { LogFileValidationEnabled: false }),
    trail,
  ],
  [
    "one region alone",
    ["trail/validation"],
    (live) => set(live.trail.configuration, { IsMultiRegionTrail: false }),
    trail,
  ],
  [
    "no data events",
    ["trail/selectors"],
    (live) => live.trail.selectors.AdvancedEventSelectors?.shift(),
    trail,
  ],
  [
    "reads left out",
    ["trail/selectors"],
    (live) =>
      live.trail.selectors.AdvancedEventSelectors?.[0]?.FieldSelectors?.push({
        Field: "readOnly",
        Equals: ["false"],
      }),
    trail,
  ],
  [
    "a user left out of the record",
    ["trail/selectors"],
    (live) =>
      live.trail.selectors.AdvancedEventSelectors?.[0]?.FieldSelectors?.push({
        Field: "userIdentity.arn",
        NotEquals: ["arn:aws:iam::123456789012:user/quiet"],
      }),
    trail,
  ],
  [
    "a log group that refuses events",
    ["trail/delivery"],
    ({ trail: { status } }) => set(status, { LatestCloudWatchLogsDeliveryError: "Access denied." }),
    trail,
  ],
  [
    "a bucket that refuses log files",
    ["trail/delivery"],
    ({ trail: { status } }) => set(status, { LatestDeliveryError: "AccessDenied" }),
    trail,
  ],
  [
    "silence for a day",
    ["trail/delivery"],
    ({ trail: { status } }) => set(status, { LatestCloudWatchLogsDeliveryTime: ago(25) }),
    trail,
  ],
  [
    "no event since it was created",
    ["trail/delivery"],
    (live) => set(live.trail, { status: { IsLogging: true, StartLoggingTime: ago(2) } }),
    trail,
  ],
  [
    "an existing trail that records another bucket",
    ["trail/selectors"],
    (live) => set(live.trail, { selectors: basic([`${bucket}-2/`]) }),
    existing,
  ],
  [
    "an existing trail that records writes alone",
    ["trail/selectors"],
    (live) => set(live.trail, { selectors: basic([`${bucket}/`], "WriteOnly") }),
    existing,
  ],
]);

describe("the checks of an audit trail", () => {
  const verdicts = async (
    given: Readonly<Record<string, unknown>>,
    change: Parameters<typeof turnsRed>[1][number][2] = () => {},
  ) => {
    const { live, subject } = await liveAccount(given);
    change(live);
    const { checks } = await verifyPipeline(subject, fakeAws(live, subject), { now: () => NOW });
    const ofTrail = checks.filter(({ id }) => id.startsWith("trail/"));
    return Object.fromEntries(ofTrail.map(({ id, verdict }) => [id, verdict]));
  };

  it("pass on a trail as the program creates it", async () => {
    assert.deepEqual(await verdicts(trail), {
      "trail/logging": "pass",
      "trail/selectors": "pass",
      "trail/delivery": "pass",
      "trail/validation": "pass",
    });
    assert.deepEqual(await verdicts(trusting), {});
  });

  it("skip the delivery of a trail that has just been created", async () => {
    const found = await verdicts(trail, (live) =>
      set(live.trail, { status: { IsLogging: true, StartLoggingTime: ago(0.2) } }),
    );
    assert.equal(found["trail/delivery"], "skip");
  });

  for (const [title, values] of Object.entries({
    "every bucket": ["arn:aws:s3"],
    "the bucket": [`${bucket}/`],
    "the exports": [`${bucket}/braintrust-exports/`],
  })) {
    it(`pass on an existing trail that records ${title}`, async () => {
      const found = await verdicts(existing, (live) => set(live.trail, { selectors: basic(values) }));
      assert.deepEqual(found, {
        "trail/logging": "pass",
        "trail/selectors": "pass",
        "trail/delivery": "pass",
      });
    });
  }
});
