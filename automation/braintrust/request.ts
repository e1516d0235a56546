import { setTimeout as delay } from "node:timers/promises";
import type { z } from "zod";
import { PipelineError, UsageError } from "../errors";
import { proxiedFetch } from "../proxies";

/** Where requests go, whose they are, and how long they may take. */
export interface RequestOptions {
  readonly apiKey: string;
  /** Token that Braintrust is given for its own use. @default apiKey */
  readonly serviceToken?: string | undefined;
  /**
   * https, or http on loopback. The EU instance and a self-hosted data plane have their own.
   * @default "https://api.braintrust.dev"
   */
  readonly baseUrl?: string;
  /** @default the global fetch, through the environment's proxy */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /**
   * Limit for each attempt of a request, in milliseconds.
   * @default 30000
   */
  readonly timeoutMs?: number;
  /** Cancels requests and waits. */
  readonly signal?: AbortSignal;
  /** How a pause between attempts is spent. @default a timer */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

/** A request that Braintrust answered with another status than success. */
export class RefusedRequestError extends PipelineError {
  public constructor(
    message: string,
    /** HTTP status. */
    public readonly status: number,
  ) {
    super(message);
  }
}

/** One request, tried again where Braintrust asks to wait; its answer in the shape asked for. */
export type Sender = <T>(
  method: "GET" | "POST" | "PATCH",
  path: string,
  answer: z.ZodType<T>,
  content: { readonly query?: Record<string, string>; readonly body?: unknown },
) => Promise<T>;

const attempts = 4;
const longestPauseMs = 60_000;

/**
 * What sends requests with the key, and shows it to nobody else.
 *
 * @throws UsageError for a base URL that would send the key in the clear, or a key no header can carry.
 */
export function sender(options: RequestOptions): Sender {
  const base = checkedBase(options.baseUrl ?? "https://api.braintrust.dev");
  const key = checkedKey(options.apiKey);
  const secrets = [key, ...(options.serviceToken === undefined ? [] : [options.serviceToken])];
  const { fetch = proxiedFetch, timeoutMs = 30_000, signal } = options;
  const pause = options.pause ?? ((ms: number) => delay(ms, undefined, { signal }));

  async function once(method: string, url: string, body: unknown) {
    const timeout = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: JSON.stringify(body),
      // A redirect could carry the key elsewhere; it is reported as any other refusal.
      redirect: "manual",
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    return { response, text: await response.text() };
  }

  return async (method, path, answer, { query, body }) => {
    const what = `Braintrust ${method} ${path}`;
    const url = `${base}${path}${query === undefined ? "" : `?${new URLSearchParams(query)}`}`;
    for (let attempt = 1; ; attempt++) {
      const { response, text } = await once(method, url, body).catch((error: unknown) => {
        throw new PipelineError(`${what}: ${unreachable(error, timeoutMs, signal)}`, { cause: error });
      });
      if (response.ok) return parse(text, answer, `${what}: HTTP ${response.status}`, secrets);

      const waitMs =
        response.status === 429 ? retryDelay(response.headers.get("retry-after"), attempt) : Infinity;
      if (attempt >= attempts || waitMs > longestPauseMs) {
        throw new RefusedRequestError(
          `${what}: HTTP ${response.status}${hint(response.status)}${excerpt(text, secrets)}`,
          response.status,
        );
      }
      await pause(waitMs).catch(() => {
        throw new PipelineError(`${what}: cancelled`);
      });
    }
  };
}

/**
 * Where requests begin, without a slash at the end.
 *
 * @throws UsageError for a base URL that would send the key in the clear.
 */
export function checkedBase(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // What was given may be the key in the wrong place, so it is not shown.
  if (url === undefined)
    throw new UsageError("the Braintrust API URL is not a URL: write it like https://api.braintrust.dev");
  if (url.username || url.password || url.search || url.hash) {
    throw new UsageError("the Braintrust API URL must hold no credentials, query or fragment");
  }
  const { protocol, hostname } = url;
  const loopback = hostname === "localhost" || hostname === "[::1]" || /^127\.[\d.]+$/.test(hostname);
  if (protocol === "https:" || (protocol === "http:" && loopback)) {
    return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
  }
  throw new UsageError(
    "the Braintrust API URL must start with https:// (http:// on loopback alone), or the key travels in the clear",
  );
}

/** @throws UsageError for what no header can carry. */
export function checkedKey(key: string, name = "BRAINTRUST_API_KEY"): string {
  // The characters RFC 6750 allows in a bearer token: anything else cannot be a key and might break the header.
  if (/^[\w.~+/-]+=*$/.test(key)) return key;
  throw new UsageError(`${name} is empty or holds characters no key has (blanks, quotes, line ends)`);
}

/** Milliseconds that Retry-After (seconds or a date) asks for; doubling from one second where it says nothing. */
function retryDelay(header: string | null, attempt: number): number {
  if (header !== null && /^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = header === null ? Number.NaN : Date.parse(header);
  return Number.isNaN(date) ? 1000 * 2 ** (attempt - 1) : Math.max(0, date - Date.now());
}

function parse<T>(text: string, schema: z.ZodType<T>, what: string, secrets: readonly string[]): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // What is not looked at may be empty, or words.
    const unread = schema.safeParse(undefined);
    if (unread.success) return unread.data;
    throw new PipelineError(`${what}, but the answer is not JSON${excerpt(text, secrets)}`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = [...new Set(parsed.error.issues.map((issue) => issue.path.join(".") || "the whole"))].join(
    ", ",
  );
  throw new PipelineError(`${what}, but the answer lacks or misstates: ${fields}`);
}

function unreachable(error: unknown, timeoutMs: number, signal: AbortSignal | undefined): string {
  if (signal?.aborted) return "cancelled";
  if (error instanceof Error && error.name === "TimeoutError") return `no answer within ${timeoutMs} ms`;
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "connection failed";
  return `cannot be reached (${code})`;
}

function hint(status: number): string {
  if (status === 401) return ", the API key is not valid: check BRAINTRUST_API_KEY";
  if (status === 403)
    return ", the API key may not do this: it needs the right to manage the project's automations, and exports need Braintrust's Enterprise plan";
  if (status === 404) return ", nothing is there: check the project and the API URL";
  if (status === 429) return ", too many requests: try again later";
  return status >= 500 ? ", a fault on Braintrust's side: try again later" : "";
}

/** The start of an answer on one line, without the keys, should the server have sent them back. */
function excerpt(text: string, secrets: readonly string[]): string {
  const forms = secrets.flatMap((key) => [
    key,
    encodeURIComponent(key),
    key.replaceAll("/", "\\/"),
    Buffer.from(key).toString("base64"),
  ]);
  const clean = forms
    .reduce((rest, form) => rest.replaceAll(form, "[key]"), text)
    .replace(/[\s\p{C}]+/gu, " ")
    .trim();
  if (clean === "") return "";
  return `: ${clean.length > 200 ? `${clean.slice(0, 200)}...` : clean}`;
}
