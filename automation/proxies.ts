import { BlockList, isIP } from "node:net";

/** Proxies by the scheme of what is requested, and who is reached without one. */
export interface Proxies {
  readonly http: string | undefined;
  readonly https: string | undefined;
  /** Hosts, domains, addresses or ranges in CIDR notation, each with or without a port, separated by commas. */
  readonly none: string | undefined;
}

/** Those of the environment: the engine and its plugins read the same variables, in upper case first. */
export function environmentProxies(environment: NodeJS.ProcessEnv = process.env): Proxies {
  const { HTTP_PROXY, http_proxy, HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy } = environment;
  return {
    http: HTTP_PROXY || http_proxy || undefined,
    https: HTTPS_PROXY || https_proxy || undefined,
    none: NO_PROXY || no_proxy || undefined,
  };
}

/**
 * The proxy for a request, or `undefined` where it goes straight to its host. The rules are those of Go's
 * golang.org/x/net/http/httpproxy, by which the provider decides: libraries for Node differ from them and from each other in
 * domains, ranges and loopback.
 */
export function proxyFor(url: string, { http, https, none = "" }: Proxies): string | undefined {
  const { protocol, hostname, port } = new URL(url);
  const proxy = protocol === "https:" ? https : http;
  if (proxy === undefined) return undefined;
  const host = hostname.replace(/^\[|\]$|\.$/g, "").toLowerCase();
  if (isLoopback(host)) return undefined;
  const actualPort = port || (protocol === "https:" ? "443" : "80");
  const exempt = none.split(",").some((entry) => matches(entry.trim().toLowerCase(), host, actualPort));
  if (exempt) return undefined;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  if (entry.includes("/")) return inRange(entry, host);
  const [, name = "", ofPort] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(isIP(entry) ? `[${entry}]` : entry) ?? [];
  if (name === "" || (ofPort !== undefined && ofPort !== port)) return false;
  if (isIP(name)) return name === host;
  // A domain means its hosts as well; with a dot or an asterisk in front it means these alone.
  const domain = name.replace(/^\*\./, ".");
  return domain.startsWith(".") ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
}

function inRange(range: string, host: string): boolean {
  const [network = "", bits = ""] = range.split("/");
  const family = isIP(network) === 6 ? "ipv6" : "ipv4";
  const isRange = isIP(network) > 0 && /^\d+$/.test(bits) && Number(bits) <= (family === "ipv6" ? 128 : 32);
  if (!isRange || isIP(host) === 0) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family);
  return list.check(host, isIP(host) === 6 ? "ipv6" : "ipv4");
}

/** The global fetch, through the environment's proxy where there is one for the URL. */
export async function proxiedFetch(url: string, init: RequestInit): Promise<Response> {
  const proxy = proxyFor(url, environmentProxies());
  if (proxy === undefined) return fetch(url, init);
  const undici = await import("undici");
  // Its types are those of another version than the ones that Node's own fetch has.
  const request = undici.fetch as unknown as (url: string, init: object) => Promise<Response>;
  return request(url, { ...init, dispatcher: new undici.ProxyAgent(proxy) });
}
