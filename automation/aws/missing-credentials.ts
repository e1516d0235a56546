import { type Problem, showValue } from "../../components/settings/problems";
import { listed } from "../terminal/counted";
import { clientSettings, type ProviderFile } from "./client-settings";
import { baseCredentials, type CredentialSource, sharedFiles } from "./credentials";
import { knownProfiles, type NamedProfile, namedProfile, profileFiles } from "./profiles";

/** What the SDK throws, at whichever place of its search, where there is nothing to sign a request with. */
const UNOBTAINABLE = /^(Credentials|Token)ProviderError$/;

/** Of a service on the way to them, by Node's words or the SDK's: who asks AWS next reports it. */
const UNREACHABLE = /\b(E(NOTFOUND|CONNREFUSED|CONNRESET|TIMEDOUT|PIPE|AI_AGAIN)|TimeoutError)\b/;

/**
 * Why the stack's provider would have no credentials; `undefined` where it has some, or where only AWS can tell. No role of the
 * settings is assumed for it.
 */
export async function missingCredentials(file: ProviderFile): Promise<Problem | undefined> {
  const base = baseCredentials(file.values, clientSettings(file, "sts"));
  const isObtained = typeof base === "object" || file.values["aws:assumeRoleWithWebIdentity"] !== undefined;
  if (isObtained) return undefined;
  const { config, credentials } = profileFiles(file);
  const files = [...config, ...credentials];
  const known = await knownProfiles(files);
  const named = namedProfile(file);
  const name = named?.name ?? "default";
  // The provider's SDK refuses a name that is not there; the SDK of these clients would take the role of the machine.
  if (named !== undefined && name !== "default" && !known.has(name))
    return unknownProfile(named, files, known);
  if (known.has(name)) {
    const failure = await failureOf(file, await profileOf(file, name));
    if (failure === undefined) return undefined;
    // A profile may have a region alone.
    if (!failure.message.startsWith(`Could not resolve credentials using profile: [${name}]`)) {
      return unusableProfile(named ?? { key: "AWS_PROFILE", name }, failure);
    }
  }
  return (await failureOf(file, base)) === undefined ? undefined : noCredentials(file, named);
}

/** What the SDK has against these credentials before a request is signed. */
async function failureOf(file: ProviderFile, credentials: CredentialSource | undefined) {
  const { STS } = await import("@aws-sdk/client-sts");
  const sts = new STS({ ...clientSettings(file, "sts"), credentials });
  try {
    await sts.config.credentials();
    return undefined;
  } catch (error) {
    const isMissing = error instanceof Error && UNOBTAINABLE.test(error.name);
    return isMissing && !UNREACHABLE.test(error.message) ? error : undefined;
  } finally {
    sts.destroy();
  }
}

/** A profile alone: the SDK's chain would say of none of its members why it gave nothing. */
async function profileOf({ values }: ProviderFile, profile: string): Promise<CredentialSource> {
  const { fromIni } = await import("@aws-sdk/credential-providers");
  return fromIni({ profile, ...sharedFiles(values) });
}

function unknownProfile(
  { key, name }: NamedProfile,
  files: readonly string[],
  known: ReadonlySet<string>,
): Problem {
  const others = known.size === 0 ? "" : `; the profiles there are ${listed([...known].sort())}`;
  return {
    key,
    value: showValue(name),
    rule: `must be a profile in ${files.join(" or ")}${others}`,
    fix: `correct it, or create the profile by \`aws configure --profile ${name}\` or \`aws configure sso\``,
  };
}

function unusableProfile({ key, name }: NamedProfile, { message }: Error): Problem {
  const problem = { key, value: showValue(name) };
  if (/SSO session|aws sso login|UnauthorizedException/.test(message)) {
    const rule = "its SSO session has expired, or was never started";
    return { ...problem, rule, fix: `run \`aws sso login --profile ${name}\`, then try again` };
  }
  if (/aws login/.test(message)) {
    return {
      ...problem,
      rule: "its login has expired",
      fix: `run \`aws login --profile ${name}\`, then try again`,
    };
  }
  const fix = `correct the profile until \`aws sts get-caller-identity --profile ${name}\` answers`;
  // The message would repeat the command, which may hold a secret.
  if (/^Command failed|credential_process/.test(message)) {
    return { ...problem, rule: "its credential_process has failed, or returned no valid credentials", fix };
  }
  return { ...problem, rule: `must be a profile with credentials: ${message.replace(/\s+/g, " ")}`, fix };
}

function noCredentials({ values }: ProviderFile, named: NamedProfile | undefined): Problem {
  const key = named?.key ?? "AWS_PROFILE";
  const place =
    values["aws:profile"] === undefined ? "set aws:profile in the stack's settings" : "correct aws:profile";
  return {
    key,
    value: showValue(named?.name),
    rule: "no AWS credentials in the stack's settings, the environment, a profile or this machine's own role",
    fix: `export AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or ${place}`,
  };
}
