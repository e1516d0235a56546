import assert from "node:assert/strict";
import { parseSettings } from "../../../components/settings/read-settings";
import { ENCRYPTED } from "../../../components/settings/schema";
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
