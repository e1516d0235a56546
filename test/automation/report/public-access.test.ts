import assert from "node:assert/strict";
import type { ReportData } from "../../../automation/report/report-data";
import { accessSection } from "../../../automation/report/sections/access";
import { controlsSection } from "../../../automation/report/sections/controls";
import type { CheckResult } from "../../../automation/verify/check";
import { dataOf } from "./stacks";

const CONTROLS = ["S3.1", "S3.2", "S3.3", "S3.8", "CloudTrail.6"];

/** The verdict of a control on the page, and why. */
function judged(controls: string, id: string): string {
  const [, word, why = ""] =
    new RegExp(
      `<span class="name">${id}</span>.*?<span class="badge \\w+">([^<]+)</span><span class="why">(.*?)</span>`,
    ).exec(controls) ?? assert.fail(id);
  return `${word}: ${why.replace(/<[^>]*>/g, "")}`;
}

/** The page's sentence on public access. */
function sentence(data: ReportData): string {
  const [found] = /Public access: .*?<\/p>/.exec(accessSection(data).body.markup) ?? assert.fail();
  return found.replace(/<[^>]*>/g, "");
}

function liveWith(data: ReportData, verdict: CheckResult["verdict"], evidence: string): ReportData {
  const check = { id: "bucket/public-access", title: "All four are on", needs: [], verdict, evidence };
  const found = {
    stack: "vandelay-prod",
    caller: "arn:aws:iam::123456789012:role/ci",
    checks: [check],
    summary: { passed: 0, failed: 0, skipped: 0 },
  };
  const none = { problem: "AWS did not answer" };
  const live = { outputs: none, verification: { found }, status: none, files: none };
  return { ...data, live };
}

describe("public access on the reviewer's page", () => {
  it("goes by each bucket's own block by default", async () => {
    const data = await dataOf("acme-prod");
    assert.match(sentence(data), /blocked by a block of each bucket/);
    const controls = controlsSection(data).body.markup;
    assert.match(judged(controls, "S3.1"), /^out of scope: /);
    assert.match(judged(controls, "S3.8"), /^met: Every bucket: all four/);
  });

  it("is unknown offline where settings leave it to the account, instead of not met", async () => {
    // The existing bucket's other statements are not known either.
    for (const [stack, count] of [
      ["vandelay-prod", 6],
      ["vandelay-dev", 5],
    ] as const) {
      const data = await dataOf(stack);
      const controls = controlsSection(data).body.markup;
      assert.match(sentence(data), /left to the account, since publicAccessBlock: account/);
      for (const id of CONTROLS)
        assert.match(judged(controls, id), /^unknown: .*report --live check it there/, id);
      assert.match(controls, new RegExp(`\\d+ met(?:, \\d+ not met)?, ${count} unknown`));
    }
  });

  it("goes by the account's block as the live account has it", async () => {
    const data = await dataOf("vandelay-prod");
    const cases = [
      ["pass", "all four are on", /^met: .*there all four are on/, /: blocked by the account/],
      ["fail", "off: BlockPublicPolicy", /^not met: .*there off: BlockPublicPolicy/, /: not blocked by/],
      ["skip", "access denied", /^unknown: .*there access denied/, /: left to the account/],
    ] as const;
    for (const [verdict, evidence, control, said] of cases) {
      const live = liveWith(data, verdict, evidence);
      const controls = controlsSection(live).body.markup;
      for (const id of CONTROLS) assert.match(judged(controls, id), control, id);
      assert.match(sentence(live), said);
    }
  });

  it("says whose decision it is for an existing bucket", async () => {
    assert.match(sentence(await dataOf("shared")), /the owner of company-data decides/);
  });
});
