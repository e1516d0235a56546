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
  const { outputs = {} }: ReadState = await pulumi.runtime.invoke(READ_STATE, { stackName });
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
