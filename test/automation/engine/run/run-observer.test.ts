import assert from "node:assert/strict";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { traitsOf } from "../../../../automation/engine/run/run-kinds";
import { RunObserver } from "../../../../automation/engine/run/run-observer";

const DENIED =
  "Retrieving AWS account details: operation error STS: GetCallerIdentity, api error ExpiredToken: The security token is expired";
/** As the SDK reports it (unhandled rejections in its automation/server.js). */
const rejected = (waiting: readonly string[], what: string) =>
  `Unhandled exception: Error: ${waiting.map((name) => `error serializing property "${name}": `).join("")}${what}
    at Object.callback (/acme/node_modules/@pulumi/pulumi/runtime/invoke.js:242:29)
    at processTicksAndRejections (node:internal/process/task_queues:77:11)`;

describe("errors of the engine", () => {
  function reported(...messages: readonly string[]): string[] {
    const lines: string[] = [];
    const observer = new RunObserver(traitsOf("preview"), (event) => {
      if (event.kind === "diagnostic") lines.push(event.message);
    });
    for (const message of messages) {
      observer.onEvent({
        sequence: 1,
        timestamp: 1,
        diagnosticEvent: { message, color: "never", severity: "error" },
      } as EngineEvent);
    }
    assert.deepEqual(observer.errors, lines);
    return lines;
  }

  it("say once what AWS answered to the program, without the properties that waited for it", () => {
    const asked = `invocation of aws:index/getPartition:getPartition returned an error: ${DENIED}`;
    assert.deepEqual(reported(rejected(["dashboardBody", "policyArn"], asked), rejected([], asked)), [
      DENIED,
    ]);
    assert.deepEqual(reported(DENIED, rejected(["policy"], asked)), [DENIED]);
  });

  it("say once what AWS answered to a change, which the provider reports by its log and by a list", () => {
    const refused =
      "creating S3 Bucket (b): operation error S3: CreateBucket, StatusCode: 409, BucketAlreadyExists: ";
    assert.deepEqual(
      reported(
        `  sdk-v2/provider2.go:572: sdk.helper_schema: ${refused}: provider=aws@7.20.0`,
        `1 error occurred:\n\t* ${refused}\n\n`,
        "2 errors occurred:\n\t* one\n\t* two\n\n",
      ),
      [refused.trim(), "2 errors occurred:\n\t* one\n\t* two"],
    );
  });

  it("keep the stack trace of a mistake of the program", () => {
    const mistake = rejected([], "Cannot read properties of undefined (reading 'arn')");
    assert.deepEqual(reported(mistake), [mistake]);
  });

  it("keep all of it with --debug", () => {
    const { DEBUG } = process.env;
    process.env.DEBUG = "braintrust-snowflake";
    try {
      const whole = rejected(
        ["policy"],
        `invocation of aws:index/getRegion:getRegion returned an error: ${DENIED}`,
      );
      assert.deepEqual(reported(DENIED, whole), [DENIED, whole]);
    } finally {
      if (DEBUG === undefined) delete process.env.DEBUG;
      else process.env.DEBUG = DEBUG;
    }
  });
});
