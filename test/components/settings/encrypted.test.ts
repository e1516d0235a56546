import assert from "node:assert/strict";
import { parseSettings } from "../../../components/settings/read-settings";
import { ENCRYPTED } from "../../../components/settings/values";
import { problemsOf, settingsFor } from "../../support";

const parse = (values: Record<string, unknown>, secretKeys: string[] = []) =>
  parseSettings({ stack: "dev", values: { "aws:region": "us-east-1", ...values }, secretKeys });

describe("settings that are encrypted", () => {
  it("pass their rules as a placeholder", () => {
    const { settings } = parse(
      { "braintrust-snowflake:braintrust": { accountId: ENCRYPTED, orgId: "org-1" } },
      ["braintrust-snowflake:braintrust"],
    );
    assert.equal(settings?.braintrust.accountId, ENCRYPTED);
    assert.deepEqual([...(settings?.secretKeys ?? [])], ["braintrust"]);
  });

  it("count as unset where a whole map is", () => {
    const { settings } = parse({ "braintrust-snowflake:braintrust": ENCRYPTED }, [
      "braintrust-snowflake:braintrust",
    ]);
    assert.deepEqual(settings?.braintrust, { permissions: "standard" });
  });

  it("are not to be had by writing the placeholder", () => {
    const { problems } = parse({ "braintrust-snowflake:bucketName": ENCRYPTED });
    assert.deepEqual(
      problems.map(({ key, rule }) => ({ key, rule })),
      [{ key: "bucketName", rule: "stands for an encrypted value and is none itself" }],
    );
  });
});

describe("an existing bucket's key", () => {
  const key = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

  it("is taken beside the bucket", () => {
    assert.equal(settingsFor({ existingBucket: "acme", existingKmsKeyArn: key }).existingKmsKeyArn, key);
  });

  it("is refused without one, as an alias, and in another partition", () => {
    const rulesOf = (given: Record<string, unknown>) => problemsOf(given).map(({ rule }) => rule);
    assert.match(String(rulesOf({ existingKmsKeyArn: key })), /existingBucket names none/);
    const alias = key.replace(/key\/.*/, "alias/acme");
    assert.match(String(rulesOf({ existingBucket: "acme", existingKmsKeyArn: alias })), /one KMS key/);
    const china = key.replace("aws", "aws-cn");
    assert.match(String(rulesOf({ existingBucket: "acme", existingKmsKeyArn: china })), /partition aws-cn/);
  });
});

describe("encrypted settings of every type", () => {
  const sections: Readonly<Record<string, Record<string, unknown>>> = {
    "a number": { lifecycle: { expireDays: ENCRYPTED } },
    "a number of a list's choice": { auditTrail: { logGroupDays: ENCRYPTED } },
    "a flag": { allowCrossRegion: ENCRYPTED },
    "a flag of a section": { snowflake: { errorNotifications: { enabled: ENCRYPTED } } },
    "a choice": { encryption: ENCRYPTED },
    "a choice of a list's item": { streams: [{ name: "a", format: ENCRYPTED }] },
    "an item of a list of choices": { events: { fileEvents: [ENCRYPTED] } },
    "what a section cannot do without": { objectLock: { mode: ENCRYPTED, days: 1 } },
    "all of such a section": { objectLock: { mode: ENCRYPTED, days: ENCRYPTED } },
  };
  for (const [title, given] of Object.entries(sections)) {
    it(`pass, and count as unset until they can be read: ${title}`, () => {
      const [key = ""] = Object.keys(given);
      const name = `braintrust-snowflake:${key}`;
      const { settings, problems } = parse({ [name]: given[key] }, [name]);
      assert.deepEqual(problems, []);
      assert.doesNotMatch(JSON.stringify(settings), /\[encrypted\]/);
    });
  }

  it("are texts once they are decrypted", () => {
    const { lifecycle, monitoring, protect, encryption } = settingsFor({
      lifecycle: { profile: "none", expireDays: "90" },
      monitoring: { monthlyBudgetUsd: "49.99", alertEmails: ["a@b.co"], enabled: "true", storageGb: "1e3" },
      protect: "true",
      encryption: "kms",
    });
    assert.deepEqual(
      [lifecycle.expireDays, monitoring.monthlyBudgetUsd, monitoring.storageGb],
      [90, 49.99, 1000],
    );
    assert.deepEqual([monitoring.enabled, protect, encryption], [true, true, "kms"]);
  });

  it("break the rules of numbers as numbers do", () => {
    for (const days of ["0", "1.5", "ninety", "", " ", "0x10", "1_0"]) {
      assert.equal(problemsOf({ lifecycle: { expireDays: days } })[0]?.key, "lifecycle.expireDays", days);
    }
  });
});

describe("names that every object has", () => {
  for (const name of ["constructor", "toString", "hasOwnProperty", "valueOf"]) {
    it(`are a stream's like any other: ${name}`, () => {
      const [stream] = settingsFor({ streams: [{ name }] }).streams;
      assert.deepEqual([stream?.name, stream?.channel], [name, undefined]);
    });

    it(`are no setting: ${name}`, () => {
      const key = `braintrust-snowflake:${name}`;
      for (const value of [1, ENCRYPTED]) {
        const { problems } = parse({ [key]: value }, value === ENCRYPTED ? [key] : []);
        assert.deepEqual(
          problems.map((problem) => [problem.key, problem.rule]),
          [[name, "is not a setting"]],
        );
      }
    });
  }
});
