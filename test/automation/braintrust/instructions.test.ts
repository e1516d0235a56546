import assert from "node:assert/strict";
import { braintrustInstructions } from "../../../automation/braintrust/instructions";
import { outputsOf } from "./outputs";

describe("braintrustInstructions", () => {
  it("gives what the dialog asks for, stream by stream", () => {
    const dialogs = braintrustInstructions(outputsOf())
      .split("\n\n")
      .filter((part) => part.startsWith("Stream"));
    assert.deepEqual(dialogs, [
      [
        "Stream logs",
        "  Name            exports-logs",
        "  Data to export  Logs (spans): one row per span; or Logs (traces): one row per trace",
        "  S3 path         s3://exports/braintrust-exports/logs",
        "  Role ARN        arn:aws:iam::123456789012:role/Export",
        "  Format          JSON Lines",
        "  Interval        1 hour is a good start (5 minutes to 24 hours; shorter: fresher rows in smaller files)",
        "  External id     bt:org-1:* (Braintrust makes the id; the role trusts this pattern)",
      ].join("\n"),
      [
        "Stream traces",
        "  Name            exports-traces",
        "  Data to export  Logs (spans): one row per span; or Logs (traces): one row per trace",
        "  S3 path         s3://exports/braintrust-exports/traces",
        "  Role ARN        arn:aws:iam::123456789012:role/Export",
        "  Format          Parquet",
        "  Interval        1 hour is a good start (5 minutes to 24 hours; shorter: fresher rows in smaller files)",
        "  External id     bt:org-1:* (Braintrust makes the id; the role trusts this pattern)",
      ].join("\n"),
    ]);
  });

  it("asks for the account and organization ids first, only while the role cannot be assumed", () => {
    const { braintrustExternalId: _, ...untrusting } = outputsOf({ phase: "awaiting-braintrust" });
    const waiting = braintrustInstructions(untrusting);
    assert.match(waiting, /account id {2,}setting braintrust\.accountId/);
    assert.match(waiting, /organization's id {2,}setting braintrust\.orgId/);
    assert.match(waiting, /External id {5}bt:<organization id>:\*, once braintrust\.orgId is set/);
    assert.doesNotMatch(waiting, /undefined/);
    for (const phase of ["awaiting-snowflake", "awaiting-channel", "connected"] as const) {
      assert.doesNotMatch(braintrustInstructions(outputsOf({ phase })), /braintrust\.accountId/);
    }
  });
});
