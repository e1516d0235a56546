import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import type { CheckResult } from "../../../automation/verify/check";
import {
  type Report,
  renderReport,
  skippedWords,
  summarize,
  withoutSecrets,
} from "../../../automation/verify/report";
import { refuseFailures } from "../../../automation/verify/verify";

describe("the report", () => {
  const checks: CheckResult[] = [
    {
      id: "bucket/versioning",
      title: "Versions are kept",
      verdict: "pass",
      evidence: "versioning: Enabled",
      needs: [],
    },
    {
      id: "bucket/policy",
      title: "The policy is as asked",
      verdict: "fail",
      evidence: "lacks DenyInsecureTransport",
      fix: "`up --refresh --stack dev` restores it",
      needs: ["s3:GetBucketPolicy"],
    },
    { id: "data/read", title: "Snowflake reads", verdict: "skip", evidence: "not trusted here", needs: [] },
  ];
  const report: Report = {
    stack: "dev",
    caller: "arn:aws:iam::123456789012:user/operator",
    checks,
    summary: summarize(checks),
    snowflakeSql: "SELECT 1;\n",
  };

  it("shows people forty of a subject's checks with the same verdict, and how many more there are", () => {
    const fresh: CheckResult[] = Array.from({ length: 500 }, (_, index) => ({
      id: `fresh/team-${index}`,
      title: `Stream team-${index} has an export of the last 24 hours`,
      verdict: index < 200 ? "pass" : "fail",
      evidence: "2 h old",
      needs: [],
    }));
    const text = renderReport(
      { ...report, checks: [...checks, ...fresh], summary: summarize(fresh) },
      { width: 80, color: false },
    );
    const lines = text.split("\n");
    assert.equal(lines.filter((line) => /^ {2}ok {4}Stream/.test(line)).length, 40);
    assert.equal(lines.filter((line) => /^ {2}FAIL {2}Stream/.test(line)).length, 40);
    assert.ok(lines.includes("  ok    160 more, which `verify --json` has"));
    assert.ok(lines.includes("  FAIL  260 more, which `verify --json` has"));
    assert.match(text, /^200 passed, 300 failed, 0 skipped$/m);
    assert.throws(
      () => refuseFailures({ ...report, checks: fresh }, new AbortController().signal),
      /300 of 500 checks failed: fresh\/team-200, .*fresh\/team-209 and 290 more$/,
    );
  });

  it("tells each reason for which checks were skipped, and which they are", () => {
    const skips: CheckResult[] = ["data/list", "data/plain-http"].map((id) => ({
      id,
      title: id,
      verdict: "skip",
      evidence: id === "data/list" ? "not trusted here" : "no plain HTTP here",
      needs: [],
    }));
    assert.deepEqual(skippedWords({ checks: [...checks, ...skips] }), [
      "2: not trusted here (data/read, data/list)",
      "1: no plain HTTP here (data/plain-http)",
    ]);
  });

  it("names the command for the SQL of many streams, and does not print it", () => {
    const text = renderReport(
      { ...report, snowflakeSql: "SELECT 1;\n".repeat(3_000) },
      { width: 80, color: false },
    );
    assert.match(text, /\nLeft to prove inside Snowflake, with the SQL of: .* sql --stack dev --part check$/);
    assert.doesNotMatch(text, /SELECT/);
  });

  it("groups by subject, marks each check and shows evidence and fix", () => {
    assert.equal(
      renderReport(report, { width: 60, color: false }),
      `Stack dev, asked as arn:aws:iam::123456789012:user/operator

Bucket
  ok    Versions are kept  (bucket/versioning)
        versioning: Enabled
  FAIL  The policy is as asked  (bucket/policy)
        lacks DenyInsecureTransport
        fix: \`up --refresh --stack dev\` restores it

Data path
  skip  Snowflake reads  (data/read)
        not trusted here

1 passed, 1 failed, 1 skipped

Left to prove inside Snowflake, with this SQL:

SELECT 1;`,
    );
  });

  it("wraps evidence and keeps a long word whole", () => {
    const evidence = `one two ${"x".repeat(80)} three`;
    const text = renderReport(
      { ...report, checks: [{ id: "key/state", title: "t", verdict: "pass", evidence, needs: [] }] },
      { width: 30, color: false },
    );
    assert.match(text, /\n {8}one two\n {8}x{80}\n {8}three\n/);
  });

  it("colours the marks alone", () => {
    const coloured = renderReport(report, { width: 60, color: true });
    assert.ok(coloured.includes("\u001b[31mFAIL\u001b[39m  The policy"));
    assert.equal(stripVTControlCharacters(coloured), renderReport(report, { width: 60, color: false }));
  });

  it("hides secrets in every text", () => {
    const secret = "abc/+1";
    const [shown] = withoutSecrets(
      [
        {
          id: "i",
          title: `t ${secret}`,
          verdict: "fail",
          evidence: `e ${secret}`,
          fix: `f ${secret}`,
          needs: [],
        },
      ],
      new Set([secret, ""]),
    );
    assert.deepEqual(shown, {
      id: "i",
      title: "t [secret]",
      verdict: "fail",
      evidence: "e [secret]",
      fix: "f [secret]",
      needs: [],
    });
  });
});
