import assert from "node:assert/strict";
import type { OpType, Stack } from "@pulumi/pulumi/automation";
import { alertEmailNames, replacesAlertEmail } from "../../../automation/deploy/alert-emails";

const pipeline =
  "urn:pulumi:prod::braintrust-snowflake::braintrust-snowflake:index:ExportPipeline$braintrust-snowflake:index";
const email = (name: string) => `${pipeline}:AlertTopic$aws:sns/topicSubscription:TopicSubscription::${name}`;
const queue = `${pipeline}:SnowpipeEvents$aws:sns/topicSubscription:TopicSubscription::pipeline-events-subscription`;

const change = (operation: OpType, urn: string) => ({
  operation,
  urn,
  type: "aws:sns/topicSubscription:TopicSubscription",
  name: "it",
  properties: ["endpoint"],
});

describe("subscriptions of alerts", () => {
  it("are matched by the state where a preview replaces one", () => {
    assert.equal(replacesAlertEmail([change("replace", email("pipeline-alerts-email-b@example.com"))]), true);
    assert.equal(replacesAlertEmail([change("delete", email("pipeline-alerts-email-3"))]), false);
    assert.equal(replacesAlertEmail([change("replace", queue)]), false);
  });

  it("have the names of the state by address, encrypted ones too", async () => {
    const secret = {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      plaintext: '"b@example.com"',
    };
    const resources = [
      [email("pipeline-alerts-email-1"), "a@example.com"],
      [email("pipeline-alerts-email-2"), secret],
      [queue, "arn:aws:sqs:us-east-1:123456789012:queue"],
    ].map(([urn, endpoint]) => ({
      urn,
      type: "aws:sns/topicSubscription:TopicSubscription",
      inputs: { endpoint },
    }));
    const stack = { name: "prod", exportStack: async () => ({ version: 3, deployment: { resources } }) };
    assert.deepEqual(
      [...(await alertEmailNames(stack as unknown as Stack))],
      [
        ["a@example.com", "pipeline-alerts-email-1"],
        ["b@example.com", "pipeline-alerts-email-2"],
      ],
    );
  });
});
