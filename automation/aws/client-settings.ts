import * as fs from "node:fs";
import type * as http from "node:http";
import * as https from "node:https";
import { ENCRYPTED } from "../../components/settings/values";
import { pathError } from "../paths";
import type { StackFile } from "../project/stack-file";
import { environmentProxies, proxyFor } from "../proxies";
import { type CredentialSource, credentialsOf } from "./credentials";
import { flagOf, structureOf, textOf } from "./provider-config";

/** What of a stack's file says how its provider reaches AWS. */
export type ProviderFile = Partial<StackFile> & Pick<StackFile, "values">;

/** What every client of the AWS SDK takes from here. */
export interface ClientSettings {
  readonly region?: string;
  readonly profile?: string;
  readonly endpoint?: string;
  readonly useFipsEndpoint?: boolean;
  readonly useDualstackEndpoint?: boolean;
  readonly credentials?: CredentialSource;
  readonly requestHandler: {
    readonly requestTimeout: number;
    readonly connectionTimeout: number;
    readonly throwOnRequestTimeout: true;
    readonly httpAgent?: http.Agent;
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
 * Settings of an AWS client that reaches what the stack's provider reaches, as whom it does: its region, identity, endpoints,
 * proxies and certificates.
 *
 * @param service the provider's name of the service in `aws:endpoints`, such as "s3".
 * @throws UsageError where the provider's configuration is not of the provider's shape.
 */
export function clientSettings(file: ProviderFile, service: string): ClientSettings {
  const { values, environmentRegion } = file;
  const connection: ClientSettings = {
    ...defined({
      region: textOf(values, "region") ?? environmentRegion,
      endpoint: endpointOf(values, service),
      useFipsEndpoint: flagOf(values, "useFipsEndpoint") || undefined,
      useDualstackEndpoint: flagOf(values, "useDualstackEndpoint") || undefined,
    }),
    requestHandler: {
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      // The SDK would only warn of it, and wait on.
      throwOnRequestTimeout: true,
      ...agentsOf(values),
    },
    maxAttempts: 3,
  };
  const sts = {
    ...connection,
    ...defined({
      region: textOf(values, "stsRegion") ?? connection.region,
      endpoint: endpointOf(values, "sts"),
    }),
  };
  const credentials = credentialsOf(file, sts);
  return { ...connection, ...defined({ credentials, profile: textOf(values, "profile") }) };
}

/** Whether S3 is to be asked by path, as the provider's `s3UsePathStyle` says. */
export function pathStyle({ values }: ProviderFile): boolean {
  return flagOf(values, "s3UsePathStyle");
}

/**
 * The JavaScript SDK knows no proxy and no AWS_CA_BUNDLE; the engine and the provider do. The provider's `httpProxy` is for https
 * as well where it has no `httpsProxy`.
 */
function agentsOf(values: StackFile["values"]): { httpAgent?: http.Agent; httpsAgent?: https.Agent } {
  const bundle = textOf(values, "customCaBundle");
  const fromEnvironment = process.env.AWS_CA_BUNDLE || undefined;
  const authority = bundle ?? fromEnvironment;
  const options = {
    keepAlive: true,
    ...defined({
      ca: authority && certificates(authority, bundle ? "aws:customCaBundle" : "AWS_CA_BUNDLE"),
      rejectUnauthorized: flagOf(values, "insecure") ? false : undefined,
    }),
  };
  const environment = environmentProxies();
  const httpProxy = textOf(values, "httpProxy");
  const proxies = {
    http: httpProxy ?? environment.http,
    https: textOf(values, "httpsProxy") ?? httpProxy ?? environment.https,
    none: textOf(values, "noProxy") ?? environment.none,
  };
  if (proxies.http === undefined && proxies.https === undefined) {
    return Object.keys(options).length > 1 ? { httpsAgent: new https.Agent(options) } : {};
  }
  // Most have no proxy, and need not wait until it is loaded.
  const { ProxyAgent }: typeof import("proxy-agent") = require("proxy-agent");
  const agent = new ProxyAgent({
    ...options,
    getProxyForUrl: (url) => proxyFor(url, proxies) ?? "",
    httpsAgent: new https.Agent(options),
  });
  return { httpAgent: agent, httpsAgent: agent as unknown as https.Agent };
}

function certificates(authority: string, key: string): Buffer {
  try {
    return fs.readFileSync(authority);
  } catch (error) {
    const fix = "name a PEM file of certificates, or unset it";
    throw pathError(error, { key, value: authority, fix });
  }
}

/** The provider takes its endpoints as a list of maps, service to URL. */
function endpointOf(values: StackFile["values"], service: string): string | undefined {
  const list = structureOf(values, "endpoints");
  if (!Array.isArray(list)) return undefined;
  return list.map((entry: Record<string, unknown> | null) => entry?.[service]).find(isText);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== ENCRYPTED;
}

/** The SDK takes a property that is undefined for one that is given. */
function defined<Properties extends object>(properties: Properties): Partial<Properties> {
  return Object.fromEntries(
    Object.entries(properties).filter(([, value]) => value !== undefined),
  ) as Partial<Properties>;
}
