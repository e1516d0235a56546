import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from "@aws-sdk/types";
import { z } from "zod";
import { formatProblem } from "../../components/settings/problems";
import { UsageError } from "../errors";
import type { StackFile } from "../project/stack-file";
import { structureOf, textOf } from "./provider-config";

export type { AwsCredentialIdentity };
/** Credentials, or what obtains them once a client needs them. */
export type CredentialSource = AwsCredentialIdentity | AwsCredentialIdentityProvider;

/** As Go writes it, such as 1h30m: https://pkg.go.dev/time#ParseDuration */
const duration = z.string().regex(/^(\d+(\.\d+)?(h|ms|m|s))+$/);

/** The provider takes numbers and flags for texts (MakeTerraformInput of pulumi-terraform-bridge): an external id may be digits alone. */
const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** What the provider's `aws:assumeRoles` and `aws:assumeRoleWithWebIdentity` say of a session. */
const session = {
  roleArn: z.string(),
  sessionName: text.optional(),
  duration: duration.optional(),
  policy: text.optional(),
  policyArns: z.array(z.string()).optional(),
};

const assumeRole = z.object({
  ...session,
  externalId: text.optional(),
  sourceIdentity: text.optional(),
  tags: z.record(z.string(), text).optional(),
  transitiveTagKeys: z.array(z.string()).optional(),
});

const webIdentity = z.object({
  ...session,
  webIdentityToken: text.optional(),
  webIdentityTokenFile: text.optional(),
});

const files = z.array(z.string()).optional();

/** What the clients of STS need on the way to an identity. */
export interface StsSettings {
  readonly region?: string;
  readonly endpoint?: string;
}

/**
 * The identity of the stack's provider: keys of the stack or of the environment, a profile, or a web identity, and from there
 * one role after the other. `undefined` leaves it to the SDK's default chain, as the provider does.
 *
 * @throws UsageError where the provider's configuration is not of the provider's shape.
 */
export function credentialsOf(
  { values }: Pick<StackFile, "values">,
  sts: StsSettings,
): CredentialSource | undefined {
  const roles = parsed(values, "assumeRoles", z.array(assumeRole)) ?? [];
  const base = baseCredentials(values, sts);
  if (roles.length === 0) return base;
  return roles.reduce<CredentialSource | undefined>(
    (masterCredentials, role) => async (context) => {
      const { fromTemporaryCredentials } = await import("@aws-sdk/credential-providers");
      const { roleArn, sessionName, duration, policy, policyArns, tags, ...rest } = role;
      return fromTemporaryCredentials({
        masterCredentials: masterCredentials ?? sdkChain(values),
        clientConfig: { ...sts },
        params: {
          RoleArn: roleArn,
          RoleSessionName: sessionName ?? "braintrust-snowflake",
          DurationSeconds: secondsOf(duration),
          Policy: policy,
          PolicyArns: policyArns?.map((arn) => ({ arn })),
          ExternalId: rest.externalId,
          SourceIdentity: rest.sourceIdentity,
          Tags: tags && Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
          TransitiveTagKeys: rest.transitiveTagKeys,
        },
      })(context);
    },
    base,
  );
}

/** Where the chain of roles begins; `undefined` is the SDK's default chain. */
export function baseCredentials(values: StackFile["values"], sts: StsSettings): CredentialSource | undefined {
  const web = parsed(values, "assumeRoleWithWebIdentity", webIdentity);
  if (web !== undefined) return fromWebIdentity(web, sts);
  const keys = keysOf(textOf(values, "accessKey"), textOf(values, "secretKey"), textOf(values, "token"));
  if (keys !== undefined) return keys;
  const configured = ["profile", "sharedConfigFiles", "sharedCredentialsFiles"].some(
    (key) => values[`aws:${key}`] !== undefined,
  );
  if (!configured) return environmentKeys();
  return Object.keys(sharedFiles(values)).length > 0 ? sdkChain(values) : undefined;
}

/** Before AWS_PROFILE, as the provider has it; the JavaScript SDK would take the profile first. */
function environmentKeys(): AwsCredentialIdentity | undefined {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  return keysOf(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN);
}

function keysOf(accessKeyId?: string, secretAccessKey?: string, sessionToken?: string) {
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

/** What IAM answers of a new key, and STS of a session. */
export interface AnsweredKeys {
  readonly AccessKeyId?: string | undefined;
  readonly SecretAccessKey?: string | undefined;
  readonly SessionToken?: string | undefined;
}

/** Credentials for clients, of an answer. */
export function answeredCredentials(answer: AnsweredKeys = {}): AwsCredentialIdentity {
  const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "", SessionToken } = answer;
  return { accessKeyId, secretAccessKey, ...(SessionToken ? { sessionToken: SessionToken } : {}) };
}

/** Where the SDK is to look for profiles. It reads one file of each kind; where the provider has several, the first. */
export function sharedFiles(values: StackFile["values"]): { configFilepath?: string; filepath?: string } {
  const [configFilepath] = parsed(values, "sharedConfigFiles", files) ?? [];
  const [filepath] = parsed(values, "sharedCredentialsFiles", files) ?? [];
  return { ...(configFilepath && { configFilepath }), ...(filepath && { filepath }) };
}

function sdkChain(values: StackFile["values"]): AwsCredentialIdentityProvider {
  return async (context) => {
    const { fromNodeProviderChain } = await import("@aws-sdk/credential-providers");
    return fromNodeProviderChain({ profile: textOf(values, "profile"), ...sharedFiles(values) })(context);
  };
}

function fromWebIdentity(web: z.output<typeof webIdentity>, sts: StsSettings): AwsCredentialIdentityProvider {
  return async (context) => {
    const { fromTokenFile, fromWebToken } = await import("@aws-sdk/credential-providers");
    const shared = {
      roleArn: web.roleArn,
      roleSessionName: web.sessionName,
      durationSeconds: secondsOf(web.duration),
      policy: web.policy,
      policyArns: web.policyArns?.map((arn) => ({ arn })),
      clientConfig: { ...sts },
    };
    const { webIdentityToken, webIdentityTokenFile } = web;
    const provider =
      webIdentityToken === undefined
        ? fromTokenFile({ ...shared, webIdentityTokenFile })
        : fromWebToken({ ...shared, webIdentityToken });
    return provider(context);
  };
}

function secondsOf(duration: string | undefined): number | undefined {
  if (duration === undefined) return undefined;
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };
  const parts = [...duration.matchAll(/([\d.]+)(h|ms|m|s)/g)];
  return parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (units[unit] ?? 0), 0);
}

function parsed<Shape extends z.ZodType>(
  values: StackFile["values"],
  key: string,
  shape: Shape,
): z.output<Shape> | undefined {
  const value = structureOf(values, key);
  if (value === undefined) return undefined;
  const { data, error } = shape.safeParse(value);
  if (error === undefined) return data;
  const [issue] = error.issues;
  const at = issue?.path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("");
  throw new UsageError(
    formatProblem({
      key: `aws:${key}${at ?? ""}`,
      // A session policy or a token is nobody's to see.
      value: "(its value)",
      rule: "is not what the provider takes",
      fix: "see aws:assumeRoles on https://www.pulumi.com/registry/packages/aws/installation-configuration/",
    }),
  );
}
