import assert from "node:assert/strict";
import * as rules from "../../../components/settings/text-rules";

const isRule = (value: unknown): value is rules.TextRule =>
  typeof value === "object" && value !== null && "holds" in value;
const textRules = Object.entries(rules).flatMap(([name, value]): [string, rules.TextRule][] =>
  isRule(value) ? [[name, value]] : [],
);

describe("the examples of the text rules", () => {
  it("are found for every rule of the module", () => {
    assert.equal(textRules.length, Object.keys(rules).filter((name) => name.endsWith("Rule")).length);
  });

  for (const [name, { examples, holds }] of textRules) {
    it(`${name}: hold and differ`, () => {
      for (const example of examples) assert.ok(holds(example), example);
      assert.notEqual(...examples);
    });
  }
});
