import assert from "node:assert/strict";
import { statusText } from "../../../automation/commands/status";

describe("statusText", () => {
  it("shows a line for each part, the way out of each failure, and no control characters", () => {
    const text = statusText({
      stack: "prod",
      phase: "awaiting-channel",
      deployedPhase: "awaiting-snowflake",
      lastUpdate: { verdict: "ok", evidence: "update succeeded, \u001B[31mred\u0007\nline" },
      pending: { verdict: "ok", evidence: "none" },
      drift: { verdict: "fail", evidence: "1 update: policy", fix: "up --refresh" },
      alarms: { verdict: "skipped", evidence: "not looked for" },
      accessKeys: { verdict: "unknown", evidence: "AWS refused iam:ListAccessKeys", fix: "grant it" },
      next: {
        reason: "no queue is known",
        action: "connect",
        settings: ["events.notificationChannels.logs"],
      },
    });
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
        "next: connect",
        "      no queue is known",
        "      set events.notificationChannels.logs",
      ].join("\n"),
    );
  });
});
