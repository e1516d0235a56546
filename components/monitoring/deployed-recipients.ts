import { setTimeout as delay } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";

/**
 * By which the engine's own provider reads a state; the SDK's `listResourceOutputs` did so until queries went:
 * pkg/resource/deploy/builtins.go in github.com/pulumi/pulumi, checked against CLI 3.259.0.
 */
export const READ_STATE = "pulumi:pulumi:readStackResourceOutputs";

/** A subscription of the alert topic, by its URN. */
const SUBSCRIPTION = /:index:AlertTopic\$aws:sns\/topicSubscription:TopicSubscription::/;

interface ReadState {
  /** By URN. */
  readonly outputs?: Readonly<Record<string, { readonly outputs: { readonly endpoint?: string } }>>;
}

/**
 * Address -> logical name of its subscription, in the state that the running stack has had until now. Earlier versions numbered
 * subscriptions, so that a list that has changed since cannot say which is whose. SNS answers a second Subscribe of an address
 * with the ARN of the first, and deleting what a wrong guess replaced would unsubscribe an address that stays:
 * docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
 */
export async function deployedRecipients(): Promise<ReadonlyMap<string, string>> {
  const stackName = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/");
  const { outputs = {} } = await readState(stackName);
  return new Map(
    Object.entries(outputs)
      .filter(([urn]) => SUBSCRIPTION.test(urn))
      .map(
        ([
          urn,
          {
            outputs: { endpoint = "" },
          },
        ]) => [endpoint, urn.split("::").at(-1) ?? ""],
      ),
  );
}

const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 25;

/**
 * Reads again where a folder's state could not be read: the engine writes it while the program runs, and the file of its
 * attributes is empty for a moment (gocloud.dev/blob/fileblob, attrs.go).
 */
async function readState(stackName: string): Promise<ReadState> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await pulumi.runtime.invoke(READ_STATE, { stackName });
    } catch (error) {
      if (attempt === ATTEMPTS || !/failed to load checkpoint/.test(String(error))) throw error;
      await delay(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  }
}
