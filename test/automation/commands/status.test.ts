import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { statusText } from "../../../automation/commands/status";
import { statusTable } from "../../../automation/commands/status-of-several";
import type { StatusReport } from "../../../automation/status/status-report";

describe("statusTable", () => {
  const ok = { verdict: "ok", evidence: "none" } as const;
  const report: StatusReport = {
    stack: "prod-eu",
    phase: "connected",
    lastUpdate: ok,
    pending: ok,
    drift: { verdict: "fail", evidence: "1 update" },
    alarms: ok,
    accessKeys: ok,
    exports: { verdict: "skipped", evidence: "" },
    next: { reason: "drift", action: "up --refresh" },
  };

  it("shows a line for each stack, and why one could not be read", () => {
    const all = [report, { stack: "dev", error: 'no stack "dev"\nexists' }];
    assert.equal(
      statusTable(all, { color: false, width: 120 }),
      [
        "stack    phase      update  pending  drift  alarms  keys  exports  next",
        "prod-eu  connected  ok      ok       FAIL   ok      ok    skipped  up --refresh",
        'dev      not read                                                  no stack "dev" exists',
      ].join("\n"),
    );
  });
});

describe("statusText", () => {
  const report: StatusReport = {
    stack: "prod",
    phase: "awaiting-channel",
    deployedPhase: "awaiting-snowflake",
    lastUpdate: { verdict: "ok", evidence: "update succeeded, \u001B[31mred\u0007\nline" },
    pending: { verdict: "ok", evidence: "none" },
    drift: { verdict: "fail", evidence: "1 update: policy", fix: "up --refresh" },
    alarms: { verdict: "skipped", evidence: "not looked for" },
    accessKeys: { verdict: "unknown", evidence: "AWS refused iam:ListAccessKeys", fix: "grant it" },
    exports: { verdict: "ok", evidence: "logs active, every 300 s" },
    next: {
      reason: "no queue is known",
      action: "connect",
      settings: ["events.notificationChannels.logs"],
    },
  };

  it("shows a line for each part, the way out of each failure, and no control characters", () => {
    const text = statusText(report, { color: false, width: 100 });
    assert.equal(
      text,
      [
        "stack prod: awaiting-channel, deployed awaiting-snowflake",
        "ok       last update         update succeeded, [31mred line",
        "ok       pending operations  none",
        "FAIL     drift               1 update: policy",
        "                             -> up --refresh",
        "skipped  alarms              not looked for",
        "unknown  access keys         AWS refused iam:ListAccessKeys",
        "                             -> grant it",
        "ok       exports             logs active, every 300 s",
        "next: connect",
        "      no queue is known",
        "      set events.notificationChannels.logs",
      ].join("\n"),
    );
  });

  it("wraps long evidence below itself, and colours the verdict alone", () => {
    const evidence = Array.from({ length: 5 }, (_, index) => `pipeline-resource-${index}`).join(", ");
    const long = { ...report, drift: { verdict: "fail", evidence, fix: "up --refresh" } } as const;
    const text = statusText(long, { color: false, width: 80 });
    assert.ok(text.split("\n").every((line) => line.length <= 80));
    assert.match(
      text,
      /^FAIL {5}drift {15}pipeline-resource-0, .*\n( {29}pipeline-resource-.*\n)+ {29}-> up --refresh$/m,
    );
    const coloured = statusText(long, { color: true, width: 80 });
    assert.ok(coloured.includes("\u001b[31mFAIL\u001b[39m"));
    assert.equal(stripVTControlCharacters(coloured), text);
  });

  it("has the same columns whatever the verdicts are", () => {
    const ok = { verdict: "ok", evidence: "none" } as const;
    const well = { ...report, drift: ok, alarms: ok, accessKeys: ok };
    assert.match(statusText(well, { color: false, width: 100 }), /^ok {7}drift {15}none$/m);
  });
});
