import { accountIdsOf } from "../../../components/settings/provider-settings";
import { ENCRYPTED } from "../../../components/settings/values";
import { errorLine, isDenied } from "../../aws/aws-errors";
import { flagOf, structureOf, textOf } from "../../aws/provider-config";
import { throwMistake } from "../../errors";
import type { StackFile } from "../../project/stack-file";
import { misuse, obstacle, type PreflightFinding, remark } from "./finding";

/** Whose credentials an update would use. */
export interface CallerIdentity {
  readonly account: string;
  readonly arn: string;
  /** Region that the calls go to, where it was asked for. */
  readonly region?: string | undefined;
  /** When the session ends, where that is known. */
  readonly expiration?: Date | undefined;
  /** Whether new credentials come by themselves once these have expired, as those of a profile or a machine do. */
  readonly renewed: boolean;
}

/** How long an update may take: a queue and its policy take half a minute each, a key's policy longer. */
const UPDATE_MS = 10 * 60_000;

/** Where the provider takes its credentials from, in words. */
export function credentialSource({ values }: StackFile, environment: NodeJS.ProcessEnv): string {
  const roles = structureOf(values, "assumeRoles");
  const role: unknown = Array.isArray(roles) ? roles.at(-1)?.roleArn : undefined;
  const base = baseSource(values, environment);
  return role === undefined ? base : `role ${role} (aws:assumeRoles of the stack's settings) from ${base}`;
}

/** Where the provider's chain of roles begins, in words. */
function baseSource(values: StackFile["values"], environment: NodeJS.ProcessEnv): string {
  const profile = textOf(values, "profile");
  if (values["aws:assumeRoleWithWebIdentity"] !== undefined)
    return "aws:assumeRoleWithWebIdentity of the stack's settings";
  if (textOf(values, "accessKey") !== undefined) return "aws:accessKey of the stack's settings";
  if (profile !== undefined) return `profile ${profile} (aws:profile of the stack's settings)`;
  if (environment.AWS_ACCESS_KEY_ID) {
    const session = environment.AWS_SESSION_TOKEN ? " with AWS_SESSION_TOKEN" : "";
    return `AWS_ACCESS_KEY_ID of the environment${session}`;
  }
  if (environment.AWS_PROFILE) return `profile ${environment.AWS_PROFILE} (AWS_PROFILE of the environment)`;
  if (environment.AWS_WEB_IDENTITY_TOKEN_FILE) return "AWS_WEB_IDENTITY_TOKEN_FILE of the environment";
  return "the default profile, or the role of this machine";
}

/** Why nobody but the engine can tell who the provider is; `undefined` where these clients are the same caller. */
export function unknowableCaller(
  { values, environments }: StackFile,
  environment: Readonly<Record<string, string>>,
): string | undefined {
  const hidden = ["aws:accessKey", "aws:secretKey", "aws:token", "aws:profile"].find(
    (key) => values[key] === ENCRYPTED,
  );
  if (hidden !== undefined) return `${hidden} is encrypted`;
  if (environments.length > 0) return `the ESC environment ${environments.join(", ")} may set credentials`;
  const own = Object.keys(environment).find((name) =>
    /^AWS_(ACCESS_KEY|SECRET|SESSION|PROFILE|ROLE|WEB_IDENTITY|CONFIG|SHARED|ENDPOINT)/.test(name),
  );
  return own === undefined ? undefined : `${own} is set for the engine alone`;
}

/** Whether the provider does not ask who it is, as emulators without STS need it. */
export function skipsValidation({ values }: StackFile): boolean {
  return flagOf(values, "skipCredentialsValidation");
}

/** Who the caller is, or why AWS did not say so; `undefined` where the provider would not ask either. */
export async function identify(
  file: StackFile,
  identity: Promise<CallerIdentity>,
  source: string,
): Promise<CallerIdentity | PreflightFinding | undefined> {
  try {
    return await identity;
  } catch (error) {
    if (skipsValidation(file)) return undefined;
    throwMistake(error);
    return judgeSilence(error, source);
  }
}

/** What is wrong with the caller, as AWS reports it. */
export function judgeCaller(
  { account, arn, expiration, renewed }: CallerIdentity,
  { values }: StackFile,
  source: string,
  now: Date,
): PreflightFinding[] {
  const found: PreflightFinding[] = [];
  const allowed = accountIdsOf(values["aws:allowedAccountIds"]);
  const caller = `the caller is ${arn}, by ${source}`;
  if (allowed.length > 0 && !allowed.includes(account)) {
    found.push(
      misuse(
        `account ${account} is not among aws:allowedAccountIds (${allowed.join(", ")}): ${caller}`,
        "use credentials of that account, or correct aws:allowedAccountIds",
      ),
    );
  }
  if (accountIdsOf(values["aws:forbiddenAccountIds"]).includes(account)) {
    found.push(
      misuse(
        `account ${account} is among aws:forbiddenAccountIds: ${caller}`,
        "use credentials of another account",
      ),
    );
  }
  const left = expiration === undefined ? UPDATE_MS : expiration.getTime() - now.getTime();
  if (left < UPDATE_MS) {
    const minutes = Math.max(0, Math.floor(left / 60_000));
    const message = `the session ends in ${minutes} minutes, and an update may take ${UPDATE_MS / 60_000}: ${caller}`;
    found.push(
      renewed
        ? remark(
            message,
            "it is renewed as long as its login lasts; if the update stops, log in again and repeat it",
          )
        : obstacle(message, "log in again, then try again"),
    );
  }
  return found;
}

/** Where nothing says in which region AWS is to be asked. */
export const NO_REGION = misuse(
  "no region is set, in the stack's settings, the environment or the profile",
  "set aws:region in the stack's settings",
);

/** Why AWS did not say who the caller is. */
export function judgeSilence(error: unknown, source: string): PreflightFinding {
  const name = error instanceof Error ? error.name : "";
  const line = errorLine(error);
  if (/^(ExpiredToken|ExpiredTokenException|RequestExpired)$/.test(name) || /\bexpired\b/i.test(line)) {
    return misuse(`the credentials have expired (${source}): ${line}`, "log in again, then try again");
  }
  // The SDK has a name for it in some versions, and a message in all.
  if (/\bRegion is missing\b/.test(line) || name === "InvalidRegionError") {
    return NO_REGION;
  }
  // Who calls may always ask who calls: what is refused is the way to a role.
  if (isDenied(error)) {
    return obstacle(
      `the role cannot be assumed (${source}): ${line}`,
      "let the role's trust policy and the caller's own policy allow sts:AssumeRole, with the external id that is set",
    );
  }
  if (name === "CredentialsProviderError") {
    if (source.startsWith("profile ")) {
      return misuse(
        `there are no credentials of ${source}: ${line}`,
        "correct its name, or configure it in ~/.aws/config",
      );
    }
    return misuse(
      `there are no AWS credentials (${source}): ${line}`,
      "export AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or set aws:profile in the stack's settings",
    );
  }
  if (
    /^(InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClientException|AuthFailure|InvalidAccessKeyId)$/.test(
      name,
    )
  ) {
    return misuse(
      `AWS does not know the credentials (${source}): ${line}`,
      "correct them: `aws sts get-caller-identity` has to answer",
    );
  }
  return obstacle(
    `AWS did not say who the caller is (${source}): ${line}`,
    "check that sts:GetCallerIdentity can be reached from this machine; --skip-preflight skips the pre-flight checks",
  );
}
