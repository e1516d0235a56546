import assert from "node:assert/strict";
import { UsageError } from "../../../../automation/errors";
import { parseAnswers } from "../../../../automation/snowflake/answers/answers";
import { csv, json, quotedCsv, type Rows, sqlApi, tsv } from "./answer-forms";
import { everything } from "./answer-samples";

const column = "SYSTEM$GET_SNOWFLAKE_PLATFORM_INFO()";
const answer = (value: unknown): Rows => [{ [column]: JSON.stringify(value) }];
/** As Snowflake's release notes of February 2025 show it, with a purpose that its pages do not list. */
const announced = {
  "snowflake-vpc-id": ["vpc-c1c234a5"],
  "snowflake-egress-vpc-ids": [
    { id: "vpc-c1c234a5", expires: "2025-03-01T00:00:00", purpose: "generic" },
    { id: "vpc-0a1b2c3d4e5f67890", expires: "2025-03-01T00:00:00", purpose: "generic" },
    { id: "vpc-99999999", expires: "2025-03-01T00:00:00", purpose: "another" },
  ],
};
const vpcIds = ["vpc-0a1b2c3d4e5f67890", "vpc-c1c234a5"];

describe("SYSTEM$GET_SNOWFLAKE_PLATFORM_INFO's answer", () => {
  const forms: Record<string, (rows: Rows) => string> = {
    JSON: json,
    CSV: csv,
    "quoted CSV": quotedCsv,
    "tab separated": tsv,
    "the SQL API's JSON": (rows) => sqlApi(rows),
    "a value alone, as Snowsight copies a cell": ([row]) => String(Object.values(row ?? {})[0]),
    "a value alone over several lines": ([row]) =>
      JSON.stringify(JSON.parse(String(Object.values(row ?? {})[0])), undefined, 2),
  };
  for (const [form, render] of Object.entries(forms)) {
    it(`names the VPCs of external stages, as ${form}`, () => {
      assert.deepEqual(parseAnswers(render(answer(announced))).vpcIds, vpcIds);
      const alone = answer({ "snowflake-vpc-id": ["vpc-c1c234a5"] });
      assert.deepEqual(parseAnswers(render(alone)).vpcIds, ["vpc-c1c234a5"]);
    });
  }

  it("comes with every other answer, once or again", () => {
    const text = [...everything, answer(announced), answer(announced)].map(json).join("\n");
    const answers = parseAnswers(text);
    assert.deepEqual([answers.vpcIds, answers.contradictions], [vpcIds, []]);
    assert.equal(answers.pipes.length, 2);
  });

  it("names no VPC where Snowflake runs in another cloud", () => {
    const azure = answer({ "snowflake-vnet-subnet-id": ["/subscriptions/1/subnets/a"] });
    assert.deepEqual(parseAnswers(json(azure)).vpcIds, []);
  });

  it("is refused where two accounts answer, and where it was cut off", () => {
    const other = answer({ "snowflake-vpc-id": ["vpc-ffffffff"] });
    const { contradictions } = parseAnswers([answer(announced), other].map(json).join("\n"));
    assert.match(contradictions.join(), /PLATFORM_INFO differ; give that of this stack's account alone/);
    assert.throws(() => parseAnswers(`${column}\n{"snowflake-vpc-id": ["vpc-c1c2`), UsageError);
  });
});
