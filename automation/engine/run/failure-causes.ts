import type { Settings } from "../../../components/settings/settings";
import { refusalBy } from "./aws-refusals";

/** One resource that AWS refused, with its words. */
export interface Failure {
  /** Logical name; `undefined` where the engine names none. */
  readonly resource?: string | undefined;
  readonly message: string;
}

/** Whether the same update may succeed later. */
export type Verdict =
  | { readonly kind: "passing"; readonly cause: string }
  | { readonly kind: "permanent"; readonly cause: string; readonly fix: string }
  | { readonly kind: "unknown" };

const unknown: Verdict = { kind: "unknown" };

/** Error codes with which AWS asks callers to slow down: docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html */
const throttling =
  /\b(Throttling(Exception)?|ThrottledException|RequestThrottled(Exception)?|RequestLimitExceeded|TooManyRequestsException|SlowDown|PriorRequestNotComplete|ServiceUnavailable|Rate exceeded)\b/;

/**
 * Words of a call that got no answer: the provider has died (gRPC's), or the network has failed
 * (those of Go's net package and of the AWS SDK for Go).
 */
const unanswered =
  /error reading from server|transport is closing|code = (Unavailable|Canceled)|\bEOF\b|broken pipe|connection (reset|refused)|i\/o timeout|request send failed|context deadline exceeded/;

/** Whether AWS may have done what it did not confirm. */
export function outcomeUnknown({ message }: Failure): boolean {
  return unanswered.test(message);
}

/** Settings that a resource's policy takes foreign principals from, by its logical name. */
const principals: readonly (readonly [RegExp, string])[] = [
  [/^pipeline-(bucket|key)-policy$/, "crossAccountReaders"],
  [/^pipeline-braintrust/, "braintrust.accountId"],
  [/^pipeline-snowflake/, "snowflake.iamUserArn"],
  [/^pipeline-events-topic/, "snowflake.snsSubscriberArn, or snowflake.iamUserArn where that is unset,"],
  [/^pipeline-errors/, "snowflake.errorNotifications.iamUserArn"],
];

const RUN_AGAIN = "run the same command again later";

/**
 * Whether running the update again helps. It does for what the provider does not wait for itself: S3's test of an event's
 * destination, and a new role or user to which a policy is attached (internal/service/s3/bucket_notification.go and
 * internal/service/iam/role_policy_attachment.go of terraform-provider-aws). The provider repeats a throttled call 25 times and
 * one that meets another change of the bucket, and waits two minutes for principals of policies (docs/retries-and-waiters.md
 * there): what fails after that fails in a second run too.
 */
export function judgeFailure(failure: Failure, settings: Settings): Verdict {
  const { resource = "", message } = failure;
  if (throttling.test(message)) {
    return { kind: "permanent", cause: "AWS throttled every attempt of the provider", fix: RUN_AGAIN };
  }
  if (/OperationAborted|conflicting conditional operation/.test(message)) {
    return { kind: "permanent", cause: "another change of the bucket is in progress", fix: RUN_AGAIN };
  }
  if (
    /NoSuchEntity: The (role|user|policy|group)\b/.test(message) &&
    /-attachment|-membership/.test(resource)
  ) {
    return { kind: "passing", cause: "what IAM has just created is not visible everywhere" };
  }
  if (/Unable to validate the following destination configurations/.test(message))
    return destination(settings);
  if (/Invalid principal in policy|PrincipalNotFound|MalformedPolicy.*principal/i.test(message)) {
    return principal(resource, settings);
  }
  const refusal = refusalBy(message, settings);
  return refusal === undefined ? unknown : { kind: "permanent", ...refusal };
}

/** Own queues and topics are right by construction, and new; those of pipes are what the settings say. */
function destination({ events }: Settings): Verdict {
  if (events.mode !== "snowflake-queue") {
    return { kind: "passing", cause: "the destination's new policy has not reached S3" };
  }
  return {
    kind: "permanent",
    cause: "S3 may not send to a queue of events.notificationChannels, or it is not in the bucket's region",
    fix: "compare it with notification_channel of SHOW PIPES",
  };
}

function principal(resource: string, { crossAccountReaders }: Settings): Verdict {
  const setting = principals.find(([name]) => name.test(resource))?.[1];
  if (resource === "pipeline-key-policy" && crossAccountReaders.length === 0) {
    return { kind: "permanent", cause: "a new role is not visible everywhere yet", fix: RUN_AGAIN };
  }
  if (setting === undefined) return unknown;
  return {
    kind: "permanent",
    cause: `the policy names an account, a role or a user that does not exist: ${setting} says which`,
    fix: "correct it there",
  };
}

/**
 * The causes of a run that failed for passing reasons alone; `undefined` where running it again would not help, or not
 * before somebody has looked what AWS has done without an answer.
 */
export function passingCauses(failures: readonly Failure[], settings: Settings): string[] | undefined {
  if (failures.some(outcomeUnknown)) return undefined;
  const verdicts = failures.map((failure) => judgeFailure(failure, settings));
  const causes = verdicts.flatMap((verdict) => (verdict.kind === "passing" ? [verdict.cause] : []));
  return causes.length > 0 && causes.length === verdicts.length ? [...new Set(causes)] : undefined;
}

/** The named causes of failures that stay, a line for each. */
export function namedCauses(failures: readonly Failure[], settings: Settings): string[] {
  const lines = failures.flatMap((failure) => {
    const verdict = judgeFailure(failure, settings);
    if (verdict.kind !== "permanent") return [];
    return [`${failure.resource ?? "the update"}: ${verdict.cause}; ${verdict.fix}`];
  });
  return [...new Set(lines)];
}
