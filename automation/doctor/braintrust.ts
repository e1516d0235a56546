import { braintrustClient } from "../braintrust/api";
import { checkedKey } from "../braintrust/request";
import { within } from "../deploy/preflight/deadline";
import type { Result } from "./finding";

/** How Braintrust is reached, and what the stack expects there. */
export interface BraintrustSubject {
  readonly environment: NodeJS.ProcessEnv;
  /** @default Braintrust's US instance */
  readonly apiUrl?: string | undefined;
  /** `braintrust.orgId` of the stack's settings. */
  readonly orgId?: string | undefined;
  readonly deadline: AbortSignal;
}

/** Whether Braintrust takes the key, and whose it is. */
export async function checkBraintrust({
  environment,
  apiUrl,
  orgId,
  deadline,
}: BraintrustSubject): Promise<Result> {
  const { BRAINTRUST_API_KEY: apiKey, BRAINTRUST_SERVICE_TOKEN: serviceToken } = environment;
  if (!apiKey) {
    return {
      verdict: "warn",
      evidence: "BRAINTRUST_API_KEY is not set",
      fix: "create a key in Braintrust, Settings > API keys, and export BRAINTRUST_API_KEY; without it, `braintrust` prints what to enter in Braintrust's dialog",
    };
  }
  if (serviceToken) checkedKey(serviceToken, "BRAINTRUST_SERVICE_TOKEN");
  const client = braintrustClient({ apiKey, serviceToken, baseUrl: apiUrl, signal: deadline });
  const organizations = await within(deadline, client.organizations());
  const evidence = organizations.map(({ name, id }) => `organization ${name} (${id})`).join(", ");
  const [first] = organizations;
  if (first === undefined) {
    const fix = "create a key of an organization that you are a member of";
    return { verdict: "fail", evidence: "the key sees no organization", fix };
  }
  const own = orgId === undefined ? first : organizations.find(({ id }) => id === orgId);
  if (own === undefined) {
    return {
      verdict: "fail",
      evidence: `the key is of ${evidence}, and braintrust.orgId is ${orgId}`,
      fix: "correct braintrust.orgId, or use a key of that organization",
    };
  }
  const expected = apiUrl ?? "https://api.braintrust.dev";
  if (own.api_url && new URL(expected).host !== hostOf(own.api_url)) {
    return {
      verdict: "warn",
      evidence: `${evidence} has its data at ${own.api_url}, and ${expected} was asked`,
      fix: `pass --api-url ${own.api_url}`,
    };
  }
  return { verdict: "ok", evidence };
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined;
}
