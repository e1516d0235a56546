import assert from "node:assert/strict";
import { environmentTexts } from "../../../automation/engine/environment-texts";
import { UsageError } from "../../../automation/errors";

describe("variables that a script gives", () => {
  it("are texts, of numbers and flags too, and none where undefined", () => {
    assert.deepEqual(environmentTexts({ A: "a", B: 5, C: true, D: false, E: undefined, F: "" }), {
      A: "a",
      B: "5",
      C: "true",
      D: "false",
      F: "",
    });
    assert.deepEqual(environmentTexts(), {});
  });

  it("are refused where they are none, without what they hold", () => {
    for (const [value, shown] of [
      [null, "null"],
      [["s3cret"], "\\(a list\\)"],
      [{ a: "s3cret" }, "\\(a map\\)"],
    ] as const) {
      assert.throws(
        () => environmentTexts({ A: value }),
        (error) => {
          assert.ok(error instanceof UsageError);
          assert.match(
            error.message,
            new RegExp(`^environment\\.A = ${shown}: must be a text, a number, true or`),
          );
          return true;
        },
      );
    }
  });
});
