import assert from "node:assert/strict";
import * as networkRules from "../../../components/settings/rules/network-rules";
import * as textRulesModule from "../../../components/settings/rules/text-rules";

const rules = { ...textRulesModule, ...networkRules };

const isRule = (value: unknown): value is textRulesModule.TextRule =>
  typeof value === "object" && value !== null && "holds" in value;
const textRules = Object.entries(rules).flatMap(([name, value]): [string, textRulesModule.TextRule][] =>
  isRule(value) ? [[name, value]] : [],
);

describe("the examples of the text rules", () => {
  it("are found for every rule of the modules", () => {
    assert.equal(textRules.length, Object.keys(rules).filter((name) => name.endsWith("Rule")).length);
  });

  for (const [name, { examples, holds }] of textRules) {
    it(`${name}: hold and differ`, () => {
      for (const example of examples) assert.ok(holds(example), example);
      assert.notEqual(...examples);
    });
  }
});
