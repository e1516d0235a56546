import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "../../../automation/plan/sdk-internals";
import { deployedRecipients, READ_STATE } from "../../../components/monitoring/deployed-recipients";

const URN =
  "urn:pulumi:prod::pipeline::t:index:AlertTopic$aws:sns/topicSubscription:TopicSubscription::alerts-2";

describe("the addresses that the deployed state has", () => {
  let reads: number;

  /** A state that cannot be read until the given attempt. */
  function readableAt(attempt: number, failure: string): void {
    reads = 0;
    const monitor = new MockMonitor({
      newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
      call: ({ token }) => {
        assert.equal(token, READ_STATE);
        reads += 1;
        if (reads < attempt) throw Object.assign(new Error(failure), { details: failure });
        return { outputs: { [URN]: { outputs: { endpoint: "data@example.org" } } } };
      },
    });
    pulumi.runtime.setMockOptions(monitor, "pipeline", "prod", false, "acme");
  }

  it("are read again while the engine writes the file of the state", async () => {
    readableAt(4, "failed to load checkpoint: EOF");
    assert.deepEqual([...(await deployedRecipients())], [["data@example.org", "alerts-2"]]);
    assert.equal(reads, 4);
  });

  it("are given up where the state stays unreadable, or cannot be read for another reason", async () => {
    readableAt(100, "failed to load checkpoint: EOF");
    await assert.rejects(deployedRecipients(), /failed to load checkpoint: EOF/);
    assert.equal(reads, 6);
    readableAt(100, "permission denied");
    await assert.rejects(deployedRecipients(), /permission denied/);
    assert.equal(reads, 1);
  });
});
