import assert from "node:assert/strict";
import { styleOf } from "../../../automation/commands/verify";
import type { CheckResult } from "../../../automation/verify/check";
import {
  type Report,
  renderReport,
  skippedWords,
  summarize,
  withoutSecrets,
} from "../../../automation/verify/report";

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
      fix: "`up --refresh --stack dev` puts it back",
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

  it("groups by subject, marks each check and shows evidence and fix", () => {
    assert.equal(
      renderReport(report, { width: 60, colors: false }),
      `Stack dev, asked as arn:aws:iam::123456789012:user/operator

Bucket
  ok    Versions are kept  (bucket/versioning)
        versioning: Enabled
  FAIL  The policy is as asked  (bucket/policy)
        lacks DenyInsecureTransport
        fix: \`up --refresh --stack dev\` puts it back

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
      { width: 30, colors: false },
    );
    assert.match(text, /\n {8}one two\n {8}x{80}\n {8}three\n/);
  });

  it("colours the marks alone, and only a terminal that wants it", () => {
    assert.ok(renderReport(report, { width: 80, colors: true }).includes("\u001b[31mFAIL\u001b[0m"));
    assert.equal(styleOf({ isTTY: true, columns: 90 }, {}).colors, true);
    assert.equal(styleOf({ isTTY: true }, { NO_COLOR: "1" }).colors, false);
    assert.equal(styleOf({ isTTY: true }, { TERM: "dumb" }).colors, false);
    assert.equal(styleOf({}, {}).colors, false);
    assert.equal(styleOf({ columns: 500 }, {}).width, 120);
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
