import assert from "node:assert/strict";
import type { Change } from "../../../../automation/engine/changes";
import { runReport } from "../../../../automation/engine/run/run-report";

const change = (name: string): Change => ({
  operation: "create",
  urn: `urn::${name}`,
  type: "aws:iam/role:Role",
  name,
  properties: [],
});
const end = {
  headline: 'up of stack "dev" failed',
  stack: "dev",
  what: "up",
  reasons: ["b: AccessDenied", "update failed"],
  causes: ["b: grant iam:CreateRole"],
  made: [change("a")],
  unknown: [change("c")],
  expected: [change("a"), change("b"), change("c"), change("d")],
};

describe("the report on a run that did not succeed", () => {
  it("says why, what was changed, what not, what is unknown, and what to run", () => {
    assert.equal(
      runReport(end),
      [
        'up of stack "dev" failed:',
        "  b: AccessDenied",
        "  -> b: grant iam:CreateRole",
        "changed: iam.Role a",
        "not changed: iam.Role b, iam.Role d",
        "unknown, since no answer came: iam.Role c",
        "next: `npm run pipeline -- up --stack dev` resumes",
      ].join("\n"),
    );
  });

  it("counts what would make it long", () => {
    const many = Array.from({ length: 40 }, (_, index) => change(`r${index}`));
    assert.match(runReport({ ...end, made: many }), /^changed: iam\.Role r0, .*iam\.Role r11, and 28 more$/m);
  });

  it("says that nothing was changed, and of a preview no more than why", () => {
    assert.match(runReport({ ...end, made: [], unknown: [] }), /^nothing was changed$/m);
    assert.equal(
      runReport({ ...end, reasons: ["no"], causes: [], expected: undefined }),
      'up of stack "dev" failed:\n  no',
    );
  });
});
