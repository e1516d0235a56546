import { ENCRYPTED } from "../../../components/settings/schema";
import type { Settings } from "../../../components/settings/settings";
import { errorLine, isDenied } from "../../aws/aws-errors";
import type { ResourceState } from "../../engine/state/state";
import { throwMistake } from "../../errors";
import type { PreflightAws } from "./aws";
import { within } from "./deadline";
import { misuse, type PreflightFinding, remark } from "./finding";
import {
  type BucketNotification,
  foreignNotifications,
  foreignStatements,
  NOTIFICATION,
  ownResource,
  POLICY,
  type SoleResource,
  writesNotification,
} from "./foreign";

/** The bucket that an update is about to use, and what the stack has put there so far. */
export interface ExistingBucket {
  readonly bucket: string;
  readonly settings: Settings;
  readonly resources: () => Promise<readonly ResourceState[]>;
  readonly replaceForeign: boolean;
}

/** What others have on the bucket that the update would replace, and what nobody can see whether they have. */
export async function lookAtExisting(
  existing: ExistingBucket,
  aws: PreflightAws,
  deadline: AbortSignal,
): Promise<PreflightFinding[]> {
  const { bucket } = existing;
  if (bucket === ENCRYPTED) {
    return judgeHidden(existing, "existingBucket is encrypted", () => "write its name in plain text");
  }
  return judge(existing, {
    policy: () => answered(within(deadline, aws.policy(bucket, deadline))),
    notification: () => answered(within(deadline, aws.notification(bucket, deadline))),
  });
}

/** The same where nobody but the engine can ask. */
export function judgeUnasked(existing: ExistingBucket, reason: string): Promise<PreflightFinding[]> {
  const caller =
    "have this process itself be the provider's caller, by AWS_PROFILE or keys in its environment";
  return judgeHidden(existing, reason, (action) => `${caller}, with ${action}`);
}

function judgeHidden(
  existing: ExistingBucket,
  unseen: string,
  remedy: (action: string) => string,
): Promise<PreflightFinding[]> {
  const answer = async () => ({ unseen, remedy });
  return judge(existing, { policy: answer, notification: answer });
}

/** What S3 has, or why that could not be seen and what would show it. */
type Answer<Live> =
  | { readonly live: Live }
  | { readonly unseen: string; readonly remedy: (action: string) => string }
  | { readonly gone: true }
  | { readonly region: string };

interface Looks {
  readonly policy: () => Promise<Answer<string | undefined>>;
  readonly notification: () => Promise<Answer<BucketNotification>>;
}

async function judge(
  { bucket, settings, resources, replaceForeign }: ExistingBucket,
  looks: Looks,
): Promise<PreflightFinding[]> {
  const [known, policy, notification] = await Promise.all([
    resources(),
    looks.policy(),
    writesNotification(settings) ? looks.notification() : undefined,
  ]);
  const judged = <Live>(
    sole: SoleResource,
    answer: Answer<Live>,
    foreign: (live: Live) => PreflightFinding[],
  ): PreflightFinding[] => {
    if ("gone" in answer) {
      return [misuse(`the ${sole.name} of ${bucket}: there is no such bucket`, "correct existingBucket")];
    }
    if ("region" in answer) {
      // One of the two lookups reports it.
      if (sole === NOTIFICATION) return [];
      const here = settings.region ?? "the provider's region";
      return [
        misuse(
          `${bucket} is in ${answer.region}, and the stack in ${here}: events and policies are those of the bucket's own region`,
          `set aws:region to ${answer.region}, or name a bucket of ${here} in existingBucket`,
        ),
      ];
    }
    const found =
      "live" in answer
        ? foreign(answer.live)
        : [unseen(bucket, sole, answer.unseen, answer.remedy(sole.action), known)];
    return replaceForeign ? found.map(allowed) : found;
  };
  return [
    ...judged(POLICY, policy, (live) => foreignStatements(bucket, live, known)),
    ...(notification === undefined
      ? []
      : judged(NOTIFICATION, notification, (live) => foreignNotifications(bucket, live, known))),
  ];
}

/** What the stack has created already is its own; anything else may be somebody's. */
function unseen(
  bucket: string,
  sole: SoleResource,
  reason: string,
  remedy: string,
  known: readonly ResourceState[],
): PreflightFinding {
  const message = `the ${sole.name} of ${bucket} could not be looked at: ${reason}`;
  if (ownResource(bucket, sole, known) !== undefined) return remark(message, remedy);
  return misuse(
    `${message}; it may hold ${sole.content} of others, and S3 keeps one ${sole.name} for a bucket`,
    `${remedy}, or let the update replace it with --replace-foreign`,
  );
}

function allowed(finding: PreflightFinding): PreflightFinding {
  return finding.severity === "refusal"
    ? { ...finding, severity: "note", fix: "--replace-foreign replaces it" }
    : finding;
}

async function answered<Live>(asked: Promise<Live>): Promise<Answer<Live>> {
  try {
    return { live: await asked };
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchBucket") return { gone: true };
    const region = regionOfRedirect(error);
    if (region !== undefined) return { region };
    throwMistake(error);
    const remedy = isDenied(error)
      ? (action: string) => `grant the caller ${action}`
      : (action: string) => `try again once S3 answers a caller who has ${action}`;
    return { unseen: errorLine(error), remedy };
  }
}

/** Where the bucket is, by S3's answer to who asks for it in another region. */
function regionOfRedirect(error: unknown): string | undefined {
  if (!(error instanceof Error) || !/^(PermanentRedirect|AuthorizationHeaderMalformed)$/.test(error.name)) {
    return undefined;
  }
  const { Region, $response } = error as Error & {
    readonly Region?: string;
    readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  };
  return Region ?? $response?.headers?.["x-amz-bucket-region"];
}
