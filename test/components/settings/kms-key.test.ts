import assert from "node:assert/strict";
import { subjectOf } from "../../../automation/verify/subject";
import { pipelineOutputs } from "../../../components/output-contract";
import { deployProgram, problemsOf, settingsFor } from "../../support";

describe("the company's own key for the stack's bucket", () => {
  const key = "arn:aws:kms:us-east-1:999900001111:key/mrk-1234abcd12ab34cd56ef1234567890ab";
  const refused = (given: Record<string, unknown>) => problemsOf(given).map((each) => [each.key, each.rule]);

  it("takes the place of a key of the stack's, whose policy the stack then does not have", async () => {
    const given = { encryption: "kms", kmsKeyArn: key, events: { mode: "sns" } };
    const { deployed, outputs } = await deployProgram(given, { stack: "prod" });
    for (const type of ["key:Key", "alias:Alias", "keyPolicy:KeyPolicy"])
      assert.deepEqual(deployed.of(`aws:kms/${type}`), []);
    assert.equal(outputs.kmsKeyArn, key);
    const encryption = deployed.named(
      "pipeline-bucket-encryption",
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    );
    assert.match(JSON.stringify(encryption.inputs), new RegExp(`"kmsMasterKeyId":"${key}"`));
    assert.equal(
      deployed.named("pipeline-events-topic", "aws:sns/topic:Topic").inputs.kmsMasterKeyId,
      undefined,
    );
  });

  it("has no policy that verify could expect", async () => {
    for (const given of [{ encryption: "kms", kmsKeyArn: key }, { encryption: "kms" }]) {
      const { outputs } = await deployProgram(given);
      const live = pipelineOutputs.parse(outputs);
      const { ownKeyArn } = subjectOf("dev", settingsFor(given), live);
      assert.equal(ownKeyArn, "kmsKeyArn" in given ? undefined : live.kmsKeyArn);
    }
  });

  it("is refused for other buckets, without SSE-KMS, in another region and in another partition", () => {
    const kms = { encryption: "kms" };
    assert.deepEqual(refused({ ...kms, kmsKeyArn: key }), []);
    const elsewhere = key.replace("us-east-1", "eu-west-3");
    for (const [given, at, rule] of [
      [
        { existingBucket: "acme", kmsKeyArn: key },
        "kmsKeyArn",
        /cannot be used together with existingBucket/,
      ],
      [{ encryption: "s3", kmsKeyArn: key }, "kmsKeyArn", /cannot be used with encryption s3/],
      [{ kmsKeyArn: key }, "kmsKeyArn", /cannot be used with encryption s3/],
      [
        { ...kms, kmsKeyArn: elsewhere },
        "kmsKeyArn",
        /is in eu-west-3, .* bucket's region alone \(us-east-1\)/,
      ],
      [{ existingBucket: "acme", existingKmsKeyArn: elsewhere }, "existingKmsKeyArn", /is in eu-west-3/],
      [{ ...kms, kmsKeyArn: key.replace("aws", "aws-us-gov") }, "kmsKeyArn", /partition aws-us-gov/],
      [{ ...kms, kmsKeyArn: key.replace(/key\/.*/, "alias/acme") }, "kmsKeyArn", /one KMS key/],
    ] as const) {
      const [[found, said] = [], ...others] = refused(given);
      assert.deepEqual([found, others], [at, []], JSON.stringify(given));
      assert.match(said ?? "", rule);
    }
  });
});
