import { listOf, statementsOf } from "../policy-document";
import type { Found, FoundPolicy } from "./found";
import type { NameOptions } from "./names";

/** What was found, without what has a name of the guide's and is another pipeline's. */
export interface Belonging {
  readonly found: Found;
  /** What that was, and why it is not this pipeline's. */
  readonly others: readonly { readonly name: string; readonly why: string }[];
}

/** The bucket that the statements of policies are about, where it is one. */
export function bucketOf(...policies: readonly (FoundPolicy | undefined)[]): string | undefined {
  const [only, ...others] = new Set(policies.flatMap(bucketsOf));
  return others.length === 0 ? only : undefined;
}

function bucketsOf(policy: FoundPolicy | undefined): string[] {
  return (statementsOf(policy?.document) ?? [])
    .flatMap(({ Resource }) => listOf(Resource))
    .flatMap((arn) => /^arn:[^:]+:s3:::([^/*?]+)/.exec(arn)?.[1] ?? []);
}

/**
 * Takes from what was found under a name that nobody gave what belongs to another bucket: an account may have several pipelines,
 * and the guide names one of them as every other.
 */
export function belonging(found: Found, given: NameOptions): Belonging {
  const { bucket, exportPolicy, readPolicy, exportRole, user, queue } = found;
  if (bucket === undefined) return { found, others: [] };
  const others: { name: string; why: string }[] = [];
  const ofAnother = (policy: FoundPolicy | undefined, option: string | undefined) => {
    const named = bucketsOf(policy);
    if (policy === undefined || option !== undefined || named.length === 0 || named.includes(bucket.name)) {
      return undefined;
    }
    others.push({ name: `policy ${policy.name}`, why: `is about the bucket ${named[0]}` });
    return policy;
  };
  const otherExport = ofAnother(exportPolicy, given.exportPolicy);
  const otherRead = ofAnother(readPolicy, given.readPolicy);
  const has = (one: typeof user, policy: FoundPolicy | undefined) =>
    policy !== undefined && one?.attached.some(({ arn }) => arn === policy.arn);
  const otherRole = given.exportRole === undefined && has(exportRole as typeof user, otherExport);
  const otherUser = given.user === undefined && has(user, otherRead);
  const { QueueConfigurations = [], TopicConfigurations = [] } = bucket.notification;
  const sent = [...QueueConfigurations, ...TopicConfigurations];
  const otherQueue =
    queue !== undefined &&
    given.queue === undefined &&
    (sent.length > 0
      ? !QueueConfigurations.some(({ QueueArn }) => QueueArn === queue.arn)
      : /arn:[^:"]+:s3:::/.test(queue.policy ?? "") && !queue.policy?.includes(`:s3:::${bucket.name}"`));
  if (otherRole) others.push({ name: `role ${exportRole?.name}`, why: "has that policy" });
  if (otherUser) others.push({ name: `user ${user?.name}`, why: "has that policy" });
  if (otherQueue) others.push({ name: `queue ${queue.name}`, why: "receives no events of the bucket" });
  return {
    found: {
      ...found,
      exportPolicy: otherExport ? undefined : exportPolicy,
      readPolicy: otherRead ? undefined : readPolicy,
      exportRole: otherRole ? undefined : exportRole,
      readerRole: otherRead && given.readerRole === undefined ? undefined : found.readerRole,
      user: otherUser ? undefined : user,
      queue: otherQueue ? undefined : queue,
    },
    others,
  };
}
