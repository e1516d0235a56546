import assert from "node:assert/strict";
import { findPhrases } from "./words";

const phrases = { "(?:locks?|keeps?) the door": "closes the door", "over and over": "repeatedly" };

describe("the phrases that the product does not use", () => {
  it("are found in any case, with what to say instead", () => {
    assert.deepEqual(findPhrases("const a = 1;\n// Somebody Locks the door.\n", phrases), [
      { line: 2, found: "Locks the door", better: "closes the door" },
    ]);
  });

  it("are found where a comment runs over the end of a line", () => {
    const [first] = findPhrases("/**\n * Retries over\n * and over.\n */", phrases);
    assert.deepEqual([first?.line, first?.found], [2, "over and over"]);
  });

  it("are whole words", () => {
    assert.deepEqual(findPhrases("moreover and overdone, unlocks the doorway", phrases), []);
  });
});
