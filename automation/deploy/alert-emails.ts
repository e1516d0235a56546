import type { Stack } from "@pulumi/pulumi/automation";
import { type Change, nameOf } from "../engine/changes";
import { parseState } from "../engine/state/state";
import { removes } from "./losses";

/** A subscription of the alert topic, by its URN. */
const alertEmail = /:index:AlertTopic\$aws:sns\/topicSubscription:TopicSubscription::/;

/**
 * Whether a preview replaces a subscription of an alert topic. That comes of earlier versions alone, which numbered subscriptions:
 * where the list has changed since, numbers lead to subscriptions of other addresses. SNS answers a second Subscribe with the
 * ARN of the first, so that deleting what was replaced would unsubscribe an address that stays:
 * docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
 */
export function replacesAlertEmail(changes: readonly Change[]): boolean {
  return changes.some(
    (change) => removes(change) && change.operation !== "delete" && alertEmail.test(change.urn),
  );
}

/** Address -> logical name of its subscription in the state. */
export async function alertEmailNames(stack: Stack): Promise<ReadonlyMap<string, string>> {
  // By the SDK, which decrypts: an address may be a secret.
  const { resources } = parseState(stack.name, await stack.exportStack());
  return new Map(
    resources
      .filter(({ urn, delete: pendingDelete }) => alertEmail.test(urn) && !pendingDelete)
      .map(({ urn, inputs }) => [plain(inputs?.endpoint), nameOf(urn)]),
  );
}

/** A decrypted secret is an object with its value as JSON. */
function plain(value: unknown): string {
  const secret =
    typeof value === "object" && value !== null && "plaintext" in value ? value.plaintext : undefined;
  return String(secret === undefined ? value : JSON.parse(String(secret)));
}
