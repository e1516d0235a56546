import * as fs from "node:fs";
import * as https from "node:https";
import { formatProblem, showValue } from "../../components/settings/problems";
import { ENCRYPTED } from "../../components/settings/schema";
import { UsageError } from "../errors";
import { pathError } from "../paths";
import type { StackFile } from "../project/stack-file";

/** Keys, as the AWS SDK takes them. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What every client of the AWS SDK takes from here. */
export interface ClientSettings {
  readonly region?: string;
  readonly profile?: string;
  readonly endpoint?: string;
  readonly credentials?: AwsCredentials;
  readonly requestHandler: {
    readonly requestTimeout: number;
    readonly connectionTimeout: number;
    readonly throwOnRequestTimeout: true;
    readonly httpsAgent?: https.Agent;
  };
  readonly maxAttempts: number;
}

/** Milliseconds until a call counts as unanswered. */
const REQUEST_TIMEOUT_MS = 10_000;
const CONNECTION_TIMEOUT_MS = 5_000;

// Which versions of Node are supported is package.json's to say; the SDK would say it again on stderr in each process, and
// reads this with its first client.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/**
 * Settings of an AWS client that reaches what the stack's provider reaches: its region, profile, endpoint and keys.
 *
 * @param service the provider's name of the service in `aws:endpoints`, such as "s3".
 */
export function clientSettings({ values, environmentRegion }: StackFile, service: string): ClientSettings {
  const region = text(values["aws:region"]) ?? environmentRegion;
  const profile = text(values["aws:profile"]);
  const endpoint = endpointOf(values["aws:endpoints"], service);
  const credentials = configuredKeys(values) ?? (profile === undefined ? environmentKeys() : undefined);
  const authority = process.env.AWS_CA_BUNDLE;
  return {
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    requestHandler: {
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      // The SDK would only warn of it, and wait on.
      throwOnRequestTimeout: true,
      // The CLI and the provider honour this variable; the JavaScript SDK leaves it to its caller.
      ...(authority ? { httpsAgent: new https.Agent({ ca: certificates(authority), keepAlive: true }) } : {}),
    },
    maxAttempts: 3,
  };
}

function certificates(authority: string): Buffer {
  try {
    return fs.readFileSync(authority);
  } catch (error) {
    const fix = "name a PEM file of certificates, or unset it";
    throw pathError(error, { key: "AWS_CA_BUNDLE", value: authority, fix });
  }
}

/** Whether S3 is to be asked by path, as the provider's `s3UsePathStyle` says. */
export function pathStyle({ values }: StackFile): boolean {
  const value = values["aws:s3UsePathStyle"];
  return value === true || value === "true";
}

function configuredKeys(values: StackFile["values"]): AwsCredentials | undefined {
  const token = text(values["aws:token"]);
  return keys(text(values["aws:accessKey"]), text(values["aws:secretKey"]), token);
}

/** Before AWS_PROFILE, as the provider has it; the JavaScript SDK would take the profile first. */
function environmentKeys(): AwsCredentials | undefined {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  return keys(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN);
}

function keys(accessKeyId?: string, secretAccessKey?: string, sessionToken?: string) {
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

/** The provider takes its endpoints as a list of maps, service to URL. */
function endpointOf(endpoints: unknown, service: string): string | undefined {
  const list = typeof endpoints === "string" && endpoints !== ENCRYPTED ? listOf(endpoints) : endpoints;
  if (!Array.isArray(list)) return undefined;
  for (const entry of list as Record<string, unknown>[]) {
    const url = text(entry?.[service]);
    if (url !== undefined) return url;
  }
  return undefined;
}

function listOf(endpoints: string): unknown {
  try {
    return JSON.parse(endpoints);
  } catch {
    const problem = { key: "aws:endpoints", value: showValue(endpoints), rule: "must be a list of maps" };
    throw new UsageError(formatProblem({ ...problem, fix: 'write it as [{"s3": "<URL>"}]' }));
  }
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== ENCRYPTED ? value : undefined;
}
