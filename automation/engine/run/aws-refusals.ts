import type { Settings } from "../../../components/settings/settings";
import { commandLine } from "../../command-line";

/** Why AWS refuses a change until somebody else has changed something, and what that is. */
export interface Refusal {
  readonly cause: string;
  readonly fix: string;
}

/** What AWS said, where it is one of the refusals that are known. */
export function refusalBy(message: string, settings: Settings): Refusal | undefined {
  const accessDenied = denial(message, settings);
  if (accessDenied !== undefined) return accessDenied;
  if (QUOTA.test(message)) {
    return {
      cause: "a quota of the account is reached",
      fix: "request a higher one in Service Quotas, or delete what is no longer needed",
    };
  }
  if (/\bBucketAlreadyExists\b/.test(message)) {
    return {
      cause: "another account has a bucket of this name",
      fix: "set bucketName to a name of your own",
    };
  }
  if (!UNUSABLE_KEY.test(message)) return undefined;
  const setting = settings.kmsKeyArn === undefined ? "existingKmsKeyArn" : "kmsKeyArn";
  const other = settings[setting] === undefined ? "" : `, or name another one in ${setting}`;
  return {
    cause: "the KMS key is disabled, or is to be deleted",
    fix: `enable it by \`aws kms enable-key\`, after \`aws kms cancel-key-deletion\` if needed${other}`,
  };
}

/** The names of IAM, CloudWatch, KMS and Budgets, of S3, of CloudTrail, and of services with Service Quotas. */
const QUOTA =
  /\b(\w*LimitExceeded(Exception)?|TooManyBuckets|MaximumNumberOfTrailsExceeded(Exception)?|\w*QuotaExceeded(Exception)?)\b/;

/** The names of S3, SQS and SNS, and of CloudTrail. */
const UNUSABLE_KEY =
  /\b(KMS\.|Kms)?(DisabledException|KMSDisabled(Exception)?|KMSInvalidState(Exception)?|KeyDisabledException)\b|\bkey\/[\w-]+ is (disabled|pending deletion)/;

const DENIED = /\b(AccessDenied(Exception)?|UnauthorizedOperation|AuthorizationError(Exception)?)\b/;

/** By the formats of docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html. */
function denial(message: string, { stack }: Settings): Refusal | undefined {
  if (!DENIED.test(message)) return undefined;
  const [, action = "this"] = /not authorized to perform:? ([a-z0-9-]+:\w+)/.exec(message) ?? [];
  const kind = "([\\w -]+? policy|permissions boundary)";
  const [, denying] = new RegExp(`with an explicit deny in an? ${kind}`).exec(message) ?? [];
  const [, allowing] = new RegExp(`because no ${kind} allows`).exec(message) ?? [];
  const cause =
    denying !== undefined
      ? `${denying.startsWith("identity") ? "an" : "a"} ${denying} denies ${action}`
      : allowing !== undefined
        ? `no ${allowing} allows ${action}`
        : `AWS denies ${action} to the caller`;
  return { cause, fix: fixOf(denying ?? allowing, stack) };
}

function fixOf(policy: string | undefined, stack: string): string {
  switch (policy) {
    case "service control policy":
    case "resource control policy":
      return "have the administrators of your AWS organization allow it";
    case "permissions boundary":
      return "have the owner of the boundary allow it, or deploy as another role";
    case "session policy":
      return "allow it in the policy of the caller's session";
    case undefined:
    case "identity-based policy":
      return `grant it to the caller: \`${commandLine("permissions", stack, " --for deploy")}\` prints all that this stack needs`;
    default:
      return `have the owner of the ${policy} allow it`;
  }
}
