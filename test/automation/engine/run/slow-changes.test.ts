import assert from "node:assert/strict";
import { slowChange } from "../../../../automation/engine/run/slow-changes";

const LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
const QUEUE = "aws:sqs/queue:Queue";

describe("slowChange", () => {
  for (const [operation, type, seconds] of [
    ["create", LIFECYCLE, 55],
    ["update", LIFECYCLE, 55],
    ["create-replacement", QUEUE, 25],
    ["delete", QUEUE, 42],
    ["delete-replaced", QUEUE, 42],
    ["delete", LIFECYCLE, undefined],
    ["replace", QUEUE, undefined],
    ["create", "aws:s3/bucket:Bucket", undefined],
  ] as const) {
    it(`knows ${seconds ?? "nothing"} for ${operation} of ${type}`, () => {
      assert.equal(slowChange({ type, operation })?.seconds, seconds);
    });
  }
});
