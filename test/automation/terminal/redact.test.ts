import assert from "node:assert/strict";
import fc from "fast-check";
import { redact } from "../../../automation/terminal/redact";

describe("redact", () => {
  it("takes every secret out of any text, whatever characters they have", () => {
    const secret = fc
      .string({ minLength: 8, unit: "grapheme" })
      .filter((text) => !/\s|\[|[\u2500-\u257F|]/.test(text));
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (hidden, before, after) => {
        const shown = redact(`${before}${hidden}${after}${hidden}`, [hidden]);
        assert.ok(!shown.includes(hidden), shown);
      }),
    );
  });

  it("knows a secret that a terminal has folded into a frame", () => {
    assert.equal(redact("│ key abcd │\n│ efgh end │", ["abcdefgh"]), "│ key [secret] end │");
  });

  it("leaves the rest as it is, and takes nothing for a secret", () => {
    assert.equal(redact("a b c", ["", "abcd"]), "a b c");
  });
});
