import assert from "node:assert/strict";
import { dnsSuffix, type Partition, partitionOf } from "../../../components/settings/partitions";
import { deployProgram, problemsOf, settingsFor } from "../../support";

const regions: Readonly<Record<string, Partition>> = {
  "us-east-1": "aws",
  "us-west-2": "aws",
  "eu-central-2": "aws",
  "eu-south-1": "aws",
  "ap-northeast-3": "aws",
  "ap-southeast-7": "aws",
  "ca-west-1": "aws",
  "me-central-1": "aws",
  "il-central-1": "aws",
  "mx-central-1": "aws",
  "af-south-1": "aws",
  "us-gov-west-1": "aws-us-gov",
  "cn-northwest-1": "aws-cn",
  "eusc-de-east-1": "aws-eusc",
  "us-iso-east-1": "aws-iso",
  "us-iso-west-1": "aws-iso",
  "us-isob-east-1": "aws-iso-b",
  "eu-isoe-west-1": "aws-iso-e",
  "us-isof-south-1": "aws-iso-f",
};

describe("partitions", () => {
  for (const [region, partition] of Object.entries(regions)) {
    it(`${region} is of ${partition}`, () => {
      assert.equal(settingsFor({ snowflakeRegion: region, allowCrossRegion: true }).partition, "aws");
      assert.equal(partitionOf(region), partition);
      assert.deepEqual(problemsOf({}, { values: { "aws:region": region } }), []);
    });
  }

  for (const region of [
    "xx-east-1",
    "us-eats-1",
    "eu-isob-east-1",
    "us-east-1a",
    "eusc-fr-east-1",
    "us-east",
  ]) {
    it(`${region} is refused, being of none`, () => {
      assert.equal(problemsOf({}, { values: { "aws:region": region } })[0]?.key, "aws:region");
    });
  }

  it("name themselves in every ARN, key condition and link of a plan", async () => {
    for (const region of ["eusc-de-east-1", "us-iso-east-1", "cn-north-1"]) {
      const { deployed, outputs } = await deployProgram({ encryption: "kms" }, { stack: "prod", region });
      const text = JSON.stringify([deployed.resources, outputs]);
      assert.doesNotMatch(text, /arn:aws:(?!sqs:us-east-1:444)/, region);
      assert.ok(text.includes(`s3.${region}.${dnsSuffix(partitionOf(region))}`), region);
      assert.doesNotMatch(String(outputs.dashboardUrl), /console\.aws\.amazon\.com/);
    }
  });
});
